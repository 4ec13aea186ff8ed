// Whose prekeys are claimed, who claims them, and what both know of each other.
import assert from 'node:assert/strict';
import type { ClaimedKeys, ClaimKeysAnswer, PrekeyCounts, SignedPrekey } from '../../src/generated/api.ts';
import { Client } from '../node/client.ts';
import { TestDevice } from '../services/device.ts';
import type { Person } from './person.ts';

/** The most one-time prekeys that a node keeps for a device (PRE-005). */
export const pool = 500;
/** A client opens no more connections than that. */
const perClient = 64;

/** The user whose device is claimed. */
export class Owner {
  readonly #user: Person;
  readonly #deviceId: string;
  readonly #device: TestDevice;
  readonly #keys: Pick<ClaimedKeys, 'manifest' | 'signed_prekey'>;
  readonly fallback: SignedPrekey;
  /** All that was left with the node, by id. */
  readonly #left: Map<string, SignedPrekey>;
  /** The one-time prekeys that were handed out, in all tests. */
  readonly #handedOut = new Set<string>();

  static async of(user: Person): Promise<Owner> {
    const owner = new Owner(user, (await user.must('GET', '/account')).device_id);
    await user.must('POST', '/keys/upload', { ...owner.#keys, fallback_prekey: owner.fallback });
    return owner;
  }

  private constructor(user: Person, deviceId: string) {
    this.#user = user;
    this.#deviceId = deviceId;
    this.#device = new TestDevice({ userId: user.userId, deviceId });
    this.#keys = { manifest: this.#device.manifest(), signed_prekey: this.#device.prekey('signed') };
    this.fallback = this.#device.prekey('fallback');
    this.#left = new Map([[this.fallback.prekey.id, this.fallback]]);
  }

  get wanted(): object {
    return { devices: { [this.#user.userId]: [this.#deviceId] } };
  }

  async fill(): Promise<void> {
    const prekeys = this.#device.prekeys(pool - (await this.counts()).one_time);
    const { prekeys: counts } = await this.#user.must('POST', '/keys/upload', { one_time_prekeys: prekeys });
    assert.equal(counts.one_time, pool);
    for (const prekey of prekeys) this.#left.set(prekey.prekey.id, prekey);
  }

  async counts(): Promise<PrekeyCounts> {
    return (await this.#user.must('POST', '/keys/upload', {})).prekeys;
  }

  /** Checks what a claim was answered with. @returns undefined where the device's node could not be asked. */
  read({ devices, failures }: ClaimKeysAnswer): SignedPrekey | undefined {
    if (failures[this.#user.node.name] !== undefined) {
      assert.deepEqual(devices, {});
      return undefined;
    }
    const keys = devices[this.#user.userId]?.[this.#deviceId];
    const prekey = this.#left.get(keys?.prekey?.prekey.id ?? '');
    assert.deepEqual(keys, { ...this.#keys, prekey });
    assert.ok(prekey !== undefined);
    return prekey;
  }

  /** Checks that each one-time prekey was handed out once, and for the rest the fallback. @returns how many one-time prekeys. */
  tally(prekeys: readonly SignedPrekey[]): number {
    const oneTime = prekeys.filter(({ prekey }) => prekey.kind === 'one_time');
    for (const { prekey } of oneTime) {
      assert.ok(!this.#handedOut.has(prekey.id), `${prekey.id} was handed out twice`);
      this.#handedOut.add(prekey.id);
    }
    const others = prekeys.filter((prekey) => prekey === this.fallback);
    assert.equal(oneTime.length + others.length, prekeys.length);
    return oneTime.length;
  }
}

/** A user who claims. */
export class Claimer {
  readonly #user: Person;
  readonly #clients: readonly Client[];
  #asked = 0;

  /** @param connections how many claims can be made at once. */
  constructor(user: Person, connections: number) {
    this.#user = user;
    const { name } = user.node;
    this.#clients = Array.from({ length: Math.ceil(connections / perClient) }, () => new Client(`http://${name}`));
  }

  /** @throws Error when no answer came. */
  async ask({ wanted }: Owner): Promise<ClaimKeysAnswer> {
    const client = this.#clients[this.#asked++ % this.#clients.length];
    assert.ok(client !== undefined);
    return client.must('POST', '/keys/claim', this.#user.token, wanted);
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}
