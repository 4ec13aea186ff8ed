import type { Kysely } from 'kysely';
import type { Json, JsonObject } from '../core/canonical-json.ts';
import {
  checkCrossSignature,
  readAccountKey,
  readManifest,
  readRevocations,
  revokes,
} from '../core/device-manifest.ts';
import { EccpError } from '../core/errors.ts';
import { isUserId, nodeOf } from '../core/ids.ts';
import { badEvent, checkMembers, isCount, isObject, isString } from '../core/members.ts';
import type { NodeName, QueriedKeys, UserId, UserKeys } from '../generated/api.ts';
import { lastPosition } from '../storage/stream.ts';
import type { RemoteKeysTable, Tables } from '../storage/tables.ts';
import type { DeviceLists } from './device-lists.ts';
import type { NodeStore } from './environment.ts';
import { sharingWithNode } from './shared-rooms.ts';

/** How long an answer of another node is good for, in milliseconds (MAN-046). */
const goodForMs = 24 * 60 * 60 * 1000;

/** What is asked of the nodes of other users. */
export interface AskKeys {
  /** @throws EccpError why the node cannot be asked, or its refusal. */
  query(node: NodeName, body: JsonObject): Promise<Json>;
  claim(node: NodeName, body: JsonObject): Promise<Json>;
}

export interface RemoteKeysOptions {
  store: NodeStore;
  lists: DeviceLists;
  ask: AskKeys;
  nodeName: string;
  now: () => number;
}

type Row = Omit<RemoteKeysTable, 'user_id' | 'keys'> & { keys: UserKeys | undefined };

/** The keys of users of other nodes: asked for, checked, kept, and asked for again when they have changed (section 20.6). */
export class RemoteKeys {
  readonly #options: RemoteKeysOptions;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  /** @param users of other nodes, each of whom shares a room with a user of this one. */
  async query(users: readonly UserId[]): Promise<QueriedKeys> {
    const { store } = this.#options;
    const answer: QueriedKeys = { users: {}, failures: {} };
    const wanted: UserId[] = [];
    await store.read(async (db) => {
      for (const user of users) {
        const held = await rowOf(db, user);
        if (held?.keys !== undefined && (await this.#isGood(db, user, held))) answer.users[user] = held.keys;
        else wanted.push(user);
      }
    });
    const byNode = Map.groupBy(wanted, (user) => nodeOf(user) as NodeName);
    await Promise.all([...byNode].map(([node, some]) => this.#fetch(node, some, answer)));
    return answer;
  }

  /**
   * Takes an item of `device_changes`.
   *
   * @throws EccpError ECCP_BAD_EVENT, ECCP_SENDER_MISMATCH.
   */
  async receive(origin: NodeName, item: JsonObject): Promise<void> {
    const { store, lists, nodeName } = this.#options;
    checkMembers(item, '', { id: isString, user: isUserId, stream: isCount }, {}, false);
    const { user, stream } = item as { user: UserId; stream: number };
    if (nodeOf(user) !== origin) throw new EccpError('ECCP_SENDER_MISMATCH', 'The user lives on another node.'); // MAN-044
    const concerned = await store.write(async (trx) => {
      if (!(await sharingWithNode(trx, nodeName, [user])).has(user)) return undefined;
      const held = await rowOf(trx, user);
      if (stream <= Math.max(held?.announced ?? 0, held?.keys?.stream ?? 0)) return undefined;
      const none = { keys: null, fetched_ts: 0, fetched_stream: 0 };
      await trx
        .insertInto('remote_keys')
        .values({ user_id: user, announced: stream, ...none })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ announced: stream }))
        .execute();
      return lists.heard(trx, user); // MAN-045
    });
    if (concerned !== undefined) lists.tell(concerned);
  }

  /** Whether what is held of a user still is what the user's node would say (MAN-046). */
  async #isGood(
    db: Kysely<Tables>,
    user: UserId,
    { keys, announced, fetched_ts, fetched_stream }: Row,
  ): Promise<boolean> {
    const { now, nodeName } = this.#options;
    if (keys === undefined || keys.stream < announced || fetched_ts <= now() - goodForMs) return false;
    return (await sharingWithNode(db, nodeName, [user], fetched_stream)).has(user);
  }

