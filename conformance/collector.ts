// What Cucumber tells while it plays.
import type { Envelope, Feature, Pickle } from '@cucumber/messages';
import type { PlayedScenario } from './scenario.ts';

/** Turns Cucumber's messages into scenarios. */
export class Collector {
  readonly scenarios = new Map<string, PlayedScenario>();
  readonly parseErrors: string[] = [];
  ended = false;
  readonly #features = new Map<string, Feature>();
  readonly #pickles = new Map<string, Pickle>();
  readonly #cases = new Map<string, { pickleId: string; steps: Map<string, number> }>();
  readonly #started = new Map<string, { pickleId: string; steps: Map<string, number>; start: number }>();
  readonly #onFinished: (id: string, scenario: PlayedScenario) => void;

  /** @param onFinished called after each scenario with the pickle's id. */
  constructor(onFinished: (id: string, scenario: PlayedScenario) => void) {
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
