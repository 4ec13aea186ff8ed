// What a scenario may need to have done with the node, by its tag @needs-…
import { HarnessError } from '../outcome.ts';

/** Why it is not for a run that cannot do it. */
const NEEDS = {
  restart: 'nothing restarts the node in this run: --launch does, or a driver with start and stop',
  kill: 'nothing kills the node in this run: --launch does, or a driver with start and kill',
  data: 'nothing tells in this run where the node keeps what it keeps: --launch does',
  'older-data': 'nothing puts older data back in this run: --launch does',
  'older-copy':
    'nothing tells the node in this run that its data is an older copy: --launch with a driver that has older_copy does',
  'full-disk': 'nothing fills the disk of the node in this run: a driver with disk_full and disk_free does',
  'one-time-password': 'nobody hands out one-time passwords in this run: a driver with one_time_password does',
  'closed-address': 'no address is known in this run that is closed: a driver with closed_address tells one',
} as const;

export type Need = keyof typeof NEEDS;

/** Why a scenario with these tags is not for a run that can do no more than `can`. */
export function whyNeeding(tags: readonly string[], can: readonly string[]): string | undefined {
  for (const tag of tags) {
    const name = /^@needs-(.+)$/.exec(tag)?.[1];
    if (name === undefined) continue;
    const reason = NEEDS[name as Need] as string | undefined;
    if (reason === undefined)
      throw new HarnessError(`there is no @needs-${name}; there is ${Object.keys(NEEDS).join(', ')}`);
    if (!can.includes(name)) return reason;
  }
  return undefined;
}
