import type { AccountPool } from './accounts.ts';
import type { Catalogue } from './catalogue.ts';
import type { NodeControl } from './control/control.ts';
import type { ScenarioEvidence } from './evidence.ts';
import type { Api } from './openapi.ts';
import type { RealNode } from './other-node.ts';
import { HarnessError } from './outcome.ts';
import type { Peering } from './peering.ts';
import type { Ledger } from './requirements.ts';
import type { Scope } from './scope.ts';
import type { Target } from './target.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Redactor } from './trace.ts';

/** What all scenarios of a run share. Cucumber builds each World itself and passes only JSON, hence one active run. */
export interface RunContext extends RealNode {
  /** The node under test. */
  target: Target;
  facts: TargetFacts;
  api: Api;
  catalogue: Catalogue;
  ledger: Ledger;
  accounts: AccountPool;
  redactor: Redactor;
  peering: Peering;
  /** Starts and ends the node under test, where the run can. */
  control: NodeControl;
  /** Another real node to share rooms with, where the run has one. */
  other: RealNode | undefined;
  /** An access token with the scope `admin`, where the operator gave one to whoever runs the suite. */
  adminToken: string | undefined;
  /** What the run holds the node to. */
  scope: Scope;
  /** Set once no further scenario is to be played. */
  stopped: boolean;
  /** Different in every run: what makes names unique. */
  runId: string;
  /** Evidence by the pickle's id. */
  evidence: Map<string, ScenarioEvidence>;
}

let active: RunContext | undefined;

/** Makes a run the one that steps work in; `undefined` ends it. */
export function setActiveRun(run: RunContext | undefined): void {
  active = run;
}

/** The run that steps work in. */
export function activeRun(): RunContext {
  if (!active) throw new HarnessError('a step ran outside a run');
  return active;
}
