import type { ToDeviceMessage, UserKeys } from '../../src/generated/api.ts';

/** What a data folder of an earlier release holds, as far as the upgrade test looks: test/fixtures/<version>/expected.json. */
export interface Expected {
  /** The node's name; `node.test` where there is none. */
  node?: string;
  user: string;
  password: string;
  token: string;
  roomId: string;
  /** Every event id of the room's log, in order, as its creator sees it. */
  log: string[];
  /** A sync token, and the events that come after it. */
  since: string;
  after: string[];
  /** What other nodes left there; releases before 0.2.0 had none. */
  federation?: {
    /** Another node, which is gone for good. */
    peer: string;
    /** Its room, with the user in it. */
    roomId: string;
    log: string[];
    /** A message of the user's that still waits for it. */
    queued: string;
    /** A node that the operator blocked. */
    blocked: string;
    /** How many records the audit log had. */
    audited: number;
  };
  /** What devices left there; releases before 0.3.0 took nothing of the kind. */
  devices?: {
    /** The user's device. */
    device: string;
    /** The token of somebody who shares a room with the user. */
    otherToken: string;
    /** What `queryKeys` tells of the user. */
    keys: UserKeys;
    /** The ids of the one-time prekeys that nobody has claimed. */
    left: string[];
    /** The messages that wait for the device. */
    waiting: ToDeviceMessage[];
    /** A blob of 1,000 bytes. */
    mediaId: string;
  };
}
