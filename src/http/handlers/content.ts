import type { JsonObject } from '../../core/canonical-json.ts';
import type { AnyContent } from '../../generated/api.ts';

/** Free content as JSON: the strict parser made it, so there is nothing else in it. */
export function contentOf(body: AnyContent): JsonObject {
  return body as JsonObject;
}
