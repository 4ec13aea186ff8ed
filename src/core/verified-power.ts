// Power only for those whose account vouches for a device of theirs (section 29.3).
import type { Json, JsonObject } from './canonical-json.ts';
import { checkCrossSignature, readAccountKey, readManifest } from './device-manifest.ts';
import { EccpError } from './errors.ts';
import { badEvent, checkMembers, isObject } from './members.ts';
import type { PowerLevels } from './power-levels.ts';
import type { RoomState } from './room-state.ts';

/** From where on power is a moderator's. */
const moderator = 50;

/**
 * Checks, in a room that asks for it, that power levels come with the keys of everybody whom they raise to a moderator's power or above.
 *
 * @param content of an `eccp.room.power_levels` event that the rules allow.
 * @throws EccpError ECCP_FORBIDDEN where keys are missing (ENC-021, ENC-022); for keys that are not right ECCP_BAD_EVENT, ECCP_BAD_KEY,
 *   ECCP_BAD_SIGNATURE (ENC-023).
 */
export function checkVerified(state: RoomState, content: JsonObject): void {
  if (!state.requiresVerified) return;
  const [before, after] = [state.levels, state.levelsOf(content)];
  if (isRaised(before.usersDefault, after.usersDefault)) {
    throw new EccpError('ECCP_FORBIDDEN', 'nobody can vouch for everybody'); // ENC-022
  }
  const verified = isObject(content.verified) ? content.verified : {};
  for (const [user, keys] of Object.entries(verified)) checkKeys(user, keys);
  for (const user of raised(before, after)) {
    if (!Object.hasOwn(verified, user)) {
      throw new EccpError('ECCP_FORBIDDEN', `the power of ${user} takes keys that the account of ${user} vouches for`); // ENC-021
    }
  }
}

/** Users who are named before or after; of those who are named in neither the default decides. */
function raised(before: PowerLevels, after: PowerLevels): string[] {
  const users = new Set([...before.named('users'), ...after.named('users')]);
  return [...users].filter((user) => isRaised(before.ofUser(user), after.ofUser(user)));
}

function isRaised(old: number, next: number): boolean {
  return next > old && next >= moderator;
}

/** An account key and a manifest of one of the user's devices, for which it vouches. */
function checkKeys(user: string, keys: Json): void {
  const path = `/content/verified/${user.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  checkMembers(keys, path, { account_key: isObject, manifest: isObject }, {}, true);
  const { account_key: key } = readAccountKey(keys.account_key, user, `${path}/account_key`);
  const { manifest, cross_signature } = readManifest(keys.manifest, user, undefined, `${path}/manifest`);
  if (cross_signature === undefined) throw badEvent(`${path}/manifest/cross_signature`, 'missing');
  checkCrossSignature(manifest, cross_signature, key);
}
