// Signed bodies as they stand, byte for byte, each with a submission in it (section 2.1 in transactions).
import { type DataTable, Then, When } from '@cucumber/cucumber';
import { homeOf, noteHead } from '../guests.ts';
import { expectEqual } from '../outcome.ts';
import { originEvent } from '../peer/events.ts';
import { lookUp } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { expand } from './canonical-json.ts';

// When Pat's node submits a message to the room in each of these bodies:   (table of one column)
//   «message» stands for the members of a transaction with a message of its own, «3 ab», «U+2028» and «x C0 80» for what they say
When(
  "{guest}'s node submits a message to {room} in each of these bodies:",
  async function (this: EccpWorld, guest: string, alias: string, table: DataTable) {
    const peer = await homeOf(this, guest);
    const [{ id }, sender] = [this.room(alias), await this.userId(guest)];
    await noteHead(this, alias);
    for (const [text = ''] of table.raw()) {
      const draft = { type: 'eccp.room.message', sender, content: { body: 'hello' } };
      const transaction = { submissions: [{ room_id: id, ...originEvent(peer.identity, peer.room(id), draft) }] };
      const members = JSON.stringify(transaction).slice(1, -1);
      const body = Buffer.concat(pieces(text).map((piece) => bytesOf(piece, members)));
      this.judge(await peer.transact(transaction, { body }));
    }
  },
);

// Then every message is sequenced   (of all When steps)
Then('every message is sequenced', function (this: EccpWorld) {
  for (const answer of this.answers) {
    this.succeeded(answer);
    expectEqual(lookUp(answer.body, 'submissions.0.status'), 'sequenced', `what became of it (${answer.text})`);
  }
});

/** A text, cut before and after each `«x C0 80»`. */
function pieces(text: string): string[] {
  return text.split(/(«x [0-9A-F ]+»)/);
}

function bytesOf(piece: string, members: string): Buffer {
  const [, hex] = /^«x ([0-9A-F ]+)»$/.exec(piece) ?? [];
  if (hex !== undefined) return Buffer.from(hex.replaceAll(' ', ''), 'hex');
  return Buffer.from(expand(piece).replace('«message»', () => members));
}
