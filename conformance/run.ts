import { existsSync } from 'node:fs';
import { extname, isAbsolute, join, relative, resolve } from 'node:path';
import { AccountPool } from './accounts.ts';
import { readBaseline, staleEntries } from './baseline.ts';
import { loadCatalogue } from './catalogue.ts';
import { NodeControl } from './control/control.ts';
import { type Nodes, nodesOf } from './control/nodes.ts';
import { counts, weighed } from './counting.ts';
import { play } from './cucumber.ts';
import type { ScenarioEvidence } from './evidence.ts';
import type { KnownFailure } from './known-failure.ts';
import { Api } from './openapi.ts';
import { checkPair, type RealNode } from './other-node.ts';
import { ConfigurationError, ConformanceFailure } from './outcome.ts';
import { packageRoot } from './package-root.ts';
import { Peering } from './peering.ts';
import { baseUrl, clocks, type Finding, introduce, operator, registration, sentence } from './preflight.ts';
import { type Ledger, loadLedger } from './requirements.ts';
import { setActiveRun } from './run-context.ts';
import { judge, type PlayedScenario, type ScenarioResult } from './scenario.ts';
import { readScenarios } from './scenario-index.ts';
import { type Scope, scopeOf } from './scope.ts';
import { memberOf, type RunSettings, SETTINGS } from './settings/table.ts';
import { Target } from './target.ts';
import { keysOf } from './target-identity.ts';
import { isAuthority, readTrust } from './tls/trust.ts';
import { Redactor } from './trace.ts';
import { type RecordedOptions, type RunResult, type RunStart, sumUp } from './verdicts.ts';

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
  /** Nothing more is to come of a feature. @param uri as scenarios have it. */
  onFeature(uri: string): void;
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
  const scope = scopeOf(options.spec, options.profile, ledger);
  const baseline = options.baseline === undefined ? [] : readBaseline(options.baseline);
  const redactor = new Redactor();
  if (options.registrationToken !== undefined) redactor.add(options.registrationToken);
  const api = new Api();
  const catalogue = loadCatalogue();
  const { root, authority } = readTrust(options.ca);
  const target = new Target(baseUrl(where.url), api, catalogue, root);
  const targets = [target, ...(where.peer === undefined ? [] : [target.at(baseUrl(where.peer))])];
  const control = new NodeControl(target, where.driver, where.launched);
  try {
    await launch(where, control, targets);
    const adminToken = options.adminToken ?? (await control.adminToken());
    if (adminToken !== undefined) redactor.add(adminToken);
    const runId = started.getTime().toString(36);
    const nodes: RealNode[] = [];
    const notes: Finding[] = [];
    let skew: Finding | undefined;
    for (const target of targets) {
      const introduced = await introduce(target, api, catalogue, ledger);
      const { facts } = introduced;
      const driven = target === targets[0] && facts.registration === 'closed' && where.driver.has('account');
      const joining = registration(facts, options.registrationToken, driven);
      if (joining.remedy !== undefined && facts.registration === 'token')
        throw new ConfigurationError(sentence(joining));
      const clock = clocks(introduced);
      notes.push(...[joining, clock].filter(({ remedy }) => remedy !== undefined));
      skew ??= clock.remedy === undefined ? undefined : clock;
      if (facts.capabilities.has('federation')) facts.identity = await keysOf(target, facts.node);
      const maker = driven ? where.driver : undefined;
      const accounts = new AccountPool(target, redactor, runId, options.registrationToken, maker);
      nodes.push({ target, facts, accounts });
    }
    const [node, other] = nodes as [RealNode, RealNode?];
    const { facts } = node;
    if (other) checkPair(facts, other.facts);
    const operating = await operator(target, facts, adminToken);
    if (adminToken !== undefined && operating.remedy !== undefined) throw new ConfigurationError(sentence(operating));
    const start: RunStart = {
      facts,
      scope,
      notes: notes.map((note) => sentence(note)),
      ...(other ? { other: other.facts } : {}),
      command: commandOf(options),
    };
    watcher.onStart(start);
    const peering = new Peering(options, {
      ...{ target, targetName: facts.node, api, catalogue },
      ...{ authority, skew },
    });
    const context = {
      ...{ ...node, other, api, catalogue, ledger, redactor, peering, control, runId },
      adminToken,
      ...{ scope, stopped: false },
      evidence: new Map<string, ScenarioEvidence>(),
    };
    const written = baseline.length > 0 ? readScenarios(parts.featureFolder) : [];
    const today = started.toISOString().slice(0, 10);
    const weights = { ledger, facts, scope, baseline, written, today };
    setActiveRun(context);
    const judged = new Map<string, ScenarioResult>();
    const result = (id: string, scenario: PlayedScenario): ScenarioResult => {
      const evidence = context.evidence.get(id);
      const judgement = weighed(judge(scenario, evidence, ledger, options.strict), weights);
      const exchanges = redactor.exchanges(evidence?.exchanges ?? [], judgement.verdict === 'pass');
      return { ...judgement, exchanges };
    };
    const played = await play({
      features,
      steps: parts.steps,
      tags: options.tags,
      seed: options.seed,
      parallel: options.parallel,
      onFeature: (file) => watcher.onFeature(relative(packageRoot, file)),
      onFinished(id, scenario) {
        if (context.stopped) return;
        const found = result(id, scenario);
        context.evidence.delete(id);
        judged.set(id, found);
        watcher.onScenario(found);
        context.stopped = options.failFast && (counts(found) || found.verdict === 'harness error');
      },
    });
    const { stopped } = context;
    const scenarios = [...played].flatMap(([id, scenario]) => judged.get(id) ?? (stopped ? [] : result(id, scenario)));
    const partial = options.tags !== '' || options.features.length > 0 || stopped;
    const ends = [where.launched?.lateObituary(), where.launchedPeer?.lateObituary()];
    const dead = (await Promise.all(ends)).filter((end) => end !== undefined);
    const stale = staleEntries(baseline, scenarios, { written, ledger, today, whole: !partial });
    const sum = sumUp(scenarios, { ledger, facts, scope, partial, strict: options.strict, stale });
    const ms = Date.now() - started.getTime();
    return {
      ...start,
      ...sum,
      scenarios,
      partial,
      stopped,
      stale,
      strict: options.strict,
      options: recorded(options, features, scope, baseline, where, control),
      dead,
      started: started.toISOString(),
      ms,
    };
  } finally {
    setActiveRun(undefined);
    for (const target of targets) target.close();
  }
}

function recorded(
  options: RunOptions,
  features: string[],
  { version, profiles }: Scope,
  baseline: KnownFailure[],
  { peer }: Nodes,
  { can }: NodeControl,
): RecordedOptions {
  const { seed, failFast, tags, ca, registrationToken, adminToken } = options;
  return {
    ...(version === undefined ? {} : { spec: version }),
    ...{ profiles, baseline, fail_fast: failFast },
    ...(seed === undefined ? {} : { seed }),
    tags,
    features: options.features.length > 0 ? features.map((path) => path.replace(join(packageRoot, '/'), '')) : [],
    ...(peer === undefined ? {} : { peer: baseUrl(peer) }),
    tls: isAuthority(ca),
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
