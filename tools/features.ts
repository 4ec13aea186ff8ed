// The scenarios of features/, with the tags they carry themselves and the ones they inherit.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AstBuilder, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin';
import { type FeatureChild, IdGenerator, type Tag } from '@cucumber/messages';

export interface Scenario {
  name: string;
  /** Without their `@`. */
  tags: string[];
  file: string;
  line: number;
}

/** Every scenario under `root`/features. An outline is one scenario, with the tags of all its examples. */
export function readScenarios(root: string): Scenario[] {
  const files = globSync('features/**/*.feature', { cwd: root }).sort();
  return files.flatMap((file) => scenariosOf(file, readFileSync(join(root, file), 'utf8')));
}

/** @throws Error that names the file when it is not Gherkin */
export function scenariosOf(file: string, text: string): Scenario[] {
  const parser = new Parser(new AstBuilder(IdGenerator.incrementing()), new GherkinClassicTokenMatcher());
  try {
    const { feature } = parser.parse(text);
    return feature ? children(file, feature.children, names(feature.tags)) : [];
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function children(file: string, nodes: readonly FeatureChild[], inherited: readonly string[]): Scenario[] {
  return nodes.flatMap(({ rule, scenario }) => {
    if (rule) return children(file, rule.children, [...inherited, ...names(rule.tags)]);
    if (!scenario) return []; // a background
    const own = [...scenario.tags, ...scenario.examples.flatMap((examples) => examples.tags)];
    return { name: scenario.name, tags: [...inherited, ...names(own)], file, line: scenario.location.line };
  });
}

function names(tags: readonly Tag[]): string[] {
  return tags.map(({ name }) => name.slice(1));
}
