// The grammar of chapter 3. schemas/{NodeName,UserId,…}.json carry the same patterns for receivers in other languages.

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const lastLabel = '[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?';
const dnsName = `(?:${label}\\.)*${lastLabel}`;
const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const ipv4 = `${octet}(?:\\.${octet}){3}`;
const ipv6 = '\\[[0-9a-f:]{2,39}\\]';
const port = '(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})';
const hash = '[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]';

const nodePattern = new RegExp(`^(?:${dnsName}|${ipv4}|(${ipv6}))(?::${port})?$`);
const localpartPattern = /^[a-z0-9._=-]{1,64}$/;
const hashPattern = new RegExp(`^${hash}$`);
const keyIdPattern = new RegExp(`^ed25519:${hash}$`);
const deviceIdPattern = /^[A-Z0-9]{8,16}$/;
const eventTypePattern = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/;
const stateKeyPattern = /^[\x21-\x7e]{0,255}$/;

const maxNodeName = 253;
/** User ids are state keys and members' names in contents, so every other id keeps to their limit too. */
const maxId = 255;

/** `example.org`, `192.0.2.1`, `[2001:db8::1]`, each with an optional `:port` (ID-001 to ID-006). */
export function isNodeName(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxNodeName) return false;
  const match = nodePattern.exec(value);
  if (match === null) return false;
  const literal = match[1];
  // The WHATWG URL serializer writes RFC 5952 section 4 form and never the dotted one of section 5.
  return literal === undefined || URL.parse(`http://${literal}`)?.hostname === literal;
}

/** The part of a user id between `@` and `:`, which is also the name that an account registers under. */
export function isLocalpart(value: unknown): value is string {
  return typeof value === 'string' && localpartPattern.test(value);
}

/** `@alice:example.org` */
export function isUserId(value: unknown): value is string {
  return isSigiled('@', isLocalpart, value);
}

/** `#lobby:example.org` */
export function isRoomAlias(value: unknown): value is string {
  return isSigiled('#', isLocalpart, value);
}

/** `!<hash of the create event>:example.org` */
export function isRoomId(value: unknown): value is string {
  return isSigiled('!', isHash, value);
}

/** `$<hash>` */
export function isEventId(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('$') && isHash(value.slice(1));
}

/** A SHA-256 in base64url: 43 characters, the last of which has two zero bits to spare. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && hashPattern.test(value);
}

/** `ed25519:<hash>` */
export function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && keyIdPattern.test(value);
}

export function isDeviceId(value: unknown): value is string {
  return typeof value === 'string' && deviceIdPattern.test(value);
}

/** At least two segments joined by dots, `eccp.room.message` or `org.example.poll`. Whether an `eccp.` type exists is chapter 7's matter. */
export function isEventType(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxId && eventTypePattern.test(value);
}

export function isStateKey(value: unknown): value is string {
  return typeof value === 'string' && stateKeyPattern.test(value);
}

/**
 * The node part of a user id, room id or alias: what follows the first colon.
 *
 * @param id a well-formed id; anything else gives a meaningless answer.
 */
export function nodeOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

function isSigiled(sigil: string, isName: (name: string) => boolean, value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxId || !value.startsWith(sigil)) return false;
  const colon = value.indexOf(':');
  return colon > 0 && isName(value.slice(1, colon)) && isNodeName(value.slice(colon + 1));
}
