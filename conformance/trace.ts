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

/** One as it happened, secrets and all. Only `Redactor` makes of it what may be seen. */
export interface RawExchange
  extends Omit<Exchange, 'requestHeaders' | 'requestBody' | 'responseHeaders' | 'responseBody'> {
  requestHeaders: RawHeaders;
  requestBody: string | Uint8Array;
  responseHeaders: RawHeaders;
  responseBody: string | Uint8Array;
}

type RawHeaders = Record<string, string | string[] | undefined>;

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
    const result = this.#without(long ? text.slice(0, MAX_TEXT + MARGIN) : text);
    return long ? `${result.slice(0, -MARGIN)}… (${text.length} characters)` : result;
  }

  /**
   * What reports may show of what happened. Secrets that came to be known later are gone as well.
   * @param brief without headers and bodies.
   */
  exchanges(raw: readonly RawExchange[], brief: boolean): Exchange[] {
    const paths = this.#without(raw.map(({ path }) => path).join('\n')).split('\n'); // at once: a run has thousands of secrets
    return raw.map((exchange, index) => ({
      ...exchange,
      path: paths[index] ?? '',
      requestHeaders: brief ? {} : this.headers(exchange.requestHeaders),
      requestBody: brief ? '' : this.text(printable(exchange.requestBody)),
      responseHeaders: brief ? {} : this.headers(exchange.responseHeaders),
      responseBody: brief ? '' : this.text(printable(exchange.responseBody)),
    }));
  }

  /** Headers without credentials; what signs a request between nodes is good only once, and stays. */
  headers(headers: RawHeaders): Record<string, string> {
    const entries = Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const text = Array.isArray(value) ? value.join(', ') : value;
      return [[name, SECRET_HEADER.test(name) && !text.startsWith('ECCP-FED ') ? '[redacted]' : this.text(text)]];
    });
    return Object.fromEntries(entries) as Record<string, string>;
  }
  #without(text: string): string {
    let result = text.replace(SECRET_MEMBER, '$1"[redacted]"');
    for (const secret of this.#secrets) if (result.includes(secret)) result = result.replaceAll(secret, '[redacted]');
    return result;
  }
}

function printable(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}
