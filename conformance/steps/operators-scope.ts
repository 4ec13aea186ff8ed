// What is refused to those who are no operators (section 5.4).
import { Then, When } from '@cucumber/cucumber';
import { expectEqual } from '../outcome.ts';
import { policyOf } from '../policy.ts';
import { show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { recordsOf } from './federation-audit.ts';

// When Alice puts the policy in force once more
When('{actor} puts the policy in force once more', async function (this: EccpWorld, who: string) {
  const { version, policy } = await policyOf(this);
  await this.call(who, 'putPolicy', { body: { replaces: version, policy } });
});

// Then nothing has been decided   (since the scenario began, by the audit log)
Then('nothing has been decided', async function (this: EccpWorld) {
  const made = (await recordsOf(this)).filter(({ kind }) => /^(peer|policy|keys)\./.test(String(kind)));
  expectEqual(show(made), '[]', 'the records of decisions');
});
