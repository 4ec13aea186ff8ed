import { existsSync } from 'node:fs';
import { extname, isAbsolute, join, resolve } from 'node:path';
import { AccountPool } from './accounts.ts';
import { loadCatalogue } from './catalogue.ts';
import { play } from './cucumber.ts';
import { Api } from './openapi.ts';
import { ConfigurationError } from './outcome.ts';
import { packageRoot } from './package-root.ts';
import { Peering, type PeeringOptions } from './peering.ts';
import { baseUrl, preflight } from './preflight.ts';
import { type Ledger, loadLedger } from './requirements.ts';
import { setActiveRun } from './run-context.ts';
import { judge, type ScenarioResult } from './scenario.ts';
import { Target } from './target.ts';
import type { TargetFacts } from './target-facts.ts';
import { Redactor } from './trace.ts';
import { conclude, exitCodeOf, type RunResult, rollUp } from './verdicts.ts';

export interface RunOptions extends PeeringOptions {
  url: string;
  /** A Cucumber tag expression; empty selects everything. */
  tags: string;
  /** Features the caller picked, `file.feature:line` allowed; empty plays all. */
  features: string[];
  registrationToken?: string;
  adminToken?: string;
  strict: boolean;
}

/** What a run is made of; the command line always uses the package's own. */
export interface RunParts {
  featureFolder: string;
  ledger: Ledger;
  /** Globs of step files. */
  steps: string[];
}

/** Who wants to see the run go by. */
export interface RunWatcher {
  onStart(facts: TargetFacts): void;
  onScenario(result: ScenarioResult): void;
}

/** The package's own features, requirements and steps. */
export function ownParts(): RunParts {
  const extension = extname(import.meta.filename); // .ts in a checkout, .js when installed
  return {
    featureFolder: join(packageRoot, 'features'),
    ledger: loadLedger(),
    steps: [join(import.meta.dirname, 'steps', '**', `*${extension}`)],
  };
}

/**
 * Runs the suite against a node and judges it.
 * @throws ConfigurationError when the run cannot start as asked, HarnessError when the suite itself is broken.
 */
export async function run(options: RunOptions, parts: RunParts, watcher: RunWatcher): Promise<RunResult> {
  const started = new Date();
  const { ledger } = parts;
  const features = options.features.length > 0 ? options.features.map((path) => located(path)) : [parts.featureFolder];
  const redactor = new Redactor();
  if (options.registrationToken !== undefined) redactor.add(options.registrationToken);
  if (options.adminToken !== undefined) redactor.add(options.adminToken);
  const api = new Api();
  const catalogue = loadCatalogue();
  const target = new Target(baseUrl(options.url), api, catalogue, redactor);
  try {
    const facts = await preflight(target, api, catalogue, ledger, options.registrationToken);
    watcher.onStart(facts);
    const runId = started.getTime().toString(36);
    const accounts = new AccountPool(target, redactor, runId, options.registrationToken);
    const peering = new Peering(options, { target, targetName: facts.node, api, catalogue, redactor });
    const context = {
      ...{ target, facts, api, catalogue, ledger, accounts, redactor, peering, runId },
      adminToken: options.adminToken,
      evidence: new Map(),
    };
    setActiveRun(context);
    const judged = new Map<string, ScenarioResult>();
    const played = await play({
      features,
      steps: parts.steps,
      tags: options.tags,
      onFinished(id, scenario) {
        const result = judge(scenario, context.evidence.get(id), ledger, options.strict);
        judged.set(id, result);
        watcher.onScenario(result);
      },
    });
    const scenarios = [...played].map(
      ([id, scenario]) => judged.get(id) ?? judge(scenario, undefined, ledger, options.strict),
    );
    const partial = options.tags !== '' || options.features.length > 0;
    const requirements = rollUp(ledger, scenarios, facts, partial, options.strict);
    const exitCode = exitCodeOf(scenarios);
    const conclusion = conclude(facts, requirements, exitCode, partial);
    const ms = Date.now() - started.getTime();
    return {
      facts,
      requirements,
      scenarios,
      partial,
      strict: options.strict,
      exitCode,
      conclusion,
      started: started.toISOString(),
      ms,
    };
  } finally {
    setActiveRun(undefined);
    target.close();
  }
}

/** A picked feature as an absolute path: relative to the working directory, or to the package for the paths that reports print. */
function located(path: string): string {
  const [, file = '', line = ''] = /^(.*?)((?::\d+)*)$/.exec(path) ?? [];
  const candidates = isAbsolute(file) ? [file] : [resolve(file), join(packageRoot, file)];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (!found) throw new ConfigurationError(`there is no feature ${path}: name a .feature file or a folder of them.`);
  return `${found}${line}`;
}
