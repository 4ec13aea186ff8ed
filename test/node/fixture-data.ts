/** What a data folder of an earlier release holds, as far as the upgrade test looks: test/fixtures/<version>/expected.json. */
export interface Expected {
  user: string;
  password: string;
  token: string;
  roomId: string;
  /** Every event id of the room's log, in order, as its creator sees it. */
  log: string[];
  /** A sync token, and the events that come after it. */
  since: string;
  after: string[];
}
