// Whether a report agrees with itself and with this suite. That shows no more than this: who runs the suite can write what it likes.
import { isDeepStrictEqual } from 'node:util';
import { staleEntries } from '../baseline.ts';
import { counts, type Weights, weighed } from '../counting.ts';
import { type RunMeans, whyLeftOut } from '../left-out.ts';
import { suiteVersion } from '../package-root.ts';
import { planOf } from '../plan.ts';
import type { Ledger } from '../requirements.ts';
import { locate, type RunParts } from '../run.ts';
import { type Judgement, judge, type PlayedScenario, type ScenarioResult } from '../scenario.ts';
import { readScenarios } from '../scenario-index.ts';
import { type Scope, scoredVersion } from '../scope.ts';
import type { TargetFacts } from '../target-facts.ts';
import { sumUp } from '../verdicts.ts';
import { chapters } from './chapters.ts';
import { chained, digestOf, featuresDigest, requirementSetDigest, requirementsOf } from './digest.ts';
import { headOf, nameOf, type Report, requirementReport, type ScenarioReport } from './envelope.ts';
import { explain } from './explain.ts';
import { schemaProblem } from './schema.ts';
import { factsFrom, nodeProblems } from './verify-node.ts';

/** The words for where a scenario's trouble came up that are no step of it. */
const NO_STEP = ['', 'the end of the scenario'];

/**
 * Recomputes a report.
 * @param json the file's content, parsed.
 * @param parts the suite that it says it comes from.
 * @returns what is wrong, a sentence each; nothing when it is consistent.
 */
export async function reportProblems(json: unknown, parts: RunParts): Promise<string[]> {
  const malformed = schemaProblem(json);
  if (malformed !== undefined) return [`it is no report of this format: ${malformed}`];
  const report = json as Report;
  if (report.suite.version !== suiteVersion)
    return [
      `it comes from version ${report.suite.version} of the suite, and this is ${suiteVersion}: verify it with that one`,
    ];
  const facts = factsFrom(report.target);
  return [
    ...sealProblems(report),
    ...specProblems(report, parts),
    ...nodeProblems(report, parts.ledger),
    ...(await scenarioProblems(report, facts, parts)),
    ...conclusionProblems(report, facts, parts),
  ];
}

function sealProblems(report: Report): string[] {
  const { seal, ...rest } = report;
  const bare = report.scenarios.map(({ digest: _, ...scenario }) => scenario);
  const digests = chained(headOf(report), bare);
  const broken = report.scenarios.findIndex(({ digest }, index) => digest !== digests[index]);
  const at =
    broken === 0
      ? 'what it says of suite, nodes and run, or its first scenario'
      : `scenario ${placeOf(report.scenarios[broken])}`;
  return [
    ...(digestOf(rest) === seal ? [] : ['its seal is broken: something in it was changed']),
    ...(broken < 0
      ? []
      : [`its chain of scenarios breaks at ${at}: that was changed, or one before it removed or moved`]),
  ];
}

function specProblems(
  { suite, spec, target, run, requirements }: Report,
  { ledger, featureFolder }: RunParts,
): string[] {
  const set = requirementsOf(ledger.requirements.values(), spec.version);
  const listed = new Set(requirements.map(({ id }) => id));
  const missing = [...ledger.requirements.keys()].filter((id) => !listed.has(id));
  return [
    ...(suite.features === featuresDigest(featureFolder) ? [] : ['its features are not those of this suite']),
    ...(spec.version === (run.options.spec ?? target.version)
      ? []
      : [
          `it scores version ${spec.version}, and ${run.options.spec === undefined ? `the node speaks ${target.version}` : `was to score ${run.options.spec}`}`,
        ]),
    ...(spec.requirements === set.length && spec.digest === requirementSetDigest(set)
      ? []
      : [`its requirement set is not that of version ${spec.version}`]),
    ...missing.map((id) => `the requirement ${id} is missing`),
  ];
}

async function scenarioProblems(
  report: Report,
  facts: TargetFacts,
  { ledger, featureFolder }: RunParts,
): Promise<string[]> {
  const { options, partial, stopped } = report.run;
  const paths = options.features.length > 0 ? options.features.map((path) => locate(path)) : [featureFolder];
  const plan = new Map((await planOf(paths, options.tags)).map((scenario) => [placeOf(scenario), scenario]));
  const played = Map.groupBy(report.scenarios, (scenario) => placeOf(scenario));
  const means = {
    facts,
    ...(report.peer ? { other: factsFrom(report.peer) } : {}),
    tls: options.tls,
    can: options.can,
    scope: scopeIn(report),
  };
  const missing = stopped ? [] : [...plan.keys()].filter((place) => !played.has(place));
  const weights = weightsOf(report, facts, { ledger, featureFolder });
  return [
    ...(partial === (stopped || options.tags !== '' || options.features.length > 0)
      ? []
      : ['whether it is partial does not follow from its options']),
    ...(stopped ===
    ((options.fail_fast ?? false) && report.scenarios.some((each) => counts(each) || each.verdict === 'harness error'))
      ? []
      : ['it stopped where it had no reason to, or went on after a failure at which it was to stop']),
    ...missing.map((place) => `the scenario ${place} is missing`),
    ...[...played].flatMap(([place, [scenario, ...more]]) => {
      const planned = plan.get(place);
      if (!planned || !scenario) return [`the scenario ${place} is none that its options select`];
      if (more.length > 0) return [`the scenario ${place} stands in it more than once`];
      return verdictProblems(scenario, planned, report, means, weights).map(
        (problem) => `the scenario ${place} ${problem}`,
      );
    }),
  ];
}

