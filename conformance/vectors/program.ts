import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { ConfigurationError } from '../outcome.ts';
import type { Json, JsonObject } from '../wire/json.ts';

/** A program that answers a line of JSON with a line of JSON. */
export class Program {
  readonly #command: string;
  readonly #process: ReturnType<typeof spawn>;
  readonly #answers: AsyncIterator<string>;
  readonly #deadline: number;

  /**
   * @param command for the shell; what it writes to its standard error is shown.
   * @param deadline how long an answer may take, in milliseconds.
   */
  constructor(command: string, deadline: number) {
    this.#command = command;
    this.#deadline = deadline;
    this.#process = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdin?.on('error', () => undefined); // it ended: the missing answer tells
    if (!this.#process.stdout) throw new Error('a process without the pipe that was asked for');
    this.#answers = lines(this.#process.stdout);
  }

  /** @throws ConfigurationError when the program ends, answers something else than JSON, or takes too long. */
  async ask(question: JsonObject): Promise<Json> {
    this.#process.stdin?.write(`${ascii(JSON.stringify(question))}\n`);
    const late = Symbol('late');
    const { promise, resolve } = Promise.withResolvers<typeof late>();
    const timer = setTimeout(() => resolve(late), this.#deadline);
    const line = await Promise.race([this.#answers.next(), promise]);
    clearTimeout(timer);
    if (line === late) throw this.#broken(`gave no answer within ${this.#deadline / 1000} s`);
    if (line.done) throw this.#broken('ended without an answer');
    try {
      return JSON.parse(line.value) as Json;
    } catch {
      throw this.#broken(`answered with something else than a line of JSON: ${line.value.slice(0, 200)}`);
    }
  }

  /** Closes the program's input, and ends it where that does not. */
  async end(): Promise<void> {
    this.#process.stdin?.end();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 2000);
    await once(this.#process, 'exit');
    clearTimeout(timer);
  }

  #broken(what: string): ConfigurationError {
    return new ConfigurationError(`${this.#command} ${what}; spec/vectors/README.md says what it is asked.`);
  }
}

/** Some readers of lines, that of Node among them, take U+2028 and the like for the end of one. */
function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

async function* lines(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
