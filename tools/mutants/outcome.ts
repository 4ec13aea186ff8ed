// What became of a mutant.

/**
 * killed: something that names its requirement failed, and at least 90 % of the rest of the chapter passed ·
 * survived: everything that names its requirement passed, so the scenario or vector is too weak ·
 * blunt: it was noticed, but more than its requirement is broken · broken: it says nothing, because it or the suite did not work.
 */
export interface Outcome {
  kind: 'killed' | 'survived' | 'blunt' | 'broken';
  /** What killed it, as `file:line` or as file and name of a vector. */
  by: readonly string[];
  /** What more there is to say. */
  remark: string;
}

/** The share of the chapter's other scenarios that has to pass, for a mutant to break one requirement and no more. */
const SHARE = 0.9;

/** @param others how many of the chapter's other scenarios or vectors passed, and how many there are. */
export function noticed(by: readonly string[], others: { passed: number; all: number; failed: string[] }): Outcome {
  const { passed, all, failed } = others;
  const sharp = passed > 0 && passed >= all * SHARE;
  const which = sharp ? '' : `, not ${failed.slice(0, 8).join(', ')}${failed.length > 8 ? ', …' : ''}`;
  return { kind: sharp ? 'killed' : 'blunt', by, remark: `${passed}/${all} others pass${which}` };
}

export function broken(remark: string): Outcome {
  return { kind: 'broken', by: [], remark };
}
