import type { OwnKeys } from '../../federation/own-keys.ts';
import type { KeyId } from '../../generated/api.ts';
import type { Audit } from '../../services/audit.ts';
import type { HostStart } from '../../services/host-start.ts';
import type { Peers } from '../../services/peers.ts';
import type { PolicyService } from '../../services/policy.ts';
import type { Handlers } from '../types.ts';

type Operations =
  | 'getPolicy'
  | 'putPolicy'
  | 'listPeers'
  | 'decidePeer'
  | 'listWaitingRooms'
  | 'resumeRoom'
  | 'listAudit'
  | 'rotateKeys';

/** What operators ask and decide (chapter 19). */
export function adminHandlers({
  policy,
  peers,
  audit,
  ownKeys,
  hostStart,
}: {
  policy: PolicyService;
  peers: Peers;
  audit: Audit;
  ownKeys: Pick<OwnKeys, 'rotate' | 'version' | 'keyId'>;
  hostStart: Pick<HostStart, 'waiting' | 'override'>;
}): Pick<Handlers, Operations> {
  return {
    getPolicy: async () => ({ status: 200, body: { version: policy.version, policy: policy.current() } }),
    putPolicy: async ({ session, body, requestId }) => ({
      status: 200,
      body: await policy.replace(session.userId, body, requestId),
    }),
    listPeers: async () => ({ status: 200, body: { peers: await peers.list() } }),
    decidePeer: async ({ session, params, body, requestId }) => ({
      status: 200,
      body: await peers.decide(session.userId, params.node, body, requestId),
    }),
    rotateKeys: async ({ session, body }) => {
      await ownKeys.rotate({ revoke: body.revoke, actor: session.userId });
      return { status: 200, body: { version: ownKeys.version, key: ownKeys.keyId as KeyId } };
    },
    listWaitingRooms: async () => ({ status: 200, body: { rooms: await hostStart.waiting() } }),
    resumeRoom: async ({ session, params, requestId }) => {
      await hostStart.override(session.userId, params.roomId, requestId);
      return { status: 200, body: {} };
    },
    listAudit: async ({ query }) => ({ status: 200, body: await audit.page(query.from, query.limit) }),
  };
}
