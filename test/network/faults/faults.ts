import { setTimeout as wait } from 'node:timers/promises';
import type { FaultyNode } from './faulty-node.ts';
import { type Fault, type Kind, kinds } from './plan.ts';

/** Brings planned faults on nodes, and counts those that came about. */
export class Faults {
  readonly #nodes: readonly FaultyNode[];
  readonly #made = new Map<string, number>();
  /** What goes on with each node's process, and with each node's clock: one thing after another. */
  readonly #lanes = new Map<string, Promise<void>>();

  constructor(nodes: readonly FaultyNode[]) {
    this.#nodes = nodes;
  }

  /** Resolves when all are over, and everything is as it was. */
  async bring(plan: readonly Fault[]): Promise<void> {
    const running: Promise<void>[] = [];
    for (const fault of plan) {
      const run = this.#bring(fault);
      run.catch(() => {}); // until it is awaited
      running.push(run);
      await wait(fault.restMs);
    }
    await Promise.all(running);
  }

  /** How many there were of each kind. */
  counts(): Record<Kind, number> {
    return Object.fromEntries(kinds.map((kind) => [kind, this.#made.get(kind) ?? 0])) as Record<Kind, number>;
  }

  #bring(fault: Fault): Promise<void> {
    const { kind, lastsMs, offsetMs } = fault;
    const node = this.#at(fault.node);
    switch (kind) {
      case 'kill':
        return this.#inTurn(`process ${fault.node}`, async () => {
          await node.kill();
          this.#count(kind);
          await wait(lastsMs);
          await node.start();
        });
      case 'pause':
        return this.#inTurn(`process ${fault.node}`, async () => {
          node.pause();
          this.#count(kind);
          await wait(lastsMs);
          node.resume();
        });
      case 'clock':
        return this.#inTurn(`clock ${fault.node}`, async () => {
          await node.setClock(offsetMs);
          this.#count(kind);
          await wait(lastsMs);
          await node.setClock(0);
        });
      case 'isolate':
      case 'split':
        return this.#cut(fault);
    }
  }

  /** Both ways: what a node asks others is cut at their proxies. */
  async #cut({ kind, node, other, mode, lastsMs }: Fault): Promise<void> {
    const one = this.#at(node);
    const peers = kind === 'split' ? [this.#at(other)] : this.#nodes.filter((peer) => peer !== one);
    const ends = peers.map((peer) => peer.proxy.cut(mode, one.name));
    if (kind === 'isolate') ends.push(one.proxy.cut(mode));
    else for (const peer of peers) ends.push(one.proxy.cut(mode, peer.name));
    this.#count(kind);
    await wait(lastsMs);
    for (const end of ends) end();
  }

  #inTurn(lane: string, act: () => Promise<void>): Promise<void> {
    const run = (this.#lanes.get(lane) ?? Promise.resolve()).then(act);
    this.#lanes.set(lane, run);
    return run;
  }

  #at(index: number): FaultyNode {
    const node = this.#nodes[index];
    if (node === undefined) throw new Error(`no node ${index}`);
    return node;
  }

  #count(kind: Kind): void {
    this.#made.set(kind, (this.#made.get(kind) ?? 0) + 1);
  }
}
