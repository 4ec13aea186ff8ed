import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../../src/core/canonical-json.ts';
import { fromBase64url } from '../../../src/core/encoding.ts';
import type { Claim, SignedManifest } from '../../../src/e2ee/manifest.ts';
import type { Payload, RatchetContent } from '../../../src/e2ee/ratchet.ts';

/** A device as handshake.json and ratchet.json have it. */
export interface VectorDevice {
  account_key: string;
  manifest: SignedManifest;
  secrets: { ed25519: string; x25519: string; prekeys: { kind: string; id: string; secret: string }[] };
}
export type Devices = { [name: string]: VectorDevice };

export interface Step {
  do: 'start' | 'encrypt' | 'lose' | 'decrypt' | 'forget';
  by: string;
  with?: string;
  from?: string;
  claim?: Claim;
  ephemeral?: string;
  ratchet_key?: string;
  payload?: Payload;
  count?: number;
  content?: RatchetContent;
  expected?: string;
  session?: string;
  root?: string;
}

/** What a vector's steps are done with: one device of some implementation. Refusals are thrown, with a `code`. */
export interface Implementation {
  start(claim: Claim, peer: VectorDevice, ephemeral: Uint8Array): { session: string; root: string };
  /** @param ratchetKey the private key of a new ratchet pair; undefined where none is due. */
  encrypt(payload: Payload, ratchetKey: Uint8Array | undefined): RatchetContent;
  decrypt(peer: VectorDevice, content: RatchetContent): Payload;
  forget(): void;
  /** The state as text, to compare before and after a refusal; an implementation that cannot tell says nothing. */
  state(): string;
}

/** Does the steps in order, and compares. Each device of the vector is made anew. */
export function runSteps(
  steps: readonly Step[],
  devices: Devices,
  make: (device: VectorDevice) => Implementation,
): void {
  const made = new Map<string, Implementation>();
  const named = (name: string | undefined): VectorDevice => {
    const device = devices[name ?? ''];
    assert.ok(device, `there is no device ${name}`);
    return device;
  };
  for (const [i, step] of steps.entries()) {
    const by = made.get(step.by) ?? make(named(step.by));
    made.set(step.by, by);
    const before = by.state();
    const result = resultOf(() => perform(step, by, named));
    const { expected = 'ok' } = step;
    assert.equal(result.verdict, expected, `step ${i}: ${step.do} by ${step.by}`);
    if (expected !== 'ok') assert.equal(by.state(), before, `step ${i} was refused and changed the state`); // HAND-003
    if (result.value !== undefined) assert.deepEqual(result.value, wanted(step), `step ${i}`);
  }
}

export function perform(
  step: Step,
  by: Implementation,
  named: (name: string | undefined) => VectorDevice,
): Json | undefined {
  const { payload, content, claim, ratchet_key } = step;
  const ratchetKey = ratchet_key === undefined ? undefined : fromBase64url(ratchet_key);
  if (step.do === 'start' && claim) return by.start(claim, named(step.with), fromBase64url(step.ephemeral ?? ''));
  if (step.do === 'encrypt' && payload) return { content: by.encrypt(payload, ratchetKey) };
  if (step.do === 'decrypt' && content) return { payload: by.decrypt(named(step.from), content) };
  if (step.do === 'forget') by.forget();
  else if (step.do === 'lose' && payload) for (let n = 0; n < (step.count ?? 0); n++) by.encrypt(payload, ratchetKey);
  else assert.fail(`a step that lacks something: ${JSON.stringify(step)}`);
  return undefined;
}

function wanted({ do: what, session = '', root = '', content, payload }: Step): JsonObject {
  if (what === 'start') return { session, root };
  return what === 'encrypt' ? { content: content ?? null } : { payload: payload ?? null };
}

/** Whoever refuses something in a vector decrypts something later in it; mallory, who got what is not for her, has nothing to decrypt. */
export function requireGoodEnds(vectors: readonly { name: string; steps: readonly Ending[] }[]): void {
  let refusals = 0;
  for (const { name, steps } of vectors) {
    for (const [i, { do: what, by, expected = 'ok' }] of steps.entries()) {
      if (expected === 'ok' || (what !== 'decrypt' && what !== 'take') || by === 'mallory') continue;
      refusals++;
      const later = steps.slice(i + 1).filter((step) => step.by === by && step.do === 'decrypt');
      assert.ok(
        later.some((step) => (step.expected ?? 'ok') === 'ok'),
        `${name}: nothing shows what step ${i} has left`,
      );
    }
  }
  assert.ok(refusals > 20);
}
type Ending = { do: string; by: string; expected?: string };

/** `ok` and the value, or the code of a refusal. Anything but a refusal goes on. */
export function resultOf<T>(action: () => T): { verdict: string; value?: T } {
  try {
    return { verdict: 'ok', value: action() };
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^(E2eeError|Refusal)$/.test(error.name)) {
      return { verdict: String(error.code) };
    }
    throw error;
  }
}
