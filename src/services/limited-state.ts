import type { Audit } from './audit.ts';

/** Whoever was refused nothing for so long is not limited any more. Shorter, and a steady flood would come and go at its limit. */
const quietMs = 10_000;

/** Whose bucket was empty: that of one peer, the one of all peers, the one of all clients. */
export type LimitedWhat = 'peer' | 'peers' | 'client';

interface Episode {
  readonly what: LimitedWhat;
  /** Who ran into the limit first. */
  readonly actor: string;
  refused: number;
  /** Whether something was refused since the timer last looked. */
  isActive: boolean;
  readonly timer: NodeJS.Timeout;
}

/**
 * Who is being limited: a flood is refused thousands of times and leaves two records, one when it is first refused, and one with
 * the number of refusals when they have ended (AUD-010).
 */
export class LimitedState {
  readonly #audit: Pick<Audit, 'record'>;
  readonly #episodes = new Map<string, Episode>();
  readonly #recording = new Set<Promise<void>>();

  constructor(audit: Pick<Audit, 'record'>) {
    this.#audit = audit;
  }

  /**
   * A request was refused.
   *
   * @param actor the peer that asked; `node` for clients.
   */
  refused(what: LimitedWhat, actor: string): void {
    const key = what === 'peer' ? actor : `all ${what}`; // no node has a space in its name
    const running = this.#episodes.get(key);
    if (running !== undefined) {
      running.refused++;
      running.isActive = true;
      return;
    }
    const timer = setInterval(() => this.#look(key), quietMs).unref();
    const episode = { what, actor, refused: 1, isActive: false, timer };
    this.#episodes.set(key, episode);
    this.#record(episode, 'limited', { limit: what });
  }

  /** Ends every episode. Resolves once all is recorded. */
  async stop(): Promise<void> {
    for (const key of [...this.#episodes.keys()]) this.#end(key);
    await Promise.all(this.#recording);
  }

  #look(key: string): void {
    const episode = this.#episodes.get(key);
    if (episode?.isActive) episode.isActive = false;
    else this.#end(key);
  }

  #end(key: string): void {
    const episode = this.#episodes.get(key);
    if (episode === undefined) return;
    clearInterval(episode.timer);
    this.#episodes.delete(key);
    this.#record(episode, 'limit_ended', { limit: episode.what, refused: episode.refused });
  }

  #record({ what, actor }: Episode, event: string, detail: { limit: LimitedWhat; refused?: number }): void {
    const entry =
      what === 'client'
        ? { kind: `client.${event}`, actor, detail: { ...detail } }
        : { kind: `federation.${event}`, actor, subject: actor, detail: { ...detail } };
    const errcode = event === 'limited' ? 'ECCP_LIMIT_EXCEEDED' : undefined;
    // Nobody waits for it. Where the disk refuses it there is no more to do: the refusal itself was given.
    const recording = this.#audit.record({ ...entry, errcode }).catch(() => {});
    this.#recording.add(recording);
    void recording.then(() => this.#recording.delete(recording));
  }
}