/** Whether a scenario is the suite's, and its verdict follows from its evidence. */
function verdictProblems(
  scenario: ScenarioReport,
  planned: PlayedScenario,
  { run, target }: Report,
  means: RunMeans,
  weights: Weights,
): string[] {
  const { ledger } = weights;
  const { feature, name, tags, steps, trouble, exchanges } = scenario;
  const texts = (list: { keyword: string; text: string }[]) => list.map(({ keyword, text }) => `${keyword} ${text}`);
  const same =
    isDeepStrictEqual([feature, name, tags], [planned.feature, planned.name, planned.tags]) &&
    isDeepStrictEqual(texts(steps), texts(planned.steps));
  if (!same) return ['is not as in this suite'];
  const requirements = tags.flatMap((tag) => ledger.requirements.get(tag.slice(1)) ?? []);
  const reason = whyLeftOut(means, tags, requirements);
  const replayed: PlayedScenario = {
    ...planned,
    steps: planned.steps.map((step, index) => ({ ...step, status: steps[index]?.status ?? '', definitions: 1 })),
    ms: scenario.ms,
    finished: true,
  };
  const evidence = {
    ...(trouble ? { trouble } : {}),
    ...(reason === undefined ? {} : { notApplicable: reason }),
  };
  const right = weighed(judge(replayed, evidence, ledger, run.strict), weights);
  return [
    ...(isDeepStrictEqual(scored(scenario), scored(right))
      ? []
      : [`is ${scenario.verdict}, and its evidence says ${right.verdict}`]),
    ...(trouble && !isSeen(trouble.step, scenario)
      ? ['tells of trouble in a step that its steps know nothing of']
      : []),
    ...(scenario.target === nameOf(target) ? [] : [`was played against ${scenario.target}, not ${nameOf(target)}`]),
    ...strangers(exchanges, scenario, target, run.options.peer).map((to) => `has exchanges with ${to}`),
    ...(isDeepStrictEqual(scenario.explanation, explanationOf(scenario, ledger, run.command))
      ? []
      : ['explains something else than its trouble']),
  ];
}

function scored(judgement: Judgement) {
  const { uri, line, requirements, level, verdict, warning, unscored, known, reason, trouble } = judgement;
  return { uri, line, requirements, level, verdict, warning, unscored, known, reason, trouble };
}

/** Whether a step ended otherwise than passed where trouble is said to have come up, if that is a step at all. */
function isSeen(step: string, { steps, verdict }: ScenarioReport): boolean {
  if (NO_STEP.includes(step) || verdict === 'harness error') return true;
  return steps.some(({ text, status }) => text === step && status === 'FAILED');
}

/** Whom a scenario's exchanges were with that is neither node, nor a fake node, nor a URL that a passed scenario leaves out. */
function strangers(
  exchanges: ScenarioReport['exchanges'],
  { tags }: ScenarioReport,
  target: Report['target'],
  peer: string | undefined,
): string[] {
  if (tags.some((tag) => /^@DISC-/.test(tag))) return []; // a node may say that it is reached at other URLs, too
  const odd = exchanges.filter(
    ({ who, to = target.url }) => to !== target.url && to !== peer && who !== `${target.node} to ${to}`,
  );
  return [...new Set(odd.map(({ to = '' }) => to))];
}

function explanationOf(scenario: ScenarioReport, ledger: Ledger, command: string) {
  return scenario.verdict === 'pass' ? undefined : explain(resultOf(scenario), ledger, command);
}

/** The scenario as a run would have it, as far as verdicts go. */
function resultOf(scenario: ScenarioReport): ScenarioResult {
  return { ...scenario, exchanges: [] };
}

function conclusionProblems(report: Report, facts: TargetFacts, parts: RunParts): string[] {
  const { partial, strict } = report.run;
  const weights = weightsOf(report, facts, parts);
  const { ledger, scope } = weights;
  const scenarios = report.scenarios.map((scenario) => resultOf(scenario));
  const stale = staleEntries(weights.baseline, scenarios, { ...weights, whole: !partial });
  const {
    requirements: results,
    exitCode,
    conformant,
    conclusion,
  } = sumUp(scenarios, {
    ...{ ledger, facts, scope, partial, strict, stale },
  });
  const right = results.map((result) => requirementReport(result, ledger));
  const { result } = report;
  return [
    ...report.requirements.flatMap((row, index) =>
      isDeepStrictEqual(row, JSON.parse(JSON.stringify(right[index] ?? null)))
        ? []
        : [`the requirement ${row.id} is not what its scenarios make of it`],
    ),
    ...(isDeepStrictEqual(report.chapters, chapters(results, ledger, scoredVersion(scope, facts)))
      ? []
      : ['its chapters do not add up']),
    ...(result.exit_code === exitCode &&
    result.conformant === conformant &&
    result.conclusion === conclusion &&
    isDeepStrictEqual(result.stale ?? [], stale)
      ? []
      : [`it concludes “${result.conclusion}”, and its scenarios make it “${conclusion}”`]),
  ];
}

function scopeIn({ run }: Report): Scope {
  const { spec, profiles } = run.options;
  return { ...(spec === undefined ? {} : { version: spec }), profiles };
}

/** What the scenarios of a report are weighed by. */
function weightsOf(
  report: Report,
  facts: TargetFacts,
  { ledger, featureFolder }: Pick<RunParts, 'ledger' | 'featureFolder'>,
): Weights {
  const { baseline } = report.run.options;
  const written = baseline.length > 0 ? readScenarios(featureFolder) : [];
  return { ledger, facts, scope: scopeIn(report), baseline, written, today: report.run.started.slice(0, 10) };
}

function placeOf(scenario: { uri: string; line: number } | undefined): string {
  return scenario ? `${scenario.uri}:${scenario.line}` : '';
}
