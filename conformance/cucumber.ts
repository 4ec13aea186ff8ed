import { Writable } from 'node:stream';
import { type ISupportCodeLibrary, loadConfiguration, loadSupport, runCucumber } from '@cucumber/cucumber/api';
import { Collector } from './collector.ts';
import { divide, type Part } from './lanes.ts';
import { ConfigurationError, HarnessError, messageOf } from './outcome.ts';
import { packageRoot } from './package-root.ts';
import type { PlayedScenario } from './scenario.ts';

type Order = 'defined' | `random:${number}`;

/** What to play. */
export interface Play {
  /** Feature files, folders or `file.feature:line`; absolute. */
  features: string[];
  /** Globs of step definitions. */
  steps: string[];
  tags: string;
  /** Features, and scenarios in each, are played in an order that follows from this number. */
  seed?: number | undefined;
  /** How many scenarios are played at a time. */
  parallel: number;
  /** Called after each scenario with the pickle's id. */
  onFinished(id: string, scenario: PlayedScenario): void;
  /** Called when a feature has no more scenarios to come. */
  onFeature(file: string): void;
}

let library: { steps: string; support: ISupportCodeLibrary } | undefined;

/**
 * Plays the features with Cucumber and reports what happened to each scenario. Several are under way at a time in this one process:
 * most of a scenario is waiting for answers.
 * @returns the scenarios by the pickle's id, in the order of the features, including those that were never started.
 * @throws ConfigurationError for a tag expression or a feature that cannot be read; HarnessError when step files do not load.
 */
export async function play(options: Play): Promise<Map<string, PlayedScenario>> {
  const { features, steps, tags, parallel, seed, onFeature } = options;
  const scenarios: [string, PlayedScenario][] = [];
  const { lanes, alone } = divide(features, tags, parallel, seed);
  const toCome = new Map<string, number>();
  for (const { file } of new Set([...lanes.flat(), ...alone])) toCome.set(file, (toCome.get(file) ?? 0) + 1);
  let failed = false;
  const playAll = async (parts: Part[]): Promise<void> => {
    for (let part = failed ? undefined : parts.shift(); part; part = failed ? undefined : parts.shift()) {
      scenarios.push(...(await playPart(part, options)));
      const left = (toCome.get(part.file) ?? 0) - 1;
      toCome.set(part.file, left);
      if (left === 0) onFeature(part.file);
    }
  };
  const lane = async (parts: Part[]): Promise<void> => {
    try {
      await playAll(parts);
    } catch (error) {
      failed = true; // the other lanes end what they are at
      throw error;
    }
  };
  await loadSteps(steps);
  const listeners = process.getMaxListeners();
  process.setMaxListeners(listeners + lanes.length); // Cucumber has one for each step that runs
  try {
    await playAll(alone);
    const ended = await Promise.allSettled(lanes.map(lane));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  } finally {
    process.setMaxListeners(listeners);
  }
  const place = ({ uri, line }: PlayedScenario) => `${uri} ${String(line).padStart(6, '0')}`;
  return new Map(scenarios.toSorted(([, a], [, b]) => (place(a) < place(b) ? -1 : 1)));
}

async function playPart({ path, tags }: Part, { steps, seed, onFinished }: Play): Promise<Map<string, PlayedScenario>> {
  const collector = new Collector(onFinished);
  const errors: string[] = [];
  const environment = environmentOf((text) => errors.push(text));
  try {
    const support = await loadSteps(steps);
    const order: Order = seed === undefined ? 'defined' : `random:${seed}`;
    const { runConfiguration } = await loadConfiguration(
      { file: false, provided: { ...provided(steps), paths: [path], tags, order } },
      environment,
    );
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
async function loadSteps(steps: string[]): Promise<ISupportCodeLibrary> {
  const key = steps.join('\n');
  if (library && library.steps !== key) throw new HarnessError('a process can load one set of step files only');
  if (library) return library.support;
  const environment = environmentOf(() => undefined);
  try {
    const { runConfiguration } = await loadConfiguration({ file: false, provided: provided(steps) }, environment);
    library = { steps: key, support: await loadSupport(runConfiguration, environment) };
    return library.support;
  } catch (error) {
    throw new HarnessError(
      `the step files do not load: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

function provided(steps: string[]) {
  return { import: steps, format: ['progress'], publish: false };
}

function environmentOf(onError: (text: string) => void) {
  return { cwd: packageRoot, stdout: sink(() => undefined), stderr: sink(onError), env: {} };
}

function sink(write: (text: string) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk.toString());
      done();
    },
  });
}
