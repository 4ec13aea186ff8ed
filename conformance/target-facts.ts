import { compareVersions, type Requirement } from './requirements.ts';
import type { KeysFound } from './target-identity.ts';
import type { JsonObject } from './wire/json.ts';
import { isObject } from './wire/json.ts';

/** What the node says of itself in getVersions. */
export interface TargetFacts {
  url: string;
  node: string;
  software: { name: string; version: string };
  versions: string[];
  classes: string[];
  registration: 'open' | 'token' | 'closed';
  /** Names of the optional capabilities and classes it declares, and `registration-<mode>`. */
  capabilities: ReadonlySet<string>;
  /** Its newest version of the specification that the suite has requirements for. */
  version: string;
  /** The answer of getVersions, of which all this was read. */
  declaration: JsonObject;
  /** Its keys, once it was asked for them. */
  identity?: KeysFound;
}

/** Reads getVersions, whose schema has been checked. */
export function factsOf(url: string, body: JsonObject, requirements: Iterable<Requirement>): TargetFacts {
  const software = isObject(body.software) ? body.software : {};
  const registration = isObject(body.registration) ? body.registration : {};
  const declared = isObject(body.capabilities) ? body.capabilities : {};
  const versions = Array.isArray(body.versions) ? body.versions.map(String).sort(compareVersions) : [];
  const known = [...new Set([...requirements].map(({ since }) => since))].sort(compareVersions);
  const newest = known.at(-1);
  const common = versions.filter((version) => newest === undefined || compareVersions(version, newest) <= 0);
  const mode = registration.mode === 'token' || registration.mode === 'closed' ? registration.mode : 'open';
  return {
    url,
    node: String(body.node),
    software: { name: String(software.name), version: String(software.version) },
    versions,
    classes: Array.isArray(body.classes) ? body.classes.map(String) : [],
    registration: mode,
    capabilities: new Set([
      ...Object.entries(declared).flatMap(([name, on]) => (on === true ? [name] : [])),
      ...(Array.isArray(body.classes) ? body.classes.map(String) : []),
      `registration-${mode}`,
    ]),
    version: common.at(-1) ?? versions.at(-1) ?? '',
    declaration: body,
  };
}

/**
 * Why a scenario with these tags and requirements is not for this node, or `undefined` when it is.
 * `@cap-x` needs the capability x, `@no-cap-x` its absence, `@since-v` a version of at least v.
 */
export function whyNotApplicable(facts: TargetFacts, tags: string[], requirements: Requirement[]): string | undefined {
  const has = (name: string) => facts.capabilities.has(name) || facts.capabilities.has(name.replaceAll('-', '_'));
  for (const tag of tags) {
    const [, kind = '', name = ''] = /^@(cap|no-cap|since)-(.+)$/.exec(tag) ?? [];
    if (kind === 'cap' && !has(name)) return `the node does not declare ${name}`;
    if (kind === 'no-cap' && has(name)) return `the node declares ${name}`;
    if (kind === 'since' && compareVersions(name, facts.version) > 0)
      return `the node speaks ${facts.version}, not yet ${name}`;
  }
  const withheld = tags.some((tag) => tag.startsWith('@no-cap-'));
  const missing = requirements.find(({ capability }) => capability !== undefined && !has(capability));
  if (missing && !withheld) return `the node does not declare ${missing.capability}`;
  const later = requirements.find(({ since }) => compareVersions(since, facts.version) > 0);
  return later && `${later.id} stands in the specification since ${later.since}; the node speaks ${facts.version}`;
}
