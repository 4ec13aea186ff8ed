import { type Errcode, errors } from '../generated/errors.ts';

/** The members besides `errcode` and `error` that a code's catalogue line names (spec/04-errors.md). */
export interface ErrorDetails {
  /** How long to wait before trying again, in milliseconds. */
  retry_after_ms?: number;
  /** Where in the input the fault lies: a JSON pointer, or the name of a parameter. */
  path?: string;
  /** What the request collided with: the event id now in state, or null when there is none. */
  current?: string | null;
  /** The node that hosts the room. */
  host?: string;
  /** The version of the key document that the refusing side holds. */
  version?: number;
}

/**
 * A refusal that the protocol knows: one code of the catalogue, a sentence for people, and the code's own members. It has no stack
 * trace: it is an answer and no fault, and in a flood the trace would be the dearest part of refusing.
 */
export class EccpError extends Error {
  readonly errcode: Errcode;
  readonly details: ErrorDetails;

  constructor(errcode: Errcode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'EccpError';
    this.errcode = errcode;
    this.details = details;
  }

  /** The HTTP status that the catalogue gives this code. */
  get status(): number {
    return errors[this.errcode].status;
  }
}
