// The fake nodes of the suite against each other: what one does right the other takes, and what one forges the other finds.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { loadCatalogue } from '../../conformance/catalogue.ts';
import { Api } from '../../conformance/openapi.ts';
import { originEvent } from '../../conformance/peer/events.ts';
import type { FakePeer } from '../../conformance/peer/fake-peer.ts';
import { BAD_COPIES, creatorOf, FORGERIES } from '../../conformance/peer/forgeries.ts';
import { createRoom, extend, invite, say } from '../../conformance/peer/host.ts';
import { originProblems } from '../../conformance/peer/item-checks.ts';
import { join, logProblems, propose } from '../../conformance/peer/participant.ts';
import { REQUEST_FAULTS } from '../../conformance/peer/request-faults.ts';
import { newNonce } from '../../conformance/peer/request-signature.ts';
import type { PeerSetting } from '../../conformance/peer/setting.ts';
import { startPeer } from '../../conformance/peer/start.ts';
import { Target } from '../../conformance/target.ts';
import type { JsonObject } from '../../conformance/wire/json.ts';
import { chainProblems } from '../../conformance/wire/key-document.ts';
import { replayLog } from '../../conformance/wire/room-log.ts';

const [api, catalogue] = [new Api(), loadCatalogue()];

describe('fake nodes', () => {
  let host: FakePeer;
  let guest: FakePeer;
  let targets: Target[] = [];

  beforeEach(async () => {
    const settings = [0, 1].map((): Partial<PeerSetting> & PeerSetting => ({
      listen: '127.0.0.1',
      advertise: '127.0.0.1',
      target: undefined as never,
      targetName: '',
      api,
      catalogue,
      trace: [],
    }));
    const [one, two] = settings;
    if (!one || !two) throw new Error('two settings');
    [host, guest] = [await startPeer(one), await startPeer(two)];
    targets = [guest, host].map(({ name }) => new Target(`http://${name}`, api, catalogue));
    for (const [setting, other, target] of [[one, guest, targets[0]] as const, [two, host, targets[1]] as const]) {
      setting.targetName = other.name;
      if (target) setting.target = target;
    }
  });

  afterEach(async () => {
    for (const target of targets) target.close();
    await Promise.all([host.close(), guest.close()]);
  });

  const pat = () => `@pat:${host.name}`;
  const ruth = () => `@ruth:${guest.name}`;
  const text = (body: string) => ({ type: 'eccp.room.message', sender: ruth(), content: { body } });

  async function share() {
    const room = createRoom(host, pat(), 'public');
    const { result } = await join(guest, room.id, ruth());
    assert.equal(result.status, 'sequenced', JSON.stringify(result));
    await host.delivered();
    const copy = guest.room(room.id);
    assert.ok(copy);
    return { room, copy };
  }

  test('invite, join, talk both ways, and hold one log', async () => {
    const room = createRoom(host, pat(), 'private');
    const { item, answer } = await invite(host, room, pat(), ruth());
    assert.deepEqual(answer.body.invites, [{ event_id: item.event_id, status: 'applied' }]);
    assert.equal(guest.invites.length, 1);
    await join(guest, room.id, ruth(), item.event_id);
    say(host, room, { type: 'eccp.room.message', sender: pat(), content: { body: 'welcome' } });
    await host.delivered();
    const { result } = await propose(guest, room.id, text('thanks'));
    assert.equal(result.status, 'sequenced');
    await host.delivered();
    const copy = guest.room(room.id);
    assert.deepEqual(copy?.log, room.log);
    assert.deepEqual(
      [...host.results.values()].filter(({ status }) => status !== 'applied'),
      [],
    );
    assert.deepEqual([...host.faults, ...guest.faults, ...logProblems(guest)], []);
    assert.deepEqual(replayLog(room.log).problems, []);
  });

  test('pull what was not sent', async () => {
    const { room, copy } = await share();
    host.behaviour.fansOut = false;
    for (const body of ['one', 'two', 'three'])
      say(host, room, { type: 'eccp.room.message', sender: pat(), content: { body } });
    host.behaviour.fansOut = true;
    host.behaviour.logPage = 2;
    say(host, room, { type: 'eccp.room.message', sender: pat(), content: { body: 'four' } });
    await host.delivered();
    assert.deepEqual(copy.log, room.log);
    assert.deepEqual([...host.faults, ...guest.faults], []);
  });

  test('answer a repeated submission like the first', async () => {
    const { room } = await share();
    const { origin, result } = await propose(guest, room.id, text('once'));
    const again = await guest.transact({ submissions: [{ room_id: room.id, ...origin }] });
    assert.deepEqual(again.body.submissions, [result]);
    assert.equal(room.log.filter(({ event_id }) => event_id === origin.event_id).length, 1);
  });

  test('go on with new keys, which the room learns from the log', async () => {
    const { room, copy } = await share();
    const old = guest.identity.rotate(true);
    await join(guest, room.id, ruth());
    await propose(guest, room.id, text('with the new key'));
    await host.delivered();
    assert.deepEqual(chainProblems(guest.identity.chain, guest.name), []);
    assert.deepEqual(logProblems(guest), []);
    guest.identity.key = old;
    await propose(guest, room.id, text('with the old key'));
    assert.match(host.faults.join(), /no document in force lists|which no document|does not list|not among those/);
    assert.equal(copy.documents.get(guest.name)?.version, 2);
  });

  // Who signs the header and the schema checks each request; these faults are of the names, which the receiver knows.
  for (const [words, fault] of Object.entries(REQUEST_FAULTS)) {
    if (/ 270 | 40 /.test(words)) continue; // within the window
    test(`find ${words}`, async () => {
      const isQuestion = /not signed|otherwise|1048577/.test(words);
      const path = `/_eccp/federation/v1/rooms/${encodeURIComponent(`!${'A'.repeat(43)}:${host.name}`)}/head`;
      const answer = await (isQuestion
        ? guest.send('GET', path, undefined, fault(guest))
        : guest.transact({}, fault(guest)));
      assert.equal(answer.ok, false, answer.text);
      assert.equal(host.faults.length, 1, host.faults.join());
    });
  }

  test('find a nonce that came before', async () => {
    const nonce = newNonce();
    for (const _ of [1, 2]) await guest.transact({}, { signed: { nonce } });
    assert.match(host.faults.join(), /nonce came before/);
  });

  test('find a transaction with 51 items, and an item that its schema refuses', async () => {
    const item = { event_id: `$${'A'.repeat(43)}` };
    await guest.transact({ entries: Array.from({ length: 51 }, () => item) });
    assert.match(host.faults[0] ?? '', /51 items/);
    await guest.transact({ submissions: [item] });
    assert.match(host.faults[1] ?? '', /submissions/);
  });

  test('find events that no node may submit', async () => {
    const { room } = await share();
    const faults: [string, RegExp, (event: JsonObject) => void][] = [
      ['of a user elsewhere', /lives elsewhere/, (event) => Object.assign(event, { sender: pat() })],
      [
        'with an anchor ahead',
        /not there/,
        (event) => Object.assign(event, { anchor: { seq: 99, hash: 'A'.repeat(43) } }),
      ],
    ];
    for (const [, problem, bend] of faults) {
      const { origin } = await propose(guest, room.id, text('x'), { event: { bend } });
      assert.match(host.faults.at(-1) ?? '', problem);
      assert.match(originProblems(room, origin, guest.name).join(), problem);
    }
    await host.delivered();
  });

  for (const [words, forge] of Object.entries({ ...FORGERIES, ...BAD_COPIES })) {
    const rules = /not joined|not invited|banned|equal|more power|shadow|that nobody knows/.test(words); // chapter 9 is for the target to judge
    test(rules ? `forge ${words}, with everything else right` : `find ${words} in a log`, async () => {
      const { room, copy } = await share();
      const item = forge(host, room);
      await host.delivered();
      assert.deepEqual(replayLog(copy.log).problems, [], 'what came before is right');
      const { problems } = replayLog([...room.log, item]);
      assert.equal(problems.length > 0, !rules, JSON.stringify(problems));
      assert.equal(creatorOf(room), pat());
    });
  }

  test('find another entry in a place that is taken', async () => {
    const { room } = await share();
    const draft = { type: 'eccp.room.message', sender: pat(), content: { body: 'one' } };
    const forged = FORGERIES['another state_root']?.(host, room);
    extend(host, room, originEvent(host.identity, room, draft));
    await host.delivered();
    assert.ok(forged);
    host.queue(forged);
    const results = await host.delivered();
    assert.equal(results.get(forged.event_id)?.errcode, 'ECCP_CHAIN_FORK');
    assert.match(guest.faults.join(), /another than the one that came before/);
  });
});
