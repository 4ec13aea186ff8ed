import { MissingPrerequisite } from './outcome.ts';

/** Requests without an answer, one after the other, after which the node is asked for its health. */
const IN_A_ROW = 3;

/** Refusals for too many requests, one after the other, that outlast the suite's patience: after so many nothing more is asked. */
const TURNED_AWAY = 10;

/** Milliseconds that the suite waits for one request where the node says that it asks too often, and in a whole run. */
const PATIENCE = 15_000;
const ALL_PATIENCE = 300_000;

/**
 * Whether there is still a node to ask. A node that dies, hangs or turns the suite away fails what it fails; the rest of the run is
 * then not testable, at once, instead of a deadline for each request.
 */
export class Pulse {
  readonly #isHealthy: () => Promise<string | undefined>;
  readonly #silences = new Map<string, number>();
  #inARow = 0;
  #turnedAway = 0;
  #waited = 0;
  #check: Promise<void> | undefined;
  #ended: string | undefined;
  #resting = false;

  /** @param isHealthy asks for the node's health; resolves to what went wrong, or to `undefined` where anything was answered. */
  constructor(isHealthy: () => Promise<string | undefined>) {
    this.#isHealthy = isHealthy;
  }

  /** Why nothing more is asked of the node, or `undefined` while it is. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** The suite is about to end the node itself: silence means nothing until `wake`. */
  rest(): void {
    this.#resting = true;
  }

  /** The node has been started again. */
  wake(): void {
    this.#resting = false;
    this.#inARow = 0;
  }

  /**
   * To be called before each request.
   * @param operation what is asked, where it is an operation.
   * @throws MissingPrerequisite once there is no node to ask, or none that would answer this.
   */
  expectLife(operation: string | undefined): void {
    if (this.#ended !== undefined) throw new MissingPrerequisite('a node that answers', this.#ended);
    if ((this.#silences.get(operation ?? '') ?? 0) < IN_A_ROW) return;
    throw new MissingPrerequisite(
      `an answer to ${operation}`,
      `silence ${IN_A_ROW} times in a row, while the node answers getHealth: it was not asked again`,
    );
  }

  /** Something was answered. */
  beat(operation: string | undefined, status: number): void {
    this.#inARow = 0;
    if (operation !== undefined) this.#silences.delete(operation);
    if (status !== 429) this.#turnedAway = 0;
  }

  /**
   * A request had no answer.
   * @param late whether a deadline went by, rather than that the connection broke.
   * @param reason the words for it.
   */
  async silence(operation: string | undefined, late: boolean, reason: string): Promise<void> {
    if (this.#resting) return;
    if (late && operation !== undefined) this.#silences.set(operation, (this.#silences.get(operation) ?? 0) + 1);
    if (++this.#inARow < IN_A_ROW) return;
    this.#check ??= this.#listen(reason).finally(() => {
      this.#check = undefined;
    });
    await this.#check;
  }

  /**
   * Waits as long as the node asks for, where it refused a request for there being too many.
   * @param ms what the node asks for, in milliseconds.
   * @param before how long this request has waited already.
   * @returns how long it has waited now.
   * @throws MissingPrerequisite when that is more than the suite waits.
   */
  async wait(ms: number, before: number): Promise<number> {
    const after = before + ms;
    if (after <= PATIENCE && this.#waited + ms <= ALL_PATIENCE) {
      this.#waited += ms;
      await new Promise((resolve) => setTimeout(resolve, ms));
      return after;
    }
    const patience = after > PATIENCE ? `${PATIENCE / 1000} s for one request` : `${ALL_PATIENCE / 1000} s in a run`;
    const actual = `ECCP_LIMIT_EXCEEDED with retry_after_ms ${ms}, and the suite waits ${patience} at most: raise the node's limits for the suite's address and accounts`;
    if (++this.#turnedAway >= TURNED_AWAY) this.#ended ??= `${TURNED_AWAY} times in a row ${actual}`;
    throw new MissingPrerequisite('a node that takes as many requests as the suite has', actual);
  }

  async #listen(reason: string): Promise<void> {
    const trouble = await this.#isHealthy();
    this.#inARow = 0;
    if (trouble === undefined || this.#resting) return;
    this.#ended = `the node stopped answering: ${IN_A_ROW} requests in a row had no answer (${reason}), nor had getHealth (${trouble})`;
  }
}