  /** Asks one node, and adds what it says, or why it says nothing. */
  async #fetch(node: NodeName, users: readonly UserId[], answer: QueriedKeys): Promise<void> {
    const { store, ask } = this.#options;
    try {
      const askedAt = await store.read(lastPosition);
      const said = usersOf(await ask.query(node, { users: [...users] }));
      for (const user of users) {
        const keys = said[user];
        if (keys !== undefined) answer.users[user] = await this.#keep(user, keys, askedAt);
      }
    } catch (error) {
      if (!(error instanceof EccpError)) throw error;
      answer.failures[node] = { errcode: error.errcode, error: error.message }; // MAN-047
    }
  }

  /** @throws EccpError why the answer is refused; then what was held stays. */
  async #keep(user: UserId, said: Json, askedAt: number): Promise<UserKeys> {
    const { store, lists, now } = this.#options;
    const keys = readUserKeys(said, user);
    const concerned = await store.write(async (trx) => {
      const held = await rowOf(trx, user);
      if (held?.keys !== undefined) checkNotOlder(keys, held.keys);
      const row = { keys: JSON.stringify(keys), fetched_ts: now(), fetched_stream: askedAt };
      await trx
        .insertInto('remote_keys')
        .values({ user_id: user, announced: keys.stream, ...row })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
        .execute();
      const isUnheard = held?.keys !== undefined && keys.stream > Math.max(held.announced, held.keys.stream);
      return isUnheard ? lists.heard(trx, user) : undefined;
    });
    if (concerned !== undefined) lists.tell(concerned);
    return keys;
  }
}

async function rowOf(db: Kysely<Tables>, user: UserId): Promise<Row | undefined> {
  const row = await db.selectFrom('remote_keys').selectAll().where('user_id', '=', user).executeTakeFirst();
  return row && { ...row, keys: row.keys === null ? undefined : JSON.parse(row.keys) };
}

function usersOf(said: Json): JsonObject {
  if (!isObject(said) || !isObject(said.users)) throw new EccpError('ECCP_UNREACHABLE', 'The node gave no keys.');
  return said.users;
}

/** @throws EccpError what chapter 20 says of the first object that is out of form or wrongly signed (MAN-048). */
function readUserKeys(said: Json, user: UserId): UserKeys {
  const optional = { account_key: isObject, revocations: isObject };
  checkMembers(said, '', { stream: isCount, manifests: Array.isArray }, optional, false);
  const { stream, account_key, revocations, manifests } = said;
  const key = account_key === undefined ? undefined : readAccountKey(account_key, user, '/account_key');
  if (revocations !== undefined && key === undefined) throw badEvent('/revocations', 'a list without an account key');
  const list =
    revocations === undefined || !key ? undefined : readRevocations(revocations, key.account_key, '/revocations');
  const read = (manifests as Json[]).map((item, i) => {
    const signed = readManifest(item, user, undefined, `/manifests/${i}`);
    if (revokes(list, signed.manifest)) throw new EccpError('ECCP_KEY_REVOKED', 'A device that is revoked is shown.');
    if (signed.cross_signature === undefined) return signed;
    if (key === undefined) throw new EccpError('ECCP_BAD_SIGNATURE', 'A cross-signature without an account key.');
    checkCrossSignature(signed.manifest, signed.cross_signature, key.account_key);
    return signed;
  });
  return {
    stream,
    ...(key && { account_key: key }),
    ...(list && { revocations: list }),
    manifests: read,
  } as UserKeys;
}

/** @throws EccpError ECCP_KEY_ROLLBACK for an account key or list that is older than the one held, or gone (MAN-049). */
function checkNotOlder(keys: UserKeys, held: UserKeys): void {
  const versions = ({ account_key, revocations }: UserKeys) => [
    account_key?.account_key.version ?? 0,
    revocations?.revocations.version ?? 0,
  ];
  const [key = 0, list = 0] = versions(held);
  const [nextKey = 0, nextList = 0] = versions(keys);
  if (nextKey < key || nextList < list) throw new EccpError('ECCP_KEY_ROLLBACK', 'Older keys than were shown before.');
}
