import type { Json, JsonObject } from '../../../src/core/canonical-json.ts';
import type { SequencedEvent } from '../../../src/core/event.ts';
import type { Scene } from './scene.ts';

/** What the entries of one kind are, after the log of a scene. */
export type Group = (scene: Scene) => JsonObject[];

/** Text that stands in a vector by its recipe, because it is long: `times` times `text`. */
export interface Fill {
  text: string;
  times: number;
}

/**
 * @param rule the requirement that the entry breaks or, where `expected` is `ok`, keeps.
 * @param after how many entries of the log come before it.
 */
export function vector(
  rule: string,
  name: string,
  expected: string,
  item: SequencedEvent,
  after = item.entry.seq,
): JsonObject {
  return { name, rule, after, item, expected };
}

/** The same with a body that is left out of the file, and put back before use. */
export function withFill(made: JsonObject, { text, times }: Fill): JsonObject {
  const item = made.item as JsonObject;
  const content: Json = { ...(item.content as JsonObject), body: '' };
  return { ...made, item: { ...item, content }, fill: { path: '/content/body', text, times } };
}
