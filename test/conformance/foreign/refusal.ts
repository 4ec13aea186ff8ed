import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the specification stands: all that this node was written from. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

const TABLE = readFileSync(join(ROOT, 'spec/04-errors.md'), 'utf8').matchAll(/^\| `(ECCP_\w+)` \| (\d+) \|/gm);

/** The status of every code, from the table of chapter 4. */
export const STATUS: ReadonlyMap<string, number> = new Map(
  [...TABLE].map(([, code = '', status]) => [code, Number(status)]),
);

/** Thrown by whatever refuses a request. */
export class Refusal extends Error {
  readonly errcode: string;
  readonly extra: Record<string, unknown>;

  constructor(errcode: string, extra: Record<string, unknown> = {}) {
    super(`This is refused as ${errcode}.`);
    this.errcode = errcode;
    this.extra = extra;
  }
}

/** What a node of this make gets wrong on purpose. */
export type Fault =
  | 'repeated-keys' // JSON-004: the last one wins
  | 'taken-name-is-400' // ERR-002: ECCP_USER_IN_USE with another status
  | 'logout-keeps-token' // ACC-039
  | 'rename-does-nothing' // DEV-004
  | 'no-cors' // ERR-020
  | 'kick-without-power' // RULE-036
  | 'history-to-newcomers' // HIST-005
  | 'wrong-state-root' // LOG-042
  | 'redaction-keeps-content' // LOG-054
  | 'one-too-many'; // ROOM-093
