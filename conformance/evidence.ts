import { ConformanceFailure, MissingPrerequisite, messageOf } from './outcome.ts';
import type { RawExchange } from './trace.ts';

/** Why a scenario did not pass. */
export interface Trouble {
  kind: 'failure' | 'prerequisite' | 'harness';
  /** The step's text, or `the end of the scenario`. */
  step: string;
  message: string;
  expected?: string;
  actual?: string;
  stack?: string;
}

/** What a scenario leaves behind for its verdict and for the reports. */
export interface ScenarioEvidence {
  exchanges: RawExchange[];
  trouble?: Trouble;
  /** Why the scenario is not for this node. */
  notApplicable?: string;
}

/**
 * Sorts out what was thrown.
 * @param given whether it was thrown while preparing: then even a broken requirement only means that the subject could not be tested.
 */
export function troubleOf(error: unknown, step: string, given: boolean): Trouble {
  if (error instanceof ConformanceFailure || error instanceof MissingPrerequisite) {
    const { message, expected, actual } = error;
    const kind = given || error instanceof MissingPrerequisite ? 'prerequisite' : 'failure';
    return { kind, step, message, expected, actual };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return { kind: 'harness', step, message: messageOf(error), ...(stack === undefined ? {} : { stack }) };
}
