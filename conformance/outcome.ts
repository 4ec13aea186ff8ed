/** The node broke a requirement: expected against what came. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
  readonly expected: string;
  readonly actual: string;

  constructor(expected: string, actual: string) {
    super(`expected ${expected}; came ${actual}`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Something the scenario needs before its own subject did not work: the subject could not be tested. */
export class MissingPrerequisite extends Error {
  override readonly name = 'MissingPrerequisite';
  readonly expected: string;
  readonly actual: string;

  constructor(expected: string, actual: string) {
    super(`needs ${expected}; came ${actual}`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** The suite itself is wrong: never held against the node. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
}

/** The run cannot start as asked; the message says what to do next. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Fails the scenario unless `condition` holds. Both sentences complete “expected …” and “came …”. */
export function expectThat(condition: boolean, expected: string, actual: string): asserts condition {
  if (!condition) throw new ConformanceFailure(expected, actual);
}

/** Fails the scenario unless both are the same scalar. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected)
    throw new ConformanceFailure(`${what}: ${JSON.stringify(expected)}`, String(JSON.stringify(actual)));
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
