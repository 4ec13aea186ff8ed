import type { Answer } from './answer.ts';
import type { Driver } from './control/driver.ts';
import { ConformanceFailure, MissingPrerequisite } from './outcome.ts';
import type { Target } from './target.ts';
import type { RawExchange, Redactor } from './trace.ts';

/** One device of an account with its token: what an actor of a scenario is. */
export interface Session {
  /** Who it is in the scenario's words. */
  name: string;
  account: Account;
  deviceId: string;
  token: string;
  /** The last `next_batch`. */
  since?: string;
}

/** A registered account. */
export interface Account {
  userId: string;
  username: string;
  password: string;
  deviceId: string;
  token: string;
  /** True once a scenario did something that a later one would notice. */
  spent: boolean;
  scenarios: number;
}

/** Beyond this an account's sync is full of other scenarios' rooms. */
const MAX_SCENARIOS = 60;

/**
 * Registers accounts. A password hash costs a node 140 ms and more, so scenarios that look at no account borrow one that earlier
 * scenarios used, and the next ones are being registered meanwhile.
 */
export class AccountPool {
  readonly #target: Target;
  readonly #redactor: Redactor;
  readonly #runId: string;
  /** What the operator handed out to whoever runs the suite, where registration needs it. */
  readonly registrationToken: string | undefined;
  readonly #driver: Driver | undefined;
  #pool: Promise<Account>[] = [];
  #taken = 0;
  #made = 0;

  /** @param driver makes the accounts, where nobody may register. */
  constructor(
    target: Target,
    redactor: Redactor,
    runId: string,
    registrationToken: string | undefined,
    driver?: Driver,
  ) {
    this.#target = target;
    this.#redactor = redactor;
    this.#runId = runId;
    this.registrationToken = registrationToken;
    this.#driver = driver;
  }

  /** Starts registering `count` accounts side by side. */
  warm(count: number): void {
    while (this.#pool.length < count) this.#pool.push(this.#inBackground());
  }

  /** An account that this scenario has not taken yet; others may have used it. */
  async borrow(): Promise<Account> {
    const index = this.#taken++;
    this.warm(index + 1);
    return await (this.#pool[index] ?? this.fresh());
  }

  /** A name that nobody has registered yet. */
  username(): string {
    return `c${this.#runId}-${++this.#made}`;
  }

  /** A new password; reports will not show it. */
  password(): string {
    const password = `pw ${crypto.randomUUID()}`;
    this.#redactor.add(password);
    return password;
  }

  /** A new account. @throws MissingPrerequisite when the node does not register it. */
  async fresh(trace: RawExchange[] = []): Promise<Account> {
    const username = this.username();
    const password = this.password();
    const answer = await this.#begin(username, password, trace);
    const account = {
      userId: String(answer.body.user_id),
      username,
      password,
      deviceId: String(answer.body.device_id),
      token: String(answer.body.access_token),
      spent: false,
      scenarios: 0,
    };
    this.#redactor.add(account.token);
    return account;
  }

  /** Waits until no account is being made. */
  async quiet(): Promise<void> {
    await Promise.allSettled(this.#pool);
  }

  /** Gives the borrowed accounts back and replaces those that are of no more use. */
  async endScenario(): Promise<void> {
    for (let index = 0; index < this.#taken; index++) {
      const account = await this.#pool[index]?.catch(() => undefined);
      if (account) account.scenarios++;
      if (!account || account.spent || account.scenarios >= MAX_SCENARIOS) this.#pool[index] = this.#inBackground();
    }
    this.#taken = 0;
  }

  #inBackground(): Promise<Account> {
    const account = this.fresh();
    account.catch(() => undefined); // whoever takes it gets the error
    return account;
  }

  /** The first session of a new account. */
  async #begin(username: string, password: string, trace: RawExchange[]): Promise<Answer> {
    if (this.#driver) {
      await this.#driver.run('account', { username, password });
      return await this.#post('login', 200, { user: username, password }, trace);
    }
    const token = this.registrationToken;
    const body = { username, password, ...(token === undefined ? {} : { registration_token: token }) };
    return await this.#post('register', 201, body, trace);
  }

  async #post(name: string, status: number, body: Record<string, string>, trace: RawExchange[]): Promise<Answer> {
    try {
      const answer = await this.#target.send(
        {
          who: 'the suite',
          method: 'POST',
          path: `/_eccp/client/v1/${name}`,
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify(body)),
          deadline: 30_000,
          patient: true,
        },
        trace,
      );
      if (answer.status === status) return answer;
      throw new MissingPrerequisite(`an account for the scenario (${name})`, `${answer.status} ${answer.text}`);
    } catch (error) {
      if (error instanceof ConformanceFailure) throw new MissingPrerequisite(error.expected, error.actual);
      throw error;
    }
  }
}
