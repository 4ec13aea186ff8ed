import { Writable } from 'node:stream';
import { type ISupportCodeLibrary, loadConfiguration, loadSupport, runCucumber } from '@cucumber/cucumber/api';
import type { Envelope, Feature, Pickle } from '@cucumber/messages';
import { ConfigurationError, HarnessError, messageOf } from './outcome.ts';
import { packageRoot } from './package-root.ts';
import type { PlayedScenario } from './scenario.ts';

type Order = 'defined' | `random:${number}`;

/** What to play. */
export interface Play {
  /** Feature files, folders or `file.feature:line`. */
  features: string[];
  /** Globs of step definitions. */
  steps: string[];
  tags: string;
  /** Plays them in an order that follows from this number; absent, in the order of the features. */
  seed?: number | undefined;
  /** Called after each scenario with the pickle's id. */
  onFinished(id: string, scenario: PlayedScenario): void;
}

let library: { steps: string; support: ISupportCodeLibrary } | undefined;

/**
 * Plays the features with Cucumber, serially, and reports what happened to each scenario.
 * @returns the scenarios by the pickle's id, including those that were never started.
 * @throws ConfigurationError for a tag expression or a feature that cannot be read; HarnessError when step files do not load.
 */
export async function play({ features, steps, tags, seed, onFinished }: Play): Promise<Map<string, PlayedScenario>> {
  const collector = new Collector(onFinished);
  const errors: string[] = [];
  const environment = {
    cwd: packageRoot,
    stdout: sink(() => undefined),
    stderr: sink((text) => errors.push(text)),
    env: {},
  };
  const order: Order = seed === undefined ? 'defined' : `random:${seed}`;
  const provided = { paths: features, import: steps, tags, order, format: ['progress'], publish: false };
  try {
    const { runConfiguration } = await loadConfiguration({ file: false, provided }, environment);
    const support = await supportFor(steps, () => loadSupport(runConfiguration, environment));
    await runCucumber({ ...runConfiguration, support }, environment, (envelope) => collector.take(envelope));
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new ConfigurationError(`the features cannot be played: ${reasonOf(error)}`);
  }
  if (collector.parseErrors.length > 0) throw new HarnessError(collector.parseErrors.join('; ').replaceAll('\n', ' '));
  if (!collector.ended) throw new HarnessError(`Cucumber stopped early: ${errors.join(' ').replaceAll('\n', ' ')}`);
  return collector.scenarios;
}

/** Cucumber wraps what went wrong, such as a tag expression that does not parse, in general words. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return messageOf(cause).split('\n')[0] ?? '';
}

/** Step files register themselves when they are first imported, so a process can load one set of them, once. */
async function supportFor(steps: string[], load: () => Promise<ISupportCodeLibrary>): Promise<ISupportCodeLibrary> {
  const key = steps.join('\n');
  if (library && library.steps !== key) throw new HarnessError('a process can load one set of step files only');
  try {
    library ??= { steps: key, support: await load() };
  } catch (error) {
    throw new HarnessError(
      `the step files do not load: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
  return library.support;
}

/** Turns Cucumber's messages into scenarios. */
export class Collector {
  readonly scenarios = new Map<string, PlayedScenario>();
  readonly parseErrors: string[] = [];
  ended = false;
  readonly #features = new Map<string, Feature>();
  readonly #pickles = new Map<string, Pickle>();
  readonly #cases = new Map<string, { pickleId: string; steps: Map<string, number> }>();
  readonly #started = new Map<string, { pickleId: string; steps: Map<string, number>; start: number }>();
  readonly #onFinished: Play['onFinished'];

  constructor(onFinished: Play['onFinished']) {
    this.#onFinished = onFinished;
  }

  take(envelope: Envelope): void {
    const { gherkinDocument, parseError, pickle, testCase, testCaseStarted, testStepFinished, testCaseFinished } =
      envelope;
    if (parseError) this.parseErrors.push(`${parseError.source.uri ?? ''}: ${parseError.message}`);
    if (gherkinDocument?.feature) this.#features.set(gherkinDocument.uri ?? '', gherkinDocument.feature);
    if (pickle) this.#pickles.set(pickle.id, pickle);
    if (testCase) this.#plan(testCase.id, testCase.pickleId, testCase.testSteps);
    if (testCaseStarted) {
      const planned = this.#cases.get(testCaseStarted.testCaseId);
      if (planned) this.#started.set(testCaseStarted.id, { ...planned, start: performance.now() });
    }
    if (testStepFinished) {
      const running = this.#started.get(testStepFinished.testCaseStartedId);
      const index = running?.steps.get(testStepFinished.testStepId);
      const step = this.scenarios.get(running?.pickleId ?? '')?.steps[index ?? -1];
      if (step) step.status = testStepFinished.testStepResult.status;
    }
    if (testCaseFinished) {
      const running = this.#started.get(testCaseFinished.testCaseStartedId);
      const scenario = this.scenarios.get(running?.pickleId ?? '');
      if (!running || !scenario) return;
      scenario.finished = true;
      scenario.ms = Math.round(performance.now() - running.start);
      this.#onFinished(running.pickleId, scenario);
    }
    if (envelope.testRunFinished) this.ended = true;
  }

  #plan(caseId: string, pickleId: string, testSteps: readonly TestStepLike[]): void {
    const pickle = this.#pickles.get(pickleId);
    if (!pickle) return;
    const own = testSteps.filter(({ pickleStepId }) => pickleStepId !== undefined);
    this.#cases.set(caseId, { pickleId, steps: new Map(own.map(({ id }, index) => [id, index])) });
    this.scenarios.set(pickleId, {
      uri: pickle.uri,
      line: pickle.location?.line ?? 0,
      feature: this.#features.get(pickle.uri)?.name ?? pickle.uri,
      name: pickle.name,
      tags: pickle.tags.map(({ name }) => name),
      steps: pickle.steps.map(({ text, type }, index) => ({
        keyword: { Context: 'Given', Action: 'When', Outcome: 'Then' }[String(type)] ?? '*',
        text,
        status: 'NOT STARTED',
        definitions: own[index]?.stepDefinitionIds?.length ?? 0,
      })),
      asserts: pickle.steps.some(({ type }) => String(type) === 'Outcome'),
      ms: 0,
      finished: false,
    });
  }
}

type TestStepLike = { id: string; pickleStepId?: string; stepDefinitionIds?: readonly string[] };

function sink(write: (text: string) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk.toString());
      done();
    },
  });
}
