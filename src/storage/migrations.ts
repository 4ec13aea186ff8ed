import type { Migration } from 'kysely/migration';
import * as core from './migrations/0001-core.ts';
import * as federation from './migrations/0002-federation.ts';
import * as deviceKeys from './migrations/0003-device-keys.ts';
import * as media from './migrations/0004-media.ts';

/** Every migration in the order in which they run. A released one is never edited. */
export const migrations: Record<string, Migration> = {
  '0001-core': core,
  '0002-federation': federation,
  '0003-device-keys': deviceKeys,
  '0004-media': media,
};
