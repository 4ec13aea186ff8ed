// How fake nodes and the node under test reach each other, and whether they do.
import { messageOf } from './outcome.ts';
import type { FakePeer } from './peer/fake-peer.ts';
import type { PeerSetting } from './peer/setting.ts';
import { startPeer } from './peer/start.ts';
import type { Finding } from './preflight.ts';
import type { Authority } from './tls/authority.ts';

/** Where the command line wants fake nodes to be. */
export interface PeeringOptions {
  /** The address to listen on. */
  peerListen: string;
  /** The host by which the node under test reaches that address. */
  advertise: string;
  /** The folder of the authority that vouches for fake nodes; without it they speak plain HTTP. */
  ca?: string;
}

/** Milliseconds in which the node has to ask a fake node for its keys. */
const CALLBACK = 15_000;
const NOWHERE = `!${'A'.repeat(43)}`;

/** Whom fake nodes deal with, and by what. */
interface Playing extends Omit<PeerSetting, 'trace' | 'listen' | 'advertise' | 'authority'> {
  authority?: Authority | undefined;
  skew?: Finding | undefined;
}

/** What keeps the node and fake nodes apart. */
interface Unreached {
  expected: string;
  actual: string;
}

/** Starts fake nodes for scenarios. */
export class Peering {
  readonly #setting: Omit<PeerSetting, 'trace'>;
  readonly #skew: Finding | undefined;
  #checked: Promise<Unreached | undefined> | undefined;

  /** @param skew what is wrong with the clocks, where they keep any two nodes apart. */
  constructor(options: PeeringOptions, { skew, authority, ...node }: Playing) {
    this.#skew = skew;
    this.#setting = {
      ...node,
      ...(authority ? { authority } : {}),
      listen: options.peerListen,
      advertise: options.advertise,
    };
  }

  /** What vouches for fake nodes, where they speak TLS. */
  get authority(): Authority | undefined {
    return this.#setting.authority;
  }

  /** Starts a fake node. Close it when the scenario ends. @param trace receives its exchanges. */
  async start(trace: PeerSetting['trace']): Promise<FakePeer> {
    return await startPeer({ ...this.#setting, trace });
  }

  /**
   * Tries once in a run whether the node reaches a fake node: it has to fetch the keys of one that sends it a signed request.
   * @returns what keeps scenarios with fake nodes from being tested.
   */
  async check(): Promise<Unreached | undefined> {
    this.#checked ??= this.#reached();
    return await this.#checked;
  }

  async #reached(): Promise<Unreached | undefined> {
    if (this.#skew) {
      const { says: actual, remedy } = this.#skew;
      return { expected: `clocks that agree: ${remedy}`, actual };
    }
    const actual = await this.#callBack();
    const tls = this.authority ? ', that it trusts the authority of --ca' : '';
    const expected = `the node to reach the nodes that the suite plays: see --peer-listen and --advertise, and what the node's operator allows${tls}`;
    return actual === undefined ? undefined : { expected, actual };
  }

  async #callBack(): Promise<string | undefined> {
    let peer: FakePeer | undefined;
    try {
      peer = await this.start([]);
      const { targetName } = this.#setting;
      const path = `/_eccp/federation/v1/rooms/${encodeURIComponent(`${NOWHERE}:${targetName}`)}/head`;
      const answer = await peer.send('GET', path, undefined, { deadline: CALLBACK });
      if (peer.requests.some(({ uri }) => uri.startsWith('/_eccp/federation/v1/keys'))) return undefined;
      return `no request for the keys of ${peer.name}, but the answer ${answer.status} ${answer.text}`;
    } catch (error) {
      return `no request for the keys of ${peer?.name ?? 'it'}: ${messageOf(error)}`;
    } finally {
      await peer?.close().catch(() => undefined);
    }
  }
}
