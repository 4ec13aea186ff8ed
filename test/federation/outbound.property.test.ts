// FED-020 to FED-025: whatever goes wrong, items arrive in order, and none is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import type { QueuedItem } from '../../src/federation/transaction.ts';
import type { Errcode } from '../../src/generated/errors.ts';
import { answerOf, type Item, itemsOf, OutboundWorld, peer, unreachable } from './outbound-world.ts';

const day = 24 * 60 * 60_000;
/** Of one kind each, but the last, whose items are of two. */
const rooms: { [room: string]: QueuedItem['kind'][] } = {
  a: ['entry'],
  b: ['submission'],
  c: ['invite'],
  d: ['entry', 'invite'],
};

type Fault =
  | { fault: 'none' | 'lost answer' | 'no answer' | 'slow' | 'crash before' | 'crash after' | 'garbage' | 'too few' }
  | { fault: 'refusal'; errcode: Errcode; retryAfterMs: number }
  | { fault: 'too large'; most: number }
  | { fault: 'later'; from: number; errcode: Errcode };
type Step =
  | { step: 'queue'; room: string; count: number }
  | { step: 'pass'; ms: number }
  | { step: 'crash' }
  | { step: 'contact' };

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    fault: fc.constantFrom<Exclude<Fault['fault'], 'refusal' | 'too large' | 'later'>>(
      'none',
      'lost answer',
      'no answer',
      'slow',
      'crash before',
      'crash after',
      'garbage',
      'too few',
    ),
  }),
  fc.record({
    fault: fc.constant('refusal' as const),
    errcode: fc.constantFrom<Errcode>('ECCP_UNREACHABLE', 'ECCP_POLICY_DENIED', 'ECCP_LIMIT_EXCEEDED', 'ECCP_BAD_AUTH'),
    retryAfterMs: fc.integer({ min: 0, max: day }),
  }),
  fc.record({ fault: fc.constant('too large' as const), most: fc.integer({ min: 1, max: 30 }) }),
  fc.record({
    fault: fc.constant('later' as const),
    from: fc.integer({ min: 0, max: 40 }),
    errcode: fc.constantFrom<Errcode>('ECCP_GAP', 'ECCP_UNAVAILABLE', 'ECCP_UNREACHABLE', 'ECCP_LIMIT_EXCEEDED'),
  }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constant('queue' as const),
      room: fc.constantFrom(...Object.keys(rooms)),
      count: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ step: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 120_000 }) }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ step: 'crash' }, { step: 'contact' }) },
);

/** A node that takes each room's items in the order in which they were queued, and nothing else. */
class Receiver {
  readonly #world: OutboundWorld;
  readonly #faults: Fault[];
  /** Event ids by room, in the order in which they were queued. */
  readonly queued = new Map<string, string[]>();
  /** Those that were taken, likewise. */
  readonly taken = new Map<string, string[]>();

  constructor(world: OutboundWorld, faults: readonly Fault[]) {
    this.#world = world;
    this.#faults = [...faults];
  }

  answer = async (transaction: JsonObject): Promise<Json> => {
    const fault = this.#faults.shift() ?? { fault: 'none' };
    switch (fault.fault) {
      case 'none':
        return this.#take(transaction);
      case 'slow':
        await this.#world.time.sleep(5_000);
        return this.#take(transaction);
      case 'lost answer':
        this.#take(transaction);
        await this.#world.time.sleep(30_000);
        throw unreachable();
      case 'no answer':
        await this.#world.time.sleep(30_000);
        throw unreachable();
      case 'crash before':
        await this.#world.crash();
        throw unreachable();
      case 'crash after':
        await this.#world.crash();
        return this.#take(transaction);
      case 'garbage':
        this.#take(transaction);
        return { submissions: 'none', entries: [], invites: null };
      case 'too few': {
        const lists = Object.entries(this.#take(transaction)) as [string, Json[]][];
        const first = lists.findIndex(([, list]) => list.length > 0);
        return Object.fromEntries(lists.map(([section, list], i) => [section, i === first ? list.slice(1) : list]));
      }
      case 'refusal':
        throw new EccpError(fault.errcode, 'Not now.', { retry_after_ms: fault.retryAfterMs });
      case 'too large':
        if (itemsOf(transaction).length > fault.most) throw new EccpError('ECCP_TOO_LARGE', 'Too much.');
        return this.#take(transaction);
      case 'later':
        return this.#take(transaction, fault.from, fault.errcode);
    }
  };

  /** From the item number `from` on, each room's items are refused for now. */
  #take(transaction: JsonObject, from = Number.POSITIVE_INFINITY, errcode?: Errcode): JsonObject {
    let index = 0;
    const results = new Map<string, object>();
    for (const item of itemsOf(transaction)) {
      if (index++ >= from) results.set(item.event_id, { errcode, error: 'Later.' });
      else this.#takeItem(item);
    }
    return answerOf(transaction, (item) => results.get(item.event_id) ?? { status: 'applied' });
  }

  #takeItem({ room_id, event_id }: Item): void {
    const taken = this.taken.get(room_id) ?? [];
    this.taken.set(room_id, taken);
    if (taken.includes(event_id)) return; // repeated: nothing twice
    taken.push(event_id);
    const expected = this.queued.get(room_id)?.slice(0, taken.length);
    assert.deepEqual(taken, expected, 'the next one of its room');
  }
}

async function perform(
  steps: readonly Step[],
  faults: readonly Fault[],
  seed: number,
  skipsHeld: boolean,
): Promise<void> {
  const world = new OutboundWorld(seed);
  world.skipsHeld = skipsHeld;
  const receiver = new Receiver(world, faults);
  const failures: unknown[] = [];
  world.answer = async (transaction) => {
    try {
      return await receiver.answer(transaction);
    } catch (error) {
      if (!(error instanceof EccpError)) failures.push(error); // a broken expectation, which the Outbound would take for a fault
      throw error;
    }
  };
  const submissions: string[] = [];
  await world.outbound.start();
  for (const step of steps) {
    if (step.step === 'pass') await world.time.pass(step.ms);
    else if (step.step === 'crash') await world.crash();
    else if (step.step === 'contact') world.outbound.wake(peer);
    else {
      for (let i = 0; i < step.count; i++) {
        const kinds = rooms[step.room] ?? [];
        const kind = kinds[i % kinds.length] ?? 'entry';
        const eventId = world.queue(step.room, kind);
        const room = `!${step.room}:host.test`;
        receiver.queued.set(room, [...(receiver.queued.get(room) ?? []), eventId]);
        if (kind === 'submission') submissions.push(eventId);
      }
    }
  }
  await world.time.pass(100 * day, () => world.waiting().length === 0);
  await world.time.pass(0);
  assert.deepEqual(failures, []);
  assert.deepEqual(receiver.taken, receiver.queued);
  assert.deepEqual(world.waiting(), []);
  assert.deepEqual(world.audited, [], 'nothing was dropped');
  assert.deepEqual(world.reported, []);
  assert.deepEqual(
    new Set(world.settled.map((result) => result.event_id)),
    new Set(submissions),
    'each submission learns its outcome',
  );
  await world.outbound.stop();
  assert.equal(world.timers, 0, 'nothing is left running');
}

test('whatever sequence of failures, time-outs and crashes: everything arrives, in order, one transaction at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.array(fault, { maxLength: 15 }),
      fc.nat(),
      fc.boolean(),
      perform,
    ),
    { numRuns: 2_000 },
  );
});
