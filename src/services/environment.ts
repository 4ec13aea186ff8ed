import type { Store } from '../storage/store.ts';
import type { Tables } from '../storage/tables.ts';

export type NodeStore = Store<Tables>;

/** What services take from the world, so that tests can supply their own. */
export interface Environment {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds on a clock that is never set: for durations. */
  elapsed(): number;
  /** Bytes from a cryptographic random source. */
  random(length: number): Uint8Array;
}
