import type { Json, JsonObject } from '../core/canonical-json.ts';
import type { EccpError } from '../core/errors.ts';
import type { ItemResult, NodeName, RoomId } from '../generated/api.ts';
import type { Timers } from './pause.ts';
import type { QueuedItem } from './transaction.ts';

/** What sending needs of the rest of the node. */
export interface OutboundOptions {
  /** The durable queue (services/outbox.ts). */
  readonly outbox: {
    onQueued(listener: (destination: NodeName) => void): void;
    destinations(): Promise<NodeName[]>;
    /** @param except rooms whose items are not wanted now. Where they come all the same, those of other rooms wait behind them. */
    next(
      destination: NodeName,
      max: number,
      maxBytes: number,
      except: ReadonlySet<RoomId>,
    ): Promise<readonly QueuedItem[]>;
    done(destination: NodeName, positions: readonly number[]): Promise<void>;
  };
  readonly submissions: { settle(host: NodeName, results: readonly ItemResult[]): Promise<void> };
  readonly client: { signed(node: NodeName, method: 'POST', path: string, body: JsonObject): Promise<Json> };
  readonly peers: { succeeded(node: NodeName): void; failed(node: NodeName, error: EccpError): void };
  readonly policy: { current(): { readonly federation: { readonly metadata_padding: boolean } } };
  readonly audit: { record(entry: DroppedItem): Promise<unknown> };
  readonly timers: Timers;
  /** At least 0 and less than 1. */
  random(): number;
  /** Told of what nobody foresaw, such as a disk that refuses. */
  report(error: unknown, destination: NodeName): void;
}

interface DroppedItem {
  kind: string;
  actor: string;
  subject: string;
  errcode: string;
  detail: JsonObject;
}
