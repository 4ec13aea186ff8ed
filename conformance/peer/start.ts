// Starts fake nodes that behave, until a scenario bends them.
import { FakePeer } from './fake-peer.ts';
import { serve } from './serving.ts';
import type { PeerSetting } from './setting.ts';

/** Starts a fake node. Close it when the scenario ends. */
export async function startPeer(setting: PeerSetting): Promise<FakePeer> {
  return await FakePeer.start(setting, async (peer, request) => await serve(peer, request));
}
