// What a node has to be started with for a scenario to apply to it.
import type { Scenario } from '../features.ts';

export interface Setting {
  registration: 'open' | 'token' | 'closed';
  /** Another real node stands beside it. */
  twoNodes: boolean;
  tls: boolean;
  /** A proxy stands in front of it. */
  proxied: boolean;
}

export const PLAIN: Setting = { registration: 'open', twoNodes: false, tls: false, proxied: false };

/** The setting that a scenario takes. */
export function settingOf({ tags }: Scenario, proxied: boolean): Setting {
  const mode = (['token', 'closed'] as const).find((name) => tags.includes(`cap-registration-${name}`));
  return {
    registration: mode ?? 'open',
    twoNodes: tags.includes('two-nodes'),
    tls: tags.includes('tls-peers'),
    proxied,
  };
}

/** Scenarios by the settings that they take, the plain one first. */
export function bySetting(scenarios: readonly Scenario[], proxied: boolean): [Setting, Scenario[]][] {
  const groups = Map.groupBy(scenarios, (scenario) => JSON.stringify(settingOf(scenario, proxied)));
  const plain = JSON.stringify({ ...PLAIN, proxied });
  return [...groups]
    .sort(([a], [b]) => Number(b === plain) - Number(a === plain))
    .map(([setting, group]) => [JSON.parse(setting) as Setting, group]);
}
