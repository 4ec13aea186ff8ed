/** What the suite's own clients do not take, with a code of section 23.1. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'Refusal';
    this.code = code;
  }
}
