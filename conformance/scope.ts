// What a run holds a node to: a version of the specification, and profiles of it.
import { nearest } from './nearest.ts';
import { ConfigurationError } from './outcome.ts';
import { compareVersions, type Ledger, type Requirement } from './requirements.ts';
import type { TargetFacts } from './target-facts.ts';

/** What was asked for with --spec and --profile. */
export interface Scope {
  /** The version that is scored; absent: the newest that the node speaks. */
  version?: string;
  /** The profiles that are scored; none: whatever the node declares. */
  profiles: readonly string[];
}

/**
 * The profiles: what each class and optional capability of section 1.3 depends on, beside `core`. A profile stands for what it rests on too:
 * a node that breaks `core` has nothing to show for `media`.
 */
export const PROFILES: Readonly<Record<string, readonly string[]>> = {
  core: [],
  federation: ['federation'],
  e2ee: ['e2ee'],
  aliases: ['aliases'],
  directory: ['directory'],
  media: ['media'],
  admin: ['federation', 'admin'],
  snapshots: ['federation', 'snapshots'],
  host_transfer: ['federation', 'host_transfer'],
};

/** The versions that the requirements know, in ascending order. All of them are drafts. */
export function knownVersions(ledger: Ledger): string[] {
  return [...new Set([...ledger.requirements.values()].map(({ since }) => since))].sort(compareVersions);
}

/**
 * Reads --spec and --profile.
 * @param spec a version, or `all` for what the node's newest version asks.
 * @param profile names with commas between them; absent: what the node declares.
 * @throws ConfigurationError for what there is not.
 */
export function scopeOf(spec: string, profile: string | undefined, ledger: Ledger): Scope {
  const versions = knownVersions(ledger);
  if (spec !== 'all' && !versions.includes(spec))
    throw new ConfigurationError(
      `--spec ${spec}: this suite knows ${versions.join(', ')} of the specification, all of them drafts, and all for what the node declares.`,
    );
  const profiles = (profile ?? '').split(',').flatMap((name) => name.trim() || []);
  for (const name of profiles) {
    if (PROFILES[name]) continue;
    const names = Object.keys(PROFILES);
    const meant = nearest(name, names);
    const help = meant === undefined ? `there are ${names.join(', ')}.` : `did you mean ${meant}?`;
    throw new ConfigurationError(`--profile ${name}: there is no such profile; ${help}`);
  }
  return { ...(spec === 'all' ? {} : { version: spec }), profiles };
}

/** The version that a node is scored by. */
export function scoredVersion({ version }: Scope, facts: TargetFacts): string {
  return version ?? facts.version;
}

/** The capabilities that the profiles take, or `undefined` where none was asked for. */
function taken({ profiles }: Scope): ReadonlySet<string> | undefined {
  return profiles.length === 0 ? undefined : new Set(profiles.flatMap((name) => PROFILES[name] ?? []));
}

/** Whether a requirement belongs to the profiles. */
export function inProfile(scope: Scope, { capability }: Pick<Requirement, 'capability'>): boolean {
  return capability === undefined || isNobodys(capability) || (taken(scope)?.has(capability) ?? true);
}

/** How a node registers accounts is in no profile, hence in all. */
function isNobodys(capability: string): boolean {
  return capability.startsWith('registration-');
}

/** Whether a requirement counts for the version that a node is scored by; those of later ones run unscored. */
export function isScored(scope: Scope, facts: TargetFacts, requirement: Requirement): boolean {
  return compareVersions(requirement.since, scoredVersion(scope, facts)) <= 0;
}

/** As `isScored`, for a scenario: it counts for the requirements that do, unless its tags make it one of a later version. */
export function scenarioIsScored(
  scope: Scope,
  facts: TargetFacts,
  tags: readonly string[],
  requirements: readonly Requirement[],
): boolean {
  const version = scoredVersion(scope, facts);
  const later = tags.some((tag) => tag.startsWith('@since-') && compareVersions(tag.slice(7), version) > 0);
  return !later && (requirements.length === 0 || requirements.some((each) => isScored(scope, facts, each)));
}

/** What a scenario depends on: the capabilities of its tags and of its requirements. */
function dependencies(tags: readonly string[], requirements: readonly Requirement[]): string[] {
  const tagged = tags.flatMap((tag) => (tag.startsWith('@cap-') ? [tag.slice(5)] : []));
  const withheld = tags.some((tag) => tag.startsWith('@no-cap-'));
  return [...tagged, ...(withheld ? [] : requirements.flatMap(({ capability }) => capability ?? []))];
}

/** Why a scenario is outside the profiles, or `undefined`. */
export function whyOutside(
  scope: Scope,
  tags: readonly string[],
  requirements: readonly Requirement[],
): string | undefined {
  const foreign = dependencies(tags, requirements).find((capability) => !inProfile(scope, { capability }));
  return foreign && outside(scope, foreign);
}

/** Says that something is outside the profiles because of a capability. */
export function outside({ profiles }: Scope, capability: string): string {
  return `outside --profile ${profiles.join(',')}: it depends on ${capability}`;
}

/** What was asked for and the node does not declare: `the version 0.2`, `federation`. It cannot conform without. */
export function missing(scope: Scope, facts: TargetFacts): string[] {
  const { version } = scope;
  return [
    ...(version === undefined || facts.versions.includes(version) ? [] : [`the version ${version}`]),
    ...[...(taken(scope) ?? [])].filter((capability) => !facts.capabilities.has(capability)),
  ];
}

/** What keeps a scenario from being tested: what it takes was asked for, and the node does not declare it. */
export function whyUndeclared(
  scope: Scope,
  facts: TargetFacts,
  tags: readonly string[],
  requirements: readonly Requirement[],
): { expected: string; actual: string } | undefined {
  const lacking = missing(scope, facts);
  const capability = dependencies(tags, requirements).find((each) => lacking.includes(each));
  const { version } = scope;
  const asked = capability !== undefined ? '--profile' : '--spec';
  const ofVersion = requirements.some(({ since }) => since === version && compareVersions(since, facts.version) > 0);
  const lacked =
    capability ?? (ofVersion && lacking.includes(`the version ${version}`) ? `the version ${version}` : '');
  if (lacked === '') return undefined;
  const actual = `a node that declares ${[...facts.versions, ...facts.capabilities].join(', ')}`;
  return { expected: `the node to declare ${lacked}, which ${asked} asks for`, actual };
}
