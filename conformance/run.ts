import { existsSync } from 'node:fs';
import { extname, isAbsolute, join, resolve } from 'node:path';
import { AccountPool } from './accounts.ts';
import { loadCatalogue } from './catalogue.ts';
import { play } from './cucumber.ts';
import type { ScenarioEvidence } from './evidence.ts';
import { Api } from './openapi.ts';
import { checkPair, type RealNode } from './other-node.ts';
import { ConfigurationError } from './outcome.ts';
import { packageRoot } from './package-root.ts';
import { Peering } from './peering.ts';
import { baseUrl, preflight } from './preflight.ts';
import { type Ledger, loadLedger } from './requirements.ts';
import { setActiveRun } from './run-context.ts';
import { judge, type PlayedScenario, type ScenarioResult } from './scenario.ts';
import { memberOf, type RunSettings, SETTINGS } from './settings/table.ts';
import { Target } from './target.ts';
import { keysOf } from './target-identity.ts';
import { readAuthority } from './tls/authority.ts';
import { Redactor } from './trace.ts';
import { conclude, exitCodeOf, type RecordedOptions, type RunResult, type RunStart, rollUp } from './verdicts.ts';

/** What a run is told. */
export interface RunOptions extends RunSettings {
  /** Features the caller picked, `file.feature:line` allowed; empty plays all. */
  features: string[];
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
  onStart(start: RunStart): void;
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
  const features = options.features.length > 0 ? options.features.map((path) => locate(path)) : [parts.featureFolder];
  const redactor = new Redactor();
  if (options.registrationToken !== undefined) redactor.add(options.registrationToken);
  if (options.adminToken !== undefined) redactor.add(options.adminToken);
  const api = new Api();
  const catalogue = loadCatalogue();
  const authority = options.ca === undefined ? undefined : readAuthority(options.ca);
  const target = new Target(baseUrl(options.url), api, catalogue, authority?.cert);
  const targets = [target, ...(options.peer === undefined ? [] : [target.at(baseUrl(options.peer))])];
  try {
    const runId = started.getTime().toString(36);
    const nodes: RealNode[] = [];
    for (const target of targets) {
      const facts = await preflight(target, api, catalogue, ledger, options.registrationToken);
      if (facts.capabilities.has('federation')) facts.identity = await keysOf(target, facts.node);
      const accounts = new AccountPool(target, redactor, runId, options.registrationToken);
      nodes.push({ target, facts, accounts });
    }
    const [node, other] = nodes as [RealNode, RealNode?];
    const { facts } = node;
    if (other) checkPair(facts, other.facts);
    const start: RunStart = { facts, ...(other ? { other: other.facts } : {}), command: commandOf(options) };
    watcher.onStart(start);
    const peering = new Peering(options, {
      ...{ target, targetName: facts.node, api, catalogue },
      ...(authority ? { authority } : {}),
    });
    const context = {
      ...{ ...node, other, api, catalogue, ledger, redactor, peering, runId },
      adminToken: options.adminToken,
      evidence: new Map<string, ScenarioEvidence>(),
    };
    setActiveRun(context);
    const judged = new Map<string, ScenarioResult>();
    const result = (id: string, scenario: PlayedScenario): ScenarioResult => {
      const evidence = context.evidence.get(id);
      const judgement = judge(scenario, evidence, ledger, options.strict);
      const exchanges = redactor.exchanges(evidence?.exchanges ?? [], judgement.verdict === 'pass');
      return { ...judgement, exchanges };
    };
    const played = await play({
      features,
      steps: parts.steps,
      tags: options.tags,
      onFinished(id, scenario) {
        const found = result(id, scenario);
        context.evidence.delete(id);
        judged.set(id, found);
        watcher.onScenario(found);
      },
    });
    const scenarios = [...played].map(([id, scenario]) => judged.get(id) ?? result(id, scenario));
    const partial = options.tags !== '' || options.features.length > 0;
    const requirements = rollUp(ledger, scenarios, facts, partial, options.strict);
    const exitCode = exitCodeOf(scenarios);
    const conclusion = conclude(facts, requirements, exitCode, partial);
    const ms = Date.now() - started.getTime();
    return {
      ...start,
      requirements,
      scenarios,
      partial,
      strict: options.strict,
      options: recorded(options, features),
      exitCode,
      conclusion,
      started: started.toISOString(),
      ms,
    };
  } finally {
    setActiveRun(undefined);
    for (const target of targets) target.close();
  }
}

function recorded(options: RunOptions, features: string[]): RecordedOptions {
  const { tags, peer, ca, registrationToken, adminToken } = options;
  return {
    tags,
    features: options.features.length > 0 ? features.map((path) => path.replace(join(packageRoot, '/'), '')) : [],
    ...(peer === undefined ? {} : { peer: baseUrl(peer) }),
    tls: ca !== undefined,
    registration_token: registrationToken !== undefined,
    admin_token: adminToken !== undefined,
  };
}

/** The command for this run, without what chooses scenarios and without secrets. */
function commandOf(options: RunOptions): string {
  const values = { ...options, url: baseUrl(options.url) } as unknown as Record<string, unknown>;
  const more = SETTINGS.flatMap(({ name, again, fallback }) => {
    const value = values[memberOf(name)];
    return again && value !== undefined && value !== fallback ? [` --${name} ${quoted(String(value))}`] : [];
  });
  return `eccp-conformance run${more.join('')}`;
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w./:@%+=[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A picked feature as an absolute path: relative to the working directory, or to the package for the paths that reports print. */
export function locate(path: string): string {
  const [, file = '', line = ''] = /^(.*?)((?::\d+)*)$/.exec(path) ?? [];
  const candidates = isAbsolute(file) ? [file] : [resolve(file), join(packageRoot, file)];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (!found) throw new ConfigurationError(`there is no feature ${path}: name a .feature file or a folder of them.`);
  return `${found}${line}`;
}
