// What a mutant is: a node, or a client library, that breaks one requirement.

/** A piece of a source file that is loaded otherwise than it stands there; nothing is written. */
export interface Patch {
  /** From the root of the repository. */
  file: string;
  /** Text that occurs exactly once in the file; a space in it stands for any white space, line ends included. */
  find: string;
  put: string;
}

// biome-ignore lint/suspicious/noExplicitAny: who changes a body knows its form
export type Body = any;

/** A request on its way to the node. */
export interface WireRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** The JSON in it; undefined where there is none. */
  body: Body;
}

/** What came back for it. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Body;
}

/** What a proxy in front of a good node changes. A body that was assigned or changed is written again, as JSON. */
export interface Wire {
  /** The `operationId` of what it meddles with; every request where there is none. */
  operation?: string;
  request?: (request: WireRequest) => void;
  answer?: (answer: WireAnswer, request: WireRequest) => void;
}

/** A node that breaks one requirement, by another piece of source or by a proxy in front of it. */
export type Mutant = {
  /** The one requirement that it breaks. */
  requirement: string;
  /** What it does wrong, in a few words that follow “a node that”: `takes a name that is taken`. */
  breaks: string;
} & ((Patch & { more?: readonly Patch[] }) | { wire: Wire });

/** @returns its pieces of source, in the order in which they are put in. */
export function patchesOf(mutant: Mutant): readonly Patch[] {
  if ('wire' in mutant) return [];
  const { file, find, put, more = [] } = mutant;
  return [{ file, find, put }, ...more];
}

/**
 * Puts the pieces into the text of one file.
 *
 * @throws Error where a piece does not occur exactly once
 */
export function patched(text: string, patches: readonly Patch[]): string {
  return patches.reduce((before, { file, find, put }) => {
    const words = find.split(/\s+/).map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    const parts = before.split(new RegExp(words.join('\\s+')));
    if (find.trim() === '' || parts.length !== 2)
      throw new Error(`${file} has ${parts.length - 1} × ${JSON.stringify(find)}: it takes one`);
    return parts.join(put);
  }, text);
}

/** For many mutants of one file. */
export function within(file: string) {
  return (requirement: string, breaks: string, find: string, put: string): Mutant => {
    return { requirement, breaks, file, find, put };
  };
}
