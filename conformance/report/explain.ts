import type { Ledger } from '../requirements.ts';
import type { ScenarioResult } from '../scenario.ts';

/** A scenario's trouble in the words of a report. */
export interface Explanation {
  /** The requirements' sentences, each with its id and its place in the specification. */
  rules: { id: string; text: string; place: string }[];
  step: string;
  expected: string;
  actual: string;
  /** The command that runs just this scenario again. */
  again: string;
}

/**
 * Says why a scenario did not pass, in a way that needs nothing else at hand.
 * @param command what runs the suite against the same node.
 */
export function explain(result: ScenarioResult, ledger: Ledger, command: string): Explanation {
  const trouble = result.trouble;
  return {
    rules: result.requirements.flatMap((id) => {
      const requirement = ledger.requirements.get(id);
      return requirement ? [{ id, text: requirement.text, place: `${requirement.file}#L${requirement.line}` }] : [];
    }),
    step: trouble?.step ?? '',
    expected: trouble?.expected ?? (trouble ? 'a suite without faults' : ''),
    actual: trouble?.actual ?? trouble?.stack ?? trouble?.message ?? result.reason ?? '',
    again: `${command} ${result.uri}:${result.line}`,
  };
}
