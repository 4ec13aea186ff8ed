import {
  After,
  Before,
  BeforeStep,
  defineParameterType,
  type ITestCaseHookParameter,
  type ITestStepHookParameter,
  setDefaultTimeout,
  setDefinitionFunctionWrapper,
  setWorldConstructor,
} from '@cucumber/cucumber';
import type { Session } from '../../accounts.ts';
import { whyLeftOut } from '../../left-out.ts';
import { NEIGHBOURS } from '../../other-node.ts';
import { ConformanceFailure } from '../../outcome.ts';
import { logProblems } from '../../peer/participant.ts';
import { whyUndeclared } from '../../scope.ts';
import { EccpWorld, GUESTS, OPERATOR, STRANGER } from '../../world.ts';

// A step may wait for several answers, each with a deadline of its own; this only ends what hangs for good.
setDefaultTimeout(120_000);
setWorldConstructor(EccpWorld);

type Code = (this: unknown, ...args: unknown[]) => unknown;

// Whatever a step throws is sorted out while it is still the error itself, not a message about it.
setDefinitionFunctionWrapper(
  (code: Code): Code =>
    async function (this: unknown, ...args: unknown[]) {
      try {
        return await code.apply(this, args);
      } catch (error) {
        if (this instanceof EccpWorld) this.blame(error);
        throw error;
      }
    },
);

Before(async function (this: EccpWorld, { pickle }: ITestCaseHookParameter) {
  if (this.run.stopped) return 'skipped';
  this.run.evidence.set(pickle.id, this.evidence);
  const tags = pickle.tags.map(({ name }) => name);
  const requirements = tags.flatMap((tag) => this.run.ledger.requirements.get(tag.slice(1)) ?? []);
  const { facts, other, peering, control, scope } = this.run;
  const means = { facts, other: other?.facts, tls: peering.authority !== undefined, can: control.can, scope };
  const reason = whyLeftOut(means, tags, requirements);
  if (reason !== undefined) {
    this.evidence.notApplicable = reason;
    return 'skipped';
  }
  const missing = whyUndeclared(scope, facts, tags, requirements) ?? (await whyNotTestable(this, tags));
  if (missing) {
    this.evidence.trouble = { kind: 'prerequisite', step: '', message: `needs ${missing.expected}`, ...missing };
    return 'skipped';
  }
  this.seesLimits = tags.includes('@limits');
  if (tags.includes('@alone')) await this.run.accounts.quiet();
  this.wish = {
    fresh: tags.includes('@fresh-accounts'),
    about: tags.flatMap((tag) => /^@cap-(.*)$/.exec(tag)?.[1] ?? []),
  };
  return undefined;
});

const PHASES: Record<string, EccpWorld['phase']> = { Context: 'given', Action: 'when', Outcome: 'then' };

BeforeStep(function (this: EccpWorld, { pickleStep }: ITestStepHookParameter) {
  this.step = pickleStep.text;
  this.phase = PHASES[pickleStep.type ?? ''] ?? 'when';
});

After(async function (this: EccpWorld) {
  this.step = 'the end of the scenario';
  this.phase = 'then';
  for (const undo of this.cleanups.toReversed()) await undo();
  await this.giveBack();
  const peers = [...this.peers.values()];
  await Promise.all(peers.map((peer) => peer.close()));
  if (this.evidence.trouble) return;
  this.noSurprise();
  for (const peer of peers) {
    const faults = [...peer.faults, ...logProblems(peer)];
    if (faults.length > 0)
      throw new ConformanceFailure(`requests to ${peer.name} that a node may send`, faults.slice(0, 5).join('; '));
  }
});

/** What a scenario with these tags needs and the run lacks; an operator's token becomes an actor. */
async function whyNotTestable(
  world: EccpWorld,
  tags: string[],
): Promise<{ expected: string; actual: string } | undefined> {
  const { adminToken, peering, target } = world.run;
  if (target.pulse.ended !== undefined) return { expected: 'a node that answers', actual: target.pulse.ended };
  if (adminToken !== undefined) world.sessions.set(OPERATOR, operator(adminToken));
  else if (tags.includes('@cap-admin'))
    return { expected: "an operator's access token: pass one with --admin-token", actual: 'a run without' };
  if (tags.includes('@two-nodes') || !tags.some((tag) => tag === '@cap-federation' || tag === '@cap-admin'))
    return undefined;
  return await peering.check();
}

function operator(token: string): Session {
  const nobody = { userId: '', username: '', password: '', deviceId: '', token };
  const account = { ...nobody, spent: true, traces: new Set<string>(), added: new Set<string>(), scenarios: 0 };
  return { name: OPERATOR, account, deviceId: '', token };
}

const NAMES = `Alice|Bob|Carol|Dave|Erin|Frank|Grace|Mallory|${[...NEIGHBOURS, ...Object.keys(GUESTS)].join('|')}`;
const ACTOR = `(?:${NAMES})(?: on "[^"]+")?`;

/** `Alice`, or `Alice on "phone"` for a second device. */
defineParameterType({
  name: 'actor',
  regexp: [new RegExp(ACTOR), /(?:a|A) stranger/, /(?:t|T)he operator/],
  transformer: (text: string) => (/^a /i.test(text) ? STRANGER : text.replace(/^The/, 'the')),
});

/** `Alice`, `Alice and Bob`, `Alice, Bob and Carol`. */
defineParameterType({
  name: 'actors',
  regexp: new RegExp(`(?:${ACTOR}, )*(?:${ACTOR} and )?${ACTOR}`),
  transformer: (text: string) => text.split(/, | and /),
});

/** `the room`, or `the room "den"`; the alias of the former is `room`. */
defineParameterType({
  name: 'room',
  regexp: /the room(?: "([^"]+)")?/,
  transformer: (alias: string | undefined) => alias ?? 'room',
});

/** `Pat`: a user of a fake node. Pat and Quinn live on `the peer`, Ruth and Sven on `the peer "two"`. */
defineParameterType({
  name: 'guest',
  regexp: new RegExp(Object.keys(GUESTS).join('|')),
  transformer: (text: string) => text,
});

/** `the peer`, or `the peer "two"`: fake nodes; the alias of the former is `peer`. */
defineParameterType({
  name: 'peer',
  regexp: /(?:t|T)he peer(?: "([^"]+)")?/,
  transformer: (alias: string | undefined) => alias ?? 'peer',
});

defineParameterType({
  name: 'visibility',
  regexp: /public|private|invite-only|shadow/,
  transformer: (text: string) => text.replace('-', '_'),
});

/** `ECCP_FORBIDDEN`, or several that are all allowed: `ECCP_FORBIDDEN or ECCP_NOT_FOUND`. */
defineParameterType({
  name: 'errcodes',
  regexp: /ECCP_[A-Z_]+(?: or ECCP_[A-Z_]+)*/,
  transformer: (text: string) => text.split(' or '),
});

defineParameterType({ name: 'method', regexp: /[A-Z]+/, transformer: (text: string) => text });

/** An operation's id, such as `joinRoom`. */
defineParameterType({ name: 'operation', regexp: /[a-z]+(?:[A-Z][a-z]+)*/, transformer: (text: string) => text });
