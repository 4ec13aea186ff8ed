import type { FaultyNode } from './faulty-node.ts';

/** A user of one of the nodes. */
export interface Member {
  readonly node: FaultyNode;
  readonly userId: string;
  readonly token: string;
}

export interface Act {
  readonly by: Member;
  /** As it stands in paths. */
  readonly room: string;
  readonly what: 'message' | 'redaction' | 'join' | 'leave';
  /** The body of a message, which no other has. */
  readonly text?: string;
  /** The event that a redaction empties. */
  readonly target?: string;
}

/** An act that was answered with `sequenced` or `queued`. */
export interface Acknowledged extends Act {
  readonly eventId: string;
  readonly status: 'sequenced' | 'queued';
  readonly seq?: number;
}

export interface Refused extends Act {
  readonly errcode: string;
}

/** What users did, and what their nodes answered. */
export class Journal {
  /** By text. */
  readonly messages = new Map<string, Act>();
  readonly acknowledged: Acknowledged[] = [];
  readonly refused: Refused[] = [];
  /** What goes against what was answered before, in words. */
  readonly faults: string[] = [];

  /** How much was answered how. */
  summary(): string {
    const answers = [
      ...this.acknowledged.map(({ what, status }) => `${what} ${status}`),
      ...this.refused.map(({ what, errcode }) => `${what} ${errcode}`),
    ];
    const counts = [...Map.groupBy(answers, (answer) => answer)].map(([answer, { length }]) => `${answer} ${length}`);
    return counts.sort().join(', ');
  }
}
