// A driver: how what the specification leaves to each node is done with this one. conformance/README.md describes the file.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { ConfigurationError, MissingPrerequisite, messageOf } from '../outcome.ts';
import { isObject, type JsonObject } from '../wire/json.ts';
import { filled, perform } from './shell.ts';

/** What a driver may say. */
export const MEMBERS = {
  account: 'makes the account {username} with the password {password}',
  one_time_password: 'prints {"username": "…", "password": "…"}: a one-time password that nobody has used',
  admin_token: 'prints {"token": "…"}: an access token with the scope admin; asked again after each start',
  start: 'starts the node',
  stop: 'stops it as its operator does',
  kill: 'ends it as a crash does',
  older_copy: 'no command: what --launch has to end with where the node starts from an older copy of its data',
  disk_full: 'makes the disk of the running node refuse writes',
  disk_free: 'makes it take them again',
  closed_address:
    'no command: loopback addresses, with spaces between them, that the operator has not opened, where others are open',
} as const;

export type Member = keyof typeof MEMBERS;

/** What a driver file says, and what the suite puts into its commands. */
export class Driver {
  readonly #members: ReadonlyMap<Member, string>;
  readonly #folder: string;
  readonly #values: () => Readonly<Record<string, string>>;

  /**
   * @param folder where the commands run.
   * @param values of {names} in them, as they are when one runs.
   */
  constructor(
    members: ReadonlyMap<Member, string>,
    folder: string,
    values: () => Readonly<Record<string, string>> = () => ({}),
  ) {
    this.#members = members;
    this.#folder = folder;
    this.#values = values;
  }

  /** The same, with other values. */
  with(values: () => Readonly<Record<string, string>>): Driver {
    return new Driver(this.#members, this.#folder, values);
  }

  has(...members: Member[]): boolean {
    return members.every((member) => this.#members.has(member));
  }

  /** What it says, values filled in. @throws MissingPrerequisite where it says nothing. */
  text(member: Member, more: Readonly<Record<string, string>> = {}): string {
    const found = this.#members.get(member);
    if (found === undefined) throw new MissingPrerequisite(`a driver with ${member}`, 'a run without');
    return filled(found, { ...this.#values(), ...more });
  }

  /** Runs a command. @returns what it printed. @throws MissingPrerequisite where there is none, or it fails. */
  async run(member: Member, more: Readonly<Record<string, string>> = {}): Promise<string> {
    return await perform(member, this.text(member, more), this.#folder);
  }

  /** Runs a command that prints a JSON object with these members, all strings. @throws MissingPrerequisite */
  async ask<Name extends string>(member: Member, ...names: Name[]): Promise<Record<Name, string>> {
    const printed = await this.run(member);
    const answer = objectIn(printed);
    const strings = names.map((name) => [name, answer?.[name]] as const);
    if (strings.some(([, value]) => typeof value !== 'string' || value === ''))
      throw new MissingPrerequisite(
        `${member} of the driver to print a JSON object with ${names.join(' and ')}`,
        `${printed.length} characters that are none`, // not shown: it may hold half of a secret
      );
    return Object.fromEntries(strings) as Record<Name, string>;
  }
}

/** Reads a driver file. @throws ConfigurationError when it is none. */
export function readDriver(file: string): Driver {
  const members = new Map<Member, string>();
  for (const [name, value] of Object.entries(membersOf(file))) {
    if (!(name in MEMBERS))
      throw new ConfigurationError(
        `${file}: there is no ${name} in a driver; there is ${Object.keys(MEMBERS).join(', ')}.`,
      );
    if (typeof value !== 'string' || value.trim() === '')
      throw new ConfigurationError(`${file}: ${name} has to be a text: ${MEMBERS[name as Member]}.`);
    members.set(name as Member, value.trim());
  }
  for (const [one, other] of [
    ['disk_full', 'disk_free'],
    ['start', 'stop'],
    ['stop', 'start'],
    ['kill', 'start'],
  ] as const) {
    if (members.has(one) && !members.has(other))
      throw new ConfigurationError(`${file}: ${one} needs ${other} beside it.`);
  }
  return new Driver(members, dirname(resolve(file)));
}

function membersOf(file: string): JsonObject {
  let read: unknown;
  try {
    read = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(`${file} is no driver that can be read: ${messageOf(error).split('\n')[0]}.`);
  }
  if (!isObject(read as JsonObject))
    throw new ConfigurationError(`${file} is no driver: it has to be YAML with names and texts.`);
  return read as JsonObject;
}

function objectIn(printed: string): JsonObject | undefined {
  try {
    const value = JSON.parse(printed) as JsonObject;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
