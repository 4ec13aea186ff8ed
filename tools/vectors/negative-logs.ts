import type { JsonObject } from '../../src/core/canonical-json.ts';
import { carriers } from './negative-logs/carriers.ts';
import { contents } from './negative-logs/contents.ts';
import { events } from './negative-logs/events.ts';
import { places } from './negative-logs/places.ts';
import { rules } from './negative-logs/rules.ts';
import { writeLog } from './negative-logs/scene.ts';
import { signatures } from './negative-logs/signatures.ts';

/** One good log, and entries that may or may not follow in it (spec/07-log.md, spec/09-room-rules.md). */
export function negativeLogs(): JsonObject {
  const scene = writeLog();
  const groups = [events, places, contents, signatures, carriers, rules];
  return {
    about: 'A valid log of a room on two nodes, and entries to apply after it, each with one fault or none.',
    room_id: scene.writer.roomId,
    log: scene.writer.log,
    vectors: groups.flatMap((group) => group(scene)),
  };
}
