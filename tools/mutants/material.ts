// What mutants are held against: the requirements, the scenarios and vectors that cover them, and which of those stand in a chapter.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_FILES } from '../../conformance/vectors/question.ts';
import type { JsonObject } from '../../conformance/wire/json.ts';
import { readScenarios, type Scenario } from '../features.ts';
import type { Requirement } from '../requirements.ts';

export interface Vector {
  file: string;
  shared: JsonObject;
  vector: JsonObject & { name: string; rule: string };
}

/** What only a client library does, as requirements say: no node shows it, so vectors cover it. */
const CLIENT = 'e2ee-client';

export class Material {
  readonly requirements: ReadonlyMap<string, Requirement>;
  readonly vectors: readonly Vector[];
  readonly #scenarios: readonly Scenario[];
  readonly #root: string;
  readonly #lines = new Map<string, string[]>();

  /** @param root of the repository. */
  constructor(root: string) {
    this.#root = root;
    const list = JSON.parse(readFileSync(join(root, 'spec/requirements.json'), 'utf8')) as Requirement[];
    this.requirements = new Map(list.map((requirement) => [requirement.id, requirement]));
    this.#scenarios = readScenarios(root);
    this.vectors = globSync('spec/vectors/*.json', { cwd: root })
      .map((path) => path.replace(/^.*[\\/]/, ''))
      .filter((file) => CLIENT_FILES.includes(file))
      .sort()
      .flatMap((file) => {
        const { about: _, vectors, ...shared } = JSON.parse(readFileSync(join(root, 'spec/vectors', file), 'utf8'));
        return (vectors as Vector['vector'][]).map((vector) => ({ file, shared, vector }));
      });
  }

  /** @throws Error for an id that no requirement has */
  chapterOf(id: string): string {
    const requirement = this.requirements.get(id);
    if (!requirement) throw new Error(`there is no requirement ${id}`);
    return requirement.chapter;
  }

  /** Whether a client library has to keep to it, not a node. */
  isClient(id: string): boolean {
    return this.requirements.get(id)?.capability === CLIENT;
  }

  isCovered(id: string): boolean {
    return this.isClient(id)
      ? this.vectors.some(({ vector }) => vector.rule === id)
      : this.#scenarios.some(({ tags }) => tags.includes(id));
  }

  scenariosOf(id: string): Scenario[] {
    return this.#scenarios.filter(({ tags }) => tags.includes(id));
  }

  /** The requirements on nodes in the same chapter. */
  idsOfChapterOf(id: string): string[] {
    const chapter = this.chapterOf(id);
    const all = [...this.requirements.values()].filter((requirement) => requirement.chapter === chapter);
    return all.map(({ id }) => id).filter((id) => !this.isClient(id));
  }

  /** The scenarios of the same chapter: a scenario belongs to that of the requirement which it names first. */
  scenariosOfChapterOf(id: string): Scenario[] {
    const chapter = this.chapterOf(id);
    return this.#scenarios.filter(({ tags }) => {
      const first = tags.find((tag) => this.requirements.has(tag));
      return first !== undefined && this.chapterOf(first) === chapter;
    });
  }

  /** The vectors about requirements of the same chapter. */
  vectorsOfChapterOf(id: string): Vector[] {
    const chapter = this.chapterOf(id);
    return this.vectors.filter(({ vector }) => this.requirements.get(vector.rule)?.chapter === chapter);
  }

  /** What covers a requirement, word for word: with another text a mutant has to be tried again. */
  textsOf(id: string): string[] {
    if (this.isClient(id))
      return this.vectors.filter(({ vector }) => vector.rule === id).map(({ vector }) => JSON.stringify(vector));
    return this.scenariosOf(id).map((scenario) => this.#textOf(scenario));
  }

  /** A scenario's lines after those of its background. */
  #textOf({ file, line }: Scenario): string {
    const lines = this.#lines.get(file) ?? readFileSync(join(this.#root, file), 'utf8').split('\n');
    this.#lines.set(file, lines);
    const starts = this.#scenarios.filter((other) => other.file === file).map((other) => other.line);
    const end = starts.find((start) => start > line) ?? lines.length + 1;
    const isText = (text: string) => text.trim() !== '' && !/^\s*[@#]/.test(text);
    return [...lines.slice(0, (starts[0] ?? 1) - 1), ...lines.slice(line - 1, end - 1)].filter(isText).join('\n');
  }
}
