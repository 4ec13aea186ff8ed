// Tries a mutant: a node with the scenarios of its requirement first, and only when they fail with the others of its chapter.
import { messageOf } from '../../conformance/outcome.ts';
import { ownParts, run } from '../../conformance/run.ts';
import type { ScenarioResult } from '../../conformance/scenario.ts';
import { resolveSettings } from '../../conformance/settings/resolve.ts';
import type { Scenario } from '../features.ts';
import type { Material } from './material.ts';
import type { Mutant } from './mutant.ts';
import { type Started, startNode } from './node.ts';
import { broken, noticed, type Outcome } from './outcome.ts';
import { bySetting, PLAIN, type Setting } from './settings.ts';
import { tryLibrary } from './vectors.ts';

const parts = ownParts();

/** Tries mutants one after the other; what a good node does in the same setting it looks up once. */
export class Trial {
  readonly #material: Material;
  /** The requirements whose mutants are tried: a good node is asked for all of a chapter at a time. */
  readonly #wanted: ReadonlySet<string>;
  readonly #bad = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(material: Material, wanted: ReadonlySet<string>) {
    this.#material = material;
    this.#wanted = wanted;
  }

  /** Never throws: whatever goes wrong is the outcome `broken`. */
  async of(mutant: Mutant): Promise<Outcome> {
    try {
      if (this.#material.isClient(mutant.requirement)) return await tryLibrary(this.#material, mutant);
      return await this.#tryNode(mutant);
    } catch (error) {
      return broken(messageOf(error));
    }
  }

  async #tryNode(mutant: Mutant): Promise<Outcome> {
    const { requirement } = mutant;
    const chapter = this.#material.scenariosOfChapterOf(requirement);
    const proxied = 'wire' in mutant;
    let played = 0;
    for (const [setting, scenarios] of bySetting(this.#material.scenariosOf(requirement), proxied)) {
      const bad = await this.#badIn(setting, requirement);
      const node = await startNode(setting, mutant);
      try {
        const results = await play(node, scenarios, `@${requirement}`);
        const own = results.filter(({ requirements }) => requirements.includes(requirement));
        played += own.length;
        const fault = faultOf(own, bad) ?? node.died();
        if (fault !== undefined) return broken(fault);
        const by = own.filter(({ verdict }) => verdict === 'fail').map(placeOf);
        if (by.length === 0) {
          const stuck = own.find(({ verdict }) => verdict === 'not testable');
          if (stuck) return broken(`${placeOf(stuck)} is not testable: ${stuck.trouble?.message ?? ''}`);
          continue;
        }
        const plain = { ...PLAIN, proxied };
        const others = chapter.filter((scenario) => !scenario.tags.includes(requirement));
        const ids = this.#material.idsOfChapterOf(requirement);
        const [, rest = []] = bySetting(others, proxied).find(([one]) => isSame(one, plain)) ?? [];
        if (isSame(setting, plain)) return noticed(by, await playOthers(node, rest, ids, requirement));
        const another = await startNode(plain, mutant);
        try {
          return noticed(by, await playOthers(another, rest, ids, requirement));
        } finally {
          await another.stop();
        }
      } finally {
        await node.stop();
      }
    }
    if (played === 0) return broken('no scenario of the requirement applies to a node that is started so');
    return { kind: 'survived', by: [], remark: '' };
  }

  /** The scenarios that a good node fails in a setting, among those of the requirements that are tried: there should be none. */
  async #badIn(setting: Setting, requirement: string): Promise<ReadonlySet<string>> {
    const key = JSON.stringify([setting, this.#material.chapterOf(requirement)]);
    const kept = this.#bad.get(key) ?? this.#playGood(setting, requirement);
    this.#bad.set(key, kept);
    return await kept;
  }

  async #playGood(setting: Setting, requirement: string): Promise<ReadonlySet<string>> {
    const ids = this.#material.idsOfChapterOf(requirement).filter((id) => this.#wanted.has(id));
    const all = new Set(ids.flatMap((id) => this.#material.scenariosOf(id)));
    const [, scenarios = []] = bySetting([...all], setting.proxied).find(([one]) => isSame(one, setting)) ?? [];
    const node = await startNode(setting);
    try {
      const results = await play(node, scenarios, ids.map((id) => `@${id}`).join(' or '));
      return new Set(results.filter(({ verdict }) => verdict !== 'pass').map(placeOf));
    } finally {
      await node.stop();
    }
  }
}

/** Plays the files of some scenarios, those with the tags alone. */
async function play(node: Started, scenarios: readonly Scenario[], tags: string): Promise<ScenarioResult[]> {
  const features = [...new Set(scenarios.map(({ file }) => file))];
  if (features.length === 0) return [];
  const { url, peer, ca, registrationToken, adminToken } = node;
  const flags = { url, peer, ca, registrationToken, adminToken, tags };
  const settings = resolveSettings(flags, { cwd: import.meta.dirname, env: {} });
  const { scenarios: results } = await run({ ...settings, features }, parts, {
    onStart: () => undefined,
    onScenario: () => undefined,
    onFeature: () => undefined,
  });
  return results.filter(({ verdict }) => verdict !== 'not applicable');
}

/** Plays the scenarios of the chapter that do not name the requirement. */
async function playOthers(node: Started, rest: readonly Scenario[], ids: readonly string[], requirement: string) {
  const played = await play(node, rest, `(${ids.map((id) => `@${id}`).join(' or ')}) and not @${requirement}`);
  const results = played.filter(({ requirements: [first = ''] }) => ids.includes(first));
  const failed = results.filter(({ verdict }) => verdict !== 'pass').map(placeOf);
  return { passed: results.length - failed.length, all: results.length, failed };
}

/** What makes the verdicts on the requirement's scenarios worthless. */
function faultOf(own: readonly ScenarioResult[], bad: ReadonlySet<string>): string | undefined {
  const harness = own.find(({ verdict }) => verdict === 'harness error');
  if (harness) return `${placeOf(harness)} is a harness error: ${harness.trouble?.message ?? ''}`;
  const failed = own.find(({ verdict, ...scenario }) => verdict === 'fail' && bad.has(placeOf(scenario)));
  return failed && `${placeOf(failed)} fails on a good node too`;
}

function placeOf({ uri, line }: { uri: string; line: number }): string {
  return `${uri}:${line}`;
}

function isSame(a: Setting, b: Setting): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
