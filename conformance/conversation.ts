// A scenario's conversation: the encrypting clients of its actors, and what they said.
import { Client, type Payload } from './client/client.ts';
import type { Link } from './client/link.ts';
import { NodeLink } from './client/node-link.ts';
import { PeerHome } from './client/peer-home.ts';
import { PeerLink } from './client/peer-link.ts';
import { Witness } from './client/witness.ts';
import { ringOf } from './device-keys.ts';
import { Account, Identity } from './e2ee/identity.ts';
import { homeOf } from './guests.ts';
import { logIn } from './log-in.ts';
import { HarnessError } from './outcome.ts';
import type { FakePeer } from './peer/fake-peer.ts';
import type { EccpWorld } from './world.ts';

/** How many one-time prekeys a client leaves with its node. */
export const ONE_TIME = 10;

/** Something that was said in a room. */
interface Said {
  payload: Payload;
  event_id: string;
  by: string;
}

export class Conversation {
  readonly world: EccpWorld;
  readonly witness = new Witness();
  readonly said = new Map<string, Said>();
  /** What clients heard over their sessions, by actor. */
  readonly heard = new Map<string, { payload: Payload; sender: string; sender_device: string }[]>();
  /** Links to real nodes, by actor. */
  readonly links = new Map<string, NodeLink>();
  readonly accounts = new Map<string, Account>();
  readonly #clients = new Map<string, Client>();
  readonly #homes = new Map<FakePeer, PeerHome>();

  constructor(world: EccpWorld) {
    this.world = world;
  }

  /** The client of an actor. @throws HarnessError where no step has begun one. */
  client = (who: string): Client => {
    const client = this.#clients.get(who);
    if (!client) throw new HarnessError(`no step has given ${who} an encrypting client`);
    return client;
  };

  get clients(): readonly Client[] {
    return [...this.#clients.values()];
  }

  /** What a fake node does for the devices of its users. */
  home(peer: FakePeer): PeerHome {
    const home = this.#homes.get(peer) ?? new PeerHome(peer);
    this.#homes.set(peer, home);
    return home;
  }

  /** Begins a client on a device of its own: `Alice`, or `Alice on "laptop"`, who is logged in there if she is not yet. */
  async begin(who: string): Promise<void> {
    const isGuest = await this.world.home(nameOf(who));
    const link = isGuest ? await this.#peerLink(who) : await this.#nodeLink(who);
    const account = await this.#account(nameOf(who), link.user);
    const { now } = ringOf(this.world);
    const identity = new Identity(account, link.device, now, ONE_TIME);
    const client = new Client(this.witness.watch(link), identity);
    await client.publish();
    await client.sync();
    this.#clients.set(who, client);
    if (!isGuest) this.#keep(identity);
  }

  async #nodeLink(who: string): Promise<Link> {
    const { world } = this;
    const [, device] = / on "([^"]+)"$/.exec(who) ?? [];
    if (device !== undefined && !world.sessions.has(who)) await logIn(world, nameOf(who), device);
    const { account, deviceId } = await world.actor(who);
    const link = new NodeLink(account.userId, deviceId, async (operation, options) => {
      return (await world.must(who, operation, options)).body;
    });
    this.links.set(who, link);
    return link;
  }

  async #peerLink(who: string): Promise<Link> {
    const home = this.home(await homeOf(this.world, nameOf(who)));
    const device = who
      .replace(/[^A-Za-z]/g, '')
      .toUpperCase()
      .padEnd(10, '0');
    return new PeerLink(await this.world.userId(nameOf(who)), device, home);
  }

  /** The account of a user, with an account key that is published when it is made. */
  async #account(name: string, user: string): Promise<Account> {
    const known = this.accounts.get(user);
    if (known) return known;
    const account = new Account(user);
    this.accounts.set(user, account);
    const ring = ringOf(this.world);
    const signed = account.published(ring.now);
    const peer = await this.world.home(name);
    if (peer) await this.home(peer).setAccount(user, signed);
    else {
      await this.world.must(name, 'putAccountKeys', { body: { account_key: signed } });
      ring.accounts.set(user, { user, pair: pairOf(account.seed, account.key), key: signed.account_key, signed });
    }
    return account;
  }

  /** Lets the steps of chapters 20 and 21 see the keys of a client's device. */
  #keep({ manifest: signed, signed: signedPrekey, fallback, oneTime, seed }: Identity): void {
    const { user, device, ed25519, x25519 } = signed.manifest;
    const keys = { signing: pairOf(seed, ed25519), agreement: x25519, signed, signedPrekey, fallback };
    ringOf(this.world).devices.set(`${user} ${device}`, { user, device, ...keys, oneTime: [...oneTime] });
  }
}

const conversations = new WeakMap<EccpWorld, Conversation>();

/** The conversation of a scenario. */
export function conversationOf(world: EccpWorld): Conversation {
  const conversation = conversations.get(world) ?? new Conversation(world);
  conversations.set(world, conversation);
  return conversation;
}

/** The user in an actor's name. */
export function nameOf(who: string): string {
  return who.split(' ')[0] ?? who;
}

function pairOf(seed: Uint8Array, publicKey: string) {
  return { seed, publicKey };
}
