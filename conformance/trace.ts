/** One request and its answer, as a report shows them: secrets are gone. */
export interface Exchange {
  who: string;
  /** The base URL that was asked, or the fake node that the node under test asked. */
  to: string;
  operation?: string;
  method: string;
  path: string;
  requestHeaders: Record<string, string>;
  requestBody: string;
  /** 0 when no answer came. */
  status: number;
  responseHeaders: Record<string, string>;
  responseBody: string;
  /** Milliseconds until the answer was complete. */
  ms: number;
}

const MAX_TEXT = 4096;
/** Longer than any token or password of a run: a secret that a cut goes through lies within this much of the end. */
const MARGIN = 300;
const SECRET_HEADER = /^(authorization|cookie|set-cookie)$/i;
const SECRET_MEMBER = /("[^"]*(?:password|token)[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|$)/gi;

/** Knows the run's secrets and takes them out of whatever is about to be reported. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Remembers a password or a token; short ones would blot out ordinary words and are left to the member names. */
  add(secret: string): void {
    if (secret.length >= 8) this.#secrets.add(secret);
  }

  /** The text without secrets, cut after some 4000 characters. */
  text(text: string): string {
    const long = text.length > MAX_TEXT + MARGIN;
    let result = (long ? text.slice(0, MAX_TEXT + MARGIN) : text).replace(SECRET_MEMBER, '$1"[redacted]"');
    for (const secret of this.#secrets) if (result.includes(secret)) result = result.replaceAll(secret, '[redacted]');
    return long ? `${result.slice(0, -MARGIN)}… (${text.length} characters)` : result;
  }

  /** Headers without credentials; what signs a request between nodes is good only once, and stays. */
  headers(headers: Record<string, string | string[] | undefined>): Record<string, string> {
    const entries = Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const text = Array.isArray(value) ? value.join(', ') : value;
      return [[name, SECRET_HEADER.test(name) && !text.startsWith('ECCP-FED ') ? '[redacted]' : this.text(text)]];
    });
    return Object.fromEntries(entries) as Record<string, string>;
  }
}
