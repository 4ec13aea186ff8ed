/** What a refusal says, by the table of section 23.1. */
export type E2eeCode =
  | 'malformed'
  | 'mismatch'
  | 'bad_signature'
  | 'bad_key'
  | 'unknown_key'
  | 'replayed'
  | 'too_far'
  | 'bad_ciphertext'
  | 'revoked'
  | 'exhausted';

/**
 * The one error that functions of this library throw for what they are given. Whatever state they were given stays good.
 * The code is for the own user: telling the sender why something was refused would make an oracle of it.
 */
export class E2eeError extends Error {
  readonly code: E2eeCode;

  constructor(code: E2eeCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'E2eeError';
    this.code = code;
  }
}
