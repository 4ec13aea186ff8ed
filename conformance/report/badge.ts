// Badges: what a whole run says of one version of the specification and one profile, on two words of space.
import { makeBadge } from 'badge-maker';
import { ConfigurationError } from '../outcome.ts';
import { CLIENT, compareVersions } from '../requirements.ts';
import type { Report, RequirementReport } from './envelope.ts';

/** The profile of what every node has to do. */
export const CORE = 'core';

/** One badge. */
export interface Badge {
  version: string;
  profile: string;
  label: string;
  message: string;
  /** Whether every requirement of it is met, but for warnings. */
  full: boolean;
  color: string;
}

/** Why no badge can be made of a report, or `undefined` when one can. */
export function whyNoBadge({ run, result }: Report): string | undefined {
  if (run.partial) return 'it is of a selection of scenarios: a badge takes a whole run';
  if (result.exit_code === 2) return 'it has harness errors, so there is no verdict';
  if (result.exit_code === 3) return 'nothing was verified in it';
  return undefined;
}

/** The badges of a report: one for each version that the node speaks and each profile that it declares. */
export function badgesOf(report: Report): Badge[] {
  const { target, spec, requirements } = report;
  const versions = target.versions.filter((version) => compareVersions(version, spec.version) <= 0);
  const profiles = new Set(requirements.map((row) => profileOf(row)).filter((profile) => profile !== CLIENT));
  const declared = [
    CORE,
    ...[...profiles].filter((profile) => target.capabilities.includes(profile) && profile !== CORE),
  ];
  return versions.flatMap((version) => declared.flatMap((profile) => badgeOf(requirements, version, profile) ?? []));
}

/** @throws ConfigurationError when the report has no such badge. */
export function pick(badges: Badge[], version: string, profile: string): Badge {
  const badge = badges.find((badge) => badge.version === version && badge.profile === profile);
  if (badge) return badge;
  const known = badges.map(({ version, profile }) => `${version} ${profile}`).join(', ');
  throw new ConfigurationError(`the report is not about ${version} ${profile}: it is about ${known}.`);
}

/** The badge as an SVG image. */
export function svgOf({ label, message, color }: Badge): string {
  return `${makeBadge({ label, message, color })}\n`;
}

/** The badge as the JSON that a shields endpoint takes. */
export function shieldsOf({ label, message, color, full }: Badge): string {
  return `${JSON.stringify({ schemaVersion: 1, label, message, color, ...(full ? {} : { isError: true }) })}\n`;
}

function badgeOf(requirements: RequirementReport[], version: string, profile: string): Badge | undefined {
  const scored = requirements.filter(
    ({ since, verdict }) =>
      compareVersions(since, version) <= 0 && !['reasoned', 'not applicable', 'not selected'].includes(verdict),
  );
  const rows = scored.filter((row) => profileOf(row) === profile);
  if (rows.length === 0) return undefined;
  // Whoever does not do what every node has to conforms to no profile.
  const needed = scored.filter((row) => [CORE, profile].includes(profileOf(row)));
  const full = needed.every(({ verdict, warning }) => verdict === 'pass' || warning);
  const passed = rows.filter(({ verdict }) => verdict === 'pass').length;
  const color = full ? (passed === rows.length ? 'brightgreen' : 'green') : 'orange';
  const message = `${passed}/${rows.length}${full || passed < rows.length ? '' : ', core fails'}`;
  return { version, profile, label: `ECCP ${version} ${profile}`, message, full, color };
}

/** How a node registers accounts is for every profile to say, so that it belongs to core. */
function profileOf({ capability = CORE }: RequirementReport): string {
  return capability.startsWith('registration-') ? CORE : capability;
}
