// eccp-conformance doctor
import type { Command } from 'commander';
import { AccountPool } from '../accounts.ts';
import { loadCatalogue } from '../catalogue.ts';
import { Api } from '../openapi.ts';
import { ConfigurationError, MissingPrerequisite } from '../outcome.ts';
import { Peering } from '../peering.ts';
import { baseUrl, clocks, type Finding, introduce, operator, registration } from '../preflight.ts';
import { addFlags, SETTINGS_HELP } from '../settings/flags.ts';
import { type Flags, resolveSettings } from '../settings/resolve.ts';
import { type RunSettings, SETTINGS } from '../settings/table.ts';
import { Target } from '../target.ts';
import { readTrust } from '../tls/trust.ts';
import { Redactor } from '../trace.ts';
import type { Surface } from './surface.ts';

const HELP = `
It tries, with a line for each and what to do where it fails: whether the URL answers, over TLS that is trusted, as an ECCP node; how
it registers accounts, by making one; its clock; the operator's token; and whether it reaches the nodes that the suite plays.

Exit codes:
  0  a run can test all that the node declares
  1  a run would start, and could not test part of it
  2  a run would not start

Examples:
  eccp-conformance doctor --url http://127.0.0.1:8008
  eccp-conformance doctor --url https://node.example.org --peer-listen 0.0.0.0 --advertise suite.example.org --ca ./ca`;

/** Adds `doctor`. */
export function addDoctor(program: Command, surface: Surface): void {
  const command = program.command('doctor').description('say what stands between a node and a run of the suite');
  addFlags(
    command,
    SETTINGS.filter(({ doctor }) => doctor),
  )
    .addHelpText('after', `${SETTINGS_HELP}\n${HELP}`)
    .action(async (flags: Flags) => {
      const settings = resolveSettings(flags, surface.surroundings);
      if (settings.url === undefined)
        throw new ConfigurationError('doctor asks a node that runs: pass its URL with --url.');
      const urls = [settings.url, ...(settings.peer === undefined ? [] : [settings.peer])];
      let code = 0;
      for (const url of urls) code = Math.max(code, await examine(url, settings, surface));
      surface.exit(code);
    });
}

/** Tells what there is to tell of one node. @returns the exit code. */
async function examine(url: string, settings: RunSettings, { console, parts }: Surface): Promise<number> {
  let worst = 0;
  const tell = (name: string, { says, remedy }: Finding, weight = 1) => {
    if (remedy !== undefined) worst = Math.max(worst, weight);
    const state = remedy === undefined ? 'ok  ' : 'FAIL';
    console.out(`${state}  ${name.padEnd(12)}  ${says}${remedy === undefined ? '' : `: ${remedy}`}\n`);
  };
  const [api, catalogue, redactor] = [new Api(), loadCatalogue(), new Redactor()];
  const { root, authority } = readTrust(settings.ca);
  const target = new Target(baseUrl(url), api, catalogue, root);
  try {
    const introduced = await introduce(target, api, catalogue, parts().ledger);
    const { facts } = introduced;
    const { software, versions, classes } = facts;
    tell('node', {
      says: `${facts.node} at ${target.url}: ${software.name} ${software.version}, ECCP ${versions.join(', ')} ${classes.join('+')}`,
    });
    const joining = registration(facts, settings.registrationToken, settings.driver !== undefined);
    const accounts = new AccountPool(target, redactor, Date.now().toString(36), settings.registrationToken);
    tell(
      'registration',
      joining.remedy === undefined ? await tried(accounts, joining, facts.registration) : joining,
      facts.registration === 'token' ? 2 : 1,
    );
    const clock = clocks(introduced);
    tell('clock', clock);
    tell('operator', await operator(target, facts, settings.adminToken), settings.adminToken === undefined ? 1 : 2);
    if (!facts.capabilities.has('federation'))
      tell('peers', { says: 'the node declares no federation: there is nothing to reach' });
    else if (clock.remedy !== undefined) tell('peers', { says: 'not tried', remedy: 'set the clocks first' });
    else {
      const playing = { target, targetName: facts.node, api, catalogue, authority };
      tell('peers', await reached(new Peering(settings, playing), settings));
    }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.out(`FAIL  ${'node'.padEnd(12)}  ${error.message}\n`);
    return 2;
  } finally {
    target.close();
  }
  return worst;
}

/** Whether an account can be made. */
async function tried(accounts: AccountPool, { says }: Finding, mode: string): Promise<Finding> {
  try {
    const { userId } = await accounts.register();
    return { says: `${says}; made ${userId}` };
  } catch (error) {
    if (!(error instanceof MissingPrerequisite)) throw error;
    const remedy = mode === 'token' ? 'check --registration-token' : 'see the log of the node';
    return { says: `${says}, but the node makes no account (${error.actual})`, remedy };
  }
}

/** Whether the node reaches the nodes that the suite plays. */
async function reached(peering: Peering, { peerListen, advertise }: RunSettings): Promise<Finding> {
  const problem = await peering.check();
  if (!problem) return { says: `the node reaches those that the suite plays, at ${advertise}` };
  return {
    says: `the node does not reach those that the suite plays (${problem.actual})`,
    remedy: `have them listen with --peer-listen (now ${peerListen}) where the node gets through, name that place with --advertise (now ${advertise}), and let its operator allow it; with --ca a folder, have the node trust ca.pem`,
  };
}
