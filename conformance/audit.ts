// What the node's audit log says, for those who have an operator's token.
import { setTimeout as pause } from 'node:timers/promises';
import { isObject, type JsonObject } from './wire/json.ts';
import { type EccpWorld, OPERATOR } from './world.ts';

/** Milliseconds in which a decision has to be on record. */
const ARRIVAL = 5000;
const PAGE = 1000;

/** The signed records of a run so far, by the run: the log only ever grows. */
const known = new WeakMap<object, JsonObject[]>();
const reading = new WeakMap<object, Promise<unknown>>();

/** Every signed record of the audit log, oldest first. */
export async function signedRecords(world: EccpWorld): Promise<readonly JsonObject[]> {
  const before = reading.get(world.run) ?? Promise.resolve(); // two that read on at once would have the new ones twice
  const records = before.then(() => readOn(world));
  const ended = records.catch(() => undefined);
  reading.set(world.run, ended);
  return await records;
}

async function readOn(world: EccpWorld): Promise<readonly JsonObject[]> {
  const list = known.get(world.run) ?? [];
  known.set(world.run, list);
  for (;;) {
    const query = { from: list.length, limit: PAGE };
    const page = await world.read(OPERATOR, 'listAudit', { query });
    list.push(...(Array.isArray(page.records) ? page.records : []).filter(isObject));
    if (page.next === undefined) return list;
  }
}

/** The last record that satisfies a condition, once there is one. @returns `undefined` where none comes in time. */
export async function auditOf(
  world: EccpWorld,
  condition: (record: JsonObject) => boolean,
): Promise<JsonObject | undefined> {
  for (const end = performance.now() + ARRIVAL; ; await pause(50)) {
    const records = (await signedRecords(world)).map(({ record }) => (isObject(record) ? record : {}));
    const found = records.findLast(condition);
    if (found || performance.now() > end) return found;
  }
}
