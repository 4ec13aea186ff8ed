import type { JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { type Event, isSelfMembership, type SequencedEvent } from './event.ts';
import { nodeOf } from './ids.ts';
import { listedKey, verifyCheckpoint } from './key-document.ts';
import { carriedDocuments, type RoomState } from './room-state.ts';
import { keyId, verify } from './signing.ts';

type SignedEntry = Pick<SequencedEvent, 'entry' | 'entry_signature'>;

/** The signatures of a snapshot, and the keys that it brings for them (PULL-054, PULL-055). */
export class SnapshotSignatures {
  readonly #state: RoomState;
  /** Public keys by node and id. */
  readonly #keys = new Map<string, string>();
  /** The nodes that may have signed entries before the last transfer of the room, as far as the snapshot tells. */
  readonly #formerHosts: string[];

  /** @throws EccpError for a key document that not all of its keys signed. */
  constructor(state: RoomState, events: readonly SequencedEvent[]) {
    this.#state = state;
    const transfers = events.filter(({ event }) => event.type === 'eccp.room.host');
    this.#formerHosts = [nodeOf(state.roomId), ...transfers.map(({ content }) => String(content?.node))];
    for (const { event, content } of new Map(events.map((each) => [each.event_id, each])).values()) {
      if (carriesKeys({ event, content })) this.#take(nodeOf(event.sender), content);
    }
  }

  /** @returns the public key of the host that signed the last entry. @throws EccpError ECCP_BAD_SIGNATURE */
  checkHead(head: SignedEntry): string {
    const { host } = this.#state;
    const document = this.#state.keyDocument(host);
    const key = document && listedKey(document, head.entry.host_key);
    if (key === undefined) throw badSignature('the host’s key document does not list the key of the last entry');
    check(key, 'eccp.entry-sig.v1', head.entry, head.entry_signature);
    return key;
  }

  /** @throws EccpError ECCP_BAD_SIGNATURE where an entry's signature, or its event's, does not hold. */
  check({ event, signature, entry, entry_signature }: SequencedEvent): void {
    const hosts = entry.epoch === this.#state.head.epoch ? [this.#state.host] : this.#formerHosts;
    const known = hosts.map((host) => this.#keys.get(`${host} ${entry.host_key}`));
    const hostKey = known.find((key) => key !== undefined);
    check(hostKey, 'eccp.entry-sig.v1', entry, entry_signature);
    check(this.#keys.get(`${nodeOf(event.sender)} ${event.origin_key}`), 'eccp.event-sig.v1', event, signature);
  }

  #take(node: string, content: JsonObject | undefined): void {
    for (const signed of carriedDocuments(content)) {
      for (const key of verifyCheckpoint([signed], node).keys) this.#keys.set(`${node} ${keyId(key)}`, key);
    }
  }
}

/** Whether an event brings key documents of its sender's node into the state (LOG-046). */
export function carriesKeys({ event, content }: { event: Event; content: JsonObject | undefined }): boolean {
  return content?.node_keys !== undefined && (event.type === 'eccp.room.create' || isSelfMembership(event));
}

function check(
  key: string | undefined,
  domain: 'eccp.entry-sig.v1' | 'eccp.event-sig.v1',
  value: JsonObject,
  signature: string,
): void {
  if (key === undefined) throw badSignature('signed by a key that the snapshot does not bring');
  if (!verify(key, domain, value, signature)) throw badSignature('a signature does not verify');
}

function badSignature(what: string): EccpError {
  return new EccpError('ECCP_BAD_SIGNATURE', what);
}
