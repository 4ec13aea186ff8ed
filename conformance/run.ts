import { existsSync } from 'node:fs';
import { extname, isAbsolute, join, resolve } from 'node:path';
import { AccountPool } from './accounts.ts';
import { loadCatalogue } from './catalogue.ts';
import { NodeControl } from './control/control.ts';
import { type Nodes, nodesOf } from './control/nodes.ts';
import { play } from './cucumber.ts';
import type { ScenarioEvidence } from './evidence.ts';
import { Api } from './openapi.ts';
import { checkPair, type RealNode } from './other-node.ts';
import { ConfigurationError, ConformanceFailure } from './outcome.ts';
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
  const nodes = await nodesOf(options);
  try {
    return await runWith(nodes, options, parts, watcher);
  } finally {
    await Promise.all([nodes.launched?.close(), nodes.launchedPeer?.close()]);
  }
}

async function runWith(where: Nodes, options: RunOptions, parts: RunParts, watcher: RunWatcher): Promise<RunResult> {
  const started = new Date();
  const { ledger } = parts;
  const features = options.features.length > 0 ? options.features.map((path) => locate(path)) : [parts.featureFolder];
  const redactor = new Redactor();
  if (options.registrationToken !== undefined) redactor.add(options.registrationToken);
  const api = new Api();
  const catalogue = loadCatalogue();
  const authority = options.ca === undefined ? undefined : readAuthority(options.ca);
  const target = new Target(baseUrl(where.url), api, catalogue, authority?.cert);
  const targets = [target, ...(where.peer === undefined ? [] : [target.at(baseUrl(where.peer))])];
  const control = new NodeControl(target, where.driver, where.launched);
  try {
    await launch(where, control, targets);
    const adminToken = options.adminToken ?? (await control.adminToken());
    if (adminToken !== undefined) redactor.add(adminToken);
    const runId = started.getTime().toString(36);
    const nodes: RealNode[] = [];
    for (const target of targets) {
      const facts = await preflight(target, api, catalogue, ledger, options.registrationToken);
      if (facts.capabilities.has('federation')) facts.identity = await keysOf(target, facts.node);
      const driven = target === targets[0] && facts.registration === 'closed' && where.driver.has('account');
      const maker = driven ? where.driver : undefined;
      const accounts = new AccountPool(target, redactor, runId, options.registrationToken, maker);
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
      ...{ ...node, other, api, catalogue, ledger, redactor, peering, control, runId },
      adminToken,
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
    const ends = [where.launched?.lateObituary(), where.launchedPeer?.lateObituary()];
    const dead = (await Promise.all(ends)).filter((end) => end !== undefined);
    const exitCode = exitCodeOf(scenarios);
    const conclusion = conclude(facts, requirements, exitCode, partial);
    const ms = Date.now() - started.getTime();
    return {
      ...start,
      requirements,
      scenarios,
      partial,
      strict: options.strict,
      options: recorded(options, features, where, control),
      exitCode,
      conclusion,
      dead,
      started: started.toISOString(),
      ms,
    };
  } finally {
    setActiveRun(undefined);
    for (const target of targets) target.close();
  }
}

function recorded(options: RunOptions, features: string[], { peer }: Nodes, { can }: NodeControl): RecordedOptions {
  const { tags, ca, registrationToken, adminToken } = options;
  return {
    tags,
    features: options.features.length > 0 ? features.map((path) => path.replace(join(packageRoot, '/'), '')) : [],
    ...(peer === undefined ? {} : { peer: baseUrl(peer) }),
    tls: ca !== undefined,
    can: [...can],
    registration_token: registrationToken !== undefined,
    admin_token: adminToken !== undefined,
  };
}

/** Starts the nodes that are to be launched, side by side. @throws ConfigurationError where one does not become healthy. */
async function launch(
  { launched, launchedPeer, driver }: Nodes,
  control: NodeControl,
  targets: Target[],
): Promise<void> {
  const [, other] = targets;
  const controls = [
    ...(launched ? [control] : []),
    ...(launchedPeer && other ? [new NodeControl(other, driver, launchedPeer)] : []),
  ];
  await Promise.all(controls.map((each) => each.start())).catch((error: unknown) => {
    if (error instanceof ConformanceFailure)
      throw new ConfigurationError(
        `the node that was launched does not run: it took ${error.expected}; came ${error.actual}`,
      );
    throw error;
  });
}

/** The command for this run, without what chooses scenarios and without secrets. */
function commandOf(options: RunOptions): string {
  const url = options.url === undefined ? undefined : baseUrl(options.url);
  const values = { ...options, url } as unknown as Record<string, unknown>;
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
