import { setImmediate } from 'node:timers/promises';

/** So many events are looked at in a few milliseconds. */
const perBreath = 20;

/** For work on thousands of events: what it awaits after each, so that everything else is served in between. */
export function breathing(): () => Promise<void> {
  let count = 0;
  return async () => {
    if (++count % perBreath === 0) await setImmediate();
  };
}
