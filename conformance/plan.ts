// What a run would play, without playing it.
import { Writable } from 'node:stream';
import { loadConfiguration, loadSupport, runCucumber } from '@cucumber/cucumber/api';
import { Collector } from './collector.ts';
import { ConfigurationError, messageOf } from './outcome.ts';
import { packageRoot } from './package-root.ts';
import type { PlayedScenario } from './scenario.ts';

/** A pattern that no file has: the plan needs no step definitions. */
const NO_STEPS = ['no-steps/*'];

/**
 * The scenarios that a selection selects.
 * @param features files, folders or `file.feature:line`.
 * @param tags a tag expression; empty selects everything.
 * @throws ConfigurationError for a tag expression or a feature that cannot be read.
 */
export async function planOf(features: string[], tags: string): Promise<PlayedScenario[]> {
  const collector = new Collector(() => undefined);
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  const environment = { cwd: packageRoot, stdout: nowhere(), stderr: nowhere(), env: {} };
  const provided = { paths: features, import: NO_STEPS, tags, format: ['progress'], dryRun: true, publish: false };
  try {
    const { runConfiguration } = await loadConfiguration({ file: false, provided }, environment);
    const support = await loadSupport(runConfiguration, environment);
    await runCucumber({ ...runConfiguration, support }, environment, (envelope) => collector.take(envelope));
  } catch (error) {
    throw new ConfigurationError(`the features cannot be read: ${messageOf(error).split('\n')[0]}`);
  }
  if (collector.parseErrors.length > 0) throw new ConfigurationError(collector.parseErrors.join('; '));
  return [...collector.scenarios.values()];
}
