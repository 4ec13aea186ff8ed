// Who lives where: nodes, two users on each, and the rooms that they share.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultyNode } from './faulty-node.ts';
import { type Shared, settle } from './healing.ts';
import type { Member } from './journal.ts';

export class Town {
  readonly nodes: FaultyNode[] = [];
  /** One on each node, who joins the rooms of all and stays there. */
  residents: readonly Member[] = [];
  /** One on each node, who comes and goes. */
  visitors: readonly Member[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'eccp-faults-'));

  async found(nodeCount: number): Promise<void> {
    for (let i = 0; i < nodeCount; i++) this.nodes.push(await FaultyNode.create(join(this.#folder, `node${i}`)));
    await Promise.all(this.nodes.map((node) => node.start()));
    const users = (username: string) => Promise.all(this.nodes.map((node) => register(node, username)));
    this.residents = await users('resident');
    this.visitors = await users('visitor');
  }

  /** A room on the host's node that anybody may join, and whose members may read all of it. */
  async room(host: Member, members: readonly Member[]): Promise<Shared> {
    const request = { visibility: 'public', historyVisibility: 'shared' };
    const { status, body } = await host.node.call('POST', '/rooms', host.token, request);
    assert.equal(status, 201, JSON.stringify(body));
    const room = encodeURIComponent(body.room_id);
    const guests = members.filter((member) => member !== host);
    await settle(guests, room);
    return { room, host, readers: [host, ...guests] };
  }

  /** Ends every process that was started here. Called without waiting, it has told them all to end when it returns. */
  async end(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.end()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function register(node: FaultyNode, username: string): Promise<Member> {
  const request = { username, password: 'correct horse battery' };
  const { status, body } = await node.call('POST', '/register', undefined, request);
  assert.equal(status, 201, JSON.stringify(body));
  return { node, userId: body.user_id, token: body.access_token };
}
