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
import { whyNotApplicable } from '../../target-facts.ts';
import { EccpWorld, STRANGER } from '../../world.ts';

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

Before(function (this: EccpWorld, { pickle }: ITestCaseHookParameter) {
  this.run.evidence.set(pickle.id, this.evidence);
  const tags = pickle.tags.map(({ name }) => name);
  const requirements = tags.flatMap((tag) => this.run.ledger.requirements.get(tag.slice(1)) ?? []);
  const reason = whyNotApplicable(this.run.facts, tags, requirements);
  if (reason !== undefined) {
    this.evidence.notApplicable = reason;
    return 'skipped';
  }
  this.freshAccounts = tags.includes('@fresh-accounts');
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
  await this.run.accounts.endScenario();
  if (!this.evidence.trouble) this.noSurprise();
});

const NAMES = 'Alice|Bob|Carol|Dave|Erin|Frank|Grace|Mallory';
const ACTOR = `(?:${NAMES})(?: on "[^"]+")?`;

/** `Alice`, or `Alice on "phone"` for a second device. */
defineParameterType({
  name: 'actor',
  regexp: [new RegExp(ACTOR), /(?:a|A) stranger/],
  transformer: (text: string) => (/^a /i.test(text) ? STRANGER : text),
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
