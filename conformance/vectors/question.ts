import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject, show } from '../wire/json.ts';

/** What a program is given of a vector, and what it has to find out. */
export interface Question {
  given: JsonObject;
  answer: JsonObject;
}

/** The files that a client library is checked with, and the others: what comes out, by the sections of spec/vectors/README.md. */
export const CLIENT_FILES = [
  'account-keys.json',
  'attachments.json',
  'handshake.json',
  'manifests.json',
  'ratchet.json',
  'recovery.json',
  'room-chains.json',
];
const RESULTS: { [file: string]: string[] } = {
  'audit.json': ['expected', 'at'],
  'canonical-json.json': ['expected', 'canonical'],
  'ed25519.json': ['expected'],
  'freshness.json': ['expected'],
  'hashes.json': ['canonical', 'hash'],
  'key-documents.json': ['expected', 'holds'],
  'negative-logs.json': ['expected'],
  'request-signatures.json': ['expected'],
};
export const OTHER_FILES = Object.keys(RESULTS);
const STEP_RESULTS: { [what: string]: string[] } = {
  start: ['expected', 'session', 'root'],
  encrypt: ['expected', 'content'],
  decrypt: ['expected', 'payload'],
  chain: ['expected', 'chain_id', 'certificate', 'signature'],
  hand_out: ['expected', 'content'],
  take: ['expected'],
};

/** Takes a vector apart. */
export function questionOf(file: string, vector: JsonObject): Question {
  const { steps } = vector;
  if (Array.isArray(steps)) {
    const parts = steps.filter(isObject).map((step) => split(step, STEP_RESULTS[String(step.do)] ?? []));
    return {
      given: { ...vector, steps: parts.map(({ given }) => given) },
      answer: { steps: parts.map(({ answer }) => answer) },
    };
  }
  if (file === 'attachments.json') {
    const isGood = vector.expected === 'ok';
    const { given, answer } = split(vector, isGood ? ['expected', 'attachment'] : ['expected']);
    if (isGood) delete given.blob; // it would tell the hash
    return { given, answer };
  }
  if (file === 'account-keys.json') return split(vector, ['expected', 'is']);
  if (file === 'manifests.json') return split(vector, ['expected']);
  if (file === 'recovery.json') {
    return split(vector, 'text' in vector ? ['expected', 'key', 'written'] : ['expected', 'recovery']);
  }
  const { given, answer } = split(vector, RESULTS[file] ?? []);
  delete given.id; // of hashes.json: the hash is in it
  return { given, answer };
}

/** Where an answer is not what it has to be, or undefined. More members than asked for do no harm. */
export function fault(answer: Json | undefined, right: JsonObject): { expected: string; actual: string } | undefined {
  if (!isObject(answer)) return { expected: 'an object', actual: show(answer) };
  if (Array.isArray(right.steps)) {
    for (const [i, step] of right.steps.entries()) {
      const came = Array.isArray(answer.steps) ? answer.steps[i] : undefined;
      const wrong = fault(came, step as JsonObject);
      if (wrong) return { expected: `step ${i}: ${wrong.expected}`, actual: wrong.actual };
    }
    return undefined;
  }
  for (const [member, value] of Object.entries(right)) {
    if (!isDeepStrictEqual(answer[member], value)) {
      return { expected: `${member} ${show(value)}`, actual: show(answer[member]) };
    }
  }
  return undefined;
}

function split(object: JsonObject, results: readonly string[]): Question {
  const entries = Object.entries(object);
  return {
    given: Object.fromEntries(entries.filter(([member]) => !results.includes(member))),
    answer: Object.fromEntries(entries.filter(([member]) => results.includes(member))),
  };
}
