// What a run can do with the node beside asking it: by --launch, or by the commands of a driver.
import { setTimeout as pause } from 'node:timers/promises';
import { ConformanceFailure, HarnessError, MissingPrerequisite } from '../outcome.ts';
import type { Target } from '../target.ts';
import type { Driver } from './driver.ts';
import type { LaunchedNode } from './launched.ts';
import type { Need } from './needs.ts';

/** Milliseconds in which a node has to be healthy after it was started. */
const START_DEADLINE = 60_000;
const HEALTH = { who: 'the suite', method: 'GET', path: '/_eccp/client/v1/health' };

/** Starts, stops and kills the node under test. */
export class NodeControl {
  readonly driver: Driver;
  readonly launched: LaunchedNode | undefined;
  readonly #target: Target;
  #down = false;

  /**
   * @param driver without commands where the run has none.
   * @param launched the node, where the suite has started it itself.
   */
  constructor(target: Target, driver: Driver, launched?: LaunchedNode) {
    this.driver = driver;
    this.launched = launched;
    this.#target = target;
  }

  /** What scenarios may need that it can do. */
  get can(): Need[] {
    const { driver, launched } = this;
    const able: Record<Need, boolean> = {
      restart: launched !== undefined || driver.has('start', 'stop'),
      kill: launched !== undefined || driver.has('start', 'kill'),
      data: launched !== undefined,
      'older-data': launched !== undefined,
      'older-copy': launched !== undefined && driver.has('older_copy'),
      'full-disk': driver.has('disk_full', 'disk_free'),
      'one-time-password': driver.has('one_time_password'),
      'closed-address': driver.has('closed_address'),
    };
    return (Object.keys(able) as Need[]).filter((need) => able[need]);
  }

  /** Stops the node as its operator does. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM', 'stop');
  }

  /** Ends the node as a crash does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL', 'kill');
  }

  /**
   * Starts the node and waits until it is healthy.
   * @param declared whether it is told that its data is an older copy.
   * @throws ConformanceFailure when it does not become healthy in time.
   */
  async start(declared = false): Promise<void> {
    if (this.launched) this.launched.start(declared ? this.driver.text('older_copy') : '');
    else await this.driver.run('start');
    this.#down = false;
    try {
      await this.awaitHealth();
    } finally {
      this.#target.pulse.wake();
    }
  }

  /** Starts the node where a scenario has left it down. */
  async revive(): Promise<void> {
    if (this.#down) await this.start();
  }

  /** Waits until the node answers getHealth. @throws ConformanceFailure when it does not in time. */
  async awaitHealth(): Promise<void> {
    for (const end = performance.now() + START_DEADLINE; ; await pause(25)) {
      const came = await this.#health();
      if (came === undefined) return;
      const obituary = this.launched?.obituary;
      if (obituary !== undefined) throw new ConformanceFailure('the node to start', obituary);
      if (performance.now() > end)
        throw new ConformanceFailure(`the node to be healthy within ${START_DEADLINE} ms of its start`, came);
    }
  }

  /** Puts back the data of the last `backUp`; the node has to be down. */
  putBack(): void {
    this.#dataOf().putBack();
  }

  /** Keeps a copy of the node's data; it has to be down. */
  backUp(): void {
    this.#dataOf().backUp();
  }

  /** An operator's token, where the driver has one to give: a new one, perhaps, since the node started. */
  async adminToken(): Promise<string | undefined> {
    return this.driver.has('admin_token') ? (await this.driver.ask('admin_token', 'token')).token : undefined;
  }

  #dataOf(): LaunchedNode {
    if (!this.#down || !this.launched)
      throw new HarnessError('only the data of a launched node that is down is copied');
    return this.launched;
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL', command: 'stop' | 'kill'): Promise<void> {
    this.#down = true;
    this.#target.pulse.rest();
    if (this.launched) await this.launched.end(signal);
    else await this.driver.run(command);
    this.#target.close(); // of its connections none is left
  }

  async #health(): Promise<string | undefined> {
    try {
      const { status, text } = await this.#target.send({ ...HEALTH, check: false, deadline: 2000 }, []);
      return status === 200 ? undefined : `${status} ${text}`;
    } catch (error) {
      if (error instanceof ConformanceFailure || error instanceof MissingPrerequisite) return error.actual;
      throw error;
    }
  }
}
