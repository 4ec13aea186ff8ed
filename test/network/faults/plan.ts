import type { Choices } from './choices.ts';
import { type CutMode, cutModes } from './proxy.ts';

/** `isolate` cuts a node off from all others, `split` two nodes from each other. */
export const kinds = ['kill', 'pause', 'isolate', 'split', 'clock'] as const;
export type Kind = (typeof kinds)[number];

/** One fault. Which members count depends on the kind. Times in milliseconds. */
export interface Fault {
  readonly kind: Kind;
  /** Which node, and for `split` the other one. */
  readonly node: number;
  readonly other: number;
  readonly mode: CutMode;
  /** How far the clock goes wrong. */
  readonly offsetMs: number;
  readonly lastsMs: number;
  /** Until the next fault begins, this one over or not. */
  readonly restMs: number;
}

/** Longer than a send waits for its host, so that some are answered with `queued`. */
const isolation = [5_500, 7_500] as const;
const lasting: { [kind in Kind]: readonly [number, number] } = {
  kill: [0, 1_500],
  pause: [300, 3_000],
  isolate: isolation,
  split: [500, 4_000],
  clock: [1_000, 5_000],
};
/** Longer than one node waits for the answer of another. One fault in so many lasts so long, in a long run. */
const longMs = 33_000;
const longOneIn = 30;

/**
 * Faults in the order in which they begin. Every five have one of each kind.
 *
 * @param canLast whether a few may last for more than half a minute.
 */
export function planFaults(choices: Choices, count: number, nodes: number, canLast: boolean): Fault[] {
  const faults: Fault[] = [];
  const order = Array.from({ length: nodes }, (_, node) => node);
  while (faults.length < count) {
    for (const kind of choices.shuffled(kinds)) {
      const [node = 0, other = 0] = choices.shuffled(order);
      const [least, most] = lasting[kind];
      const isLong = choices.oneIn(longOneIn) && canLast;
      faults.push({
        kind,
        node,
        other,
        mode: choices.pick(cutModes),
        offsetMs: choices.between(20_000, 600_000) * choices.pick([1, -1]),
        lastsMs: isLong ? longMs : choices.between(least, most),
        restMs: choices.between(500, 2_500),
      });
    }
  }
  return faults.slice(0, count);
}
