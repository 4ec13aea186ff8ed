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
  /** The capabilities that scenarios have used it for: a later one about the same would notice. */
  traces: Set<string>;
  /** Devices that the scenario under way has added. */
  added: Set<string>;
  scenarios: number;
}

/** What a scenario asks of the accounts that it borrows. */
export interface Wish {
  /** Who it is for in the scenario's words: one that was Bob's once, and knows what Bob may know, stays Bob's. */
  name: string;
  /** Nobody has used it. */
  fresh: boolean;
  /** The capabilities that it has to be without traces of. */
  about: readonly string[];
}

/** Beyond this an account's sync is full of other scenarios' rooms. */
const MAX_SCENARIOS = 60;
/** As many are kept ready. */
const READY = 3;

/**
 * Registers accounts. A password hash costs a node 60 ms and more of a processor, so scenarios that look at no account borrow one that
 * earlier scenarios used, and the next ones are being registered meanwhile. Nobody else has it until it is given back.
 */
export class AccountPool {
  readonly #target: Target;
  readonly #redactor: Redactor;
  readonly #runId: string;
  /** What the operator handed out to whoever runs the suite, where registration needs it. */
  readonly registrationToken: string | undefined;
  readonly #driver: Driver | undefined;
  /** Those that scenarios have given back. */
  readonly #used = new Map<string, Account[]>();
  #coming: Promise<Account>[] = [];
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

  /** An account that nobody else has until it is given back. @param trace receives the exchange, where it has to be registered first. */
  async borrow({ name, fresh, about }: Wish, trace: RawExchange[]): Promise<Account> {
    const used = fresh ? undefined : this.#take(name, about);
    if (used) return used;
    const coming = this.#coming.shift();
    return await (coming?.catch(() => this.register(trace)) ?? this.register(trace)); // a scenario about limits may have been in its way
  }

  /** Waits until no account is being made. */
  async quiet(): Promise<void> {
    await Promise.allSettled(this.#coming);
  }

  /** Those with most traces first: others may need the rest. */
  #take(name: string, about: readonly string[]): Account | undefined {
    const used = this.#used.get(name) ?? [];
    const good = used.filter(({ traces }) => !about.some((capability) => traces.has(capability)));
    const [best] = good.toSorted((a, b) => b.traces.size - a.traces.size);
    if (best) used.splice(used.indexOf(best), 1);
    return best;
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
  async register(trace: RawExchange[] = []): Promise<Account> {
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
      traces: new Set<string>(),
      added: new Set<string>(),
      scenarios: 0,
    };
    this.#redactor.add(account.token);
    return account;
  }

  /** Takes back what a scenario borrowed; what is of no more use is replaced. */
  async giveBack(name: string, account: Account): Promise<void> {
    for (const device of account.spent ? [] : account.added) {
      if (!(await this.#revoke(account.token, device))) account.spent = true;
    }
    account.added.clear();
    account.scenarios++;
    if (!account.spent && account.scenarios < MAX_SCENARIOS)
      this.#used.set(name, [...(this.#used.get(name) ?? []), account]);
    else if (this.#coming.length < READY) this.#coming.push(this.#inBackground());
  }

  #inBackground(): Promise<Account> {
    const account = this.register();
    account.catch(() => undefined); // whoever takes it looks
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

  async #revoke(token: string, device: string): Promise<boolean> {
    const path = `/_eccp/client/v1/devices/${encodeURIComponent(device)}`;
    const headers = { authorization: `Bearer ${token}` };
    const asked = this.#target.send({ who: 'the suite', method: 'DELETE', path, headers }, []);
    return await asked.then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
