// What requests do to the accounts of a scenario, as far as a later scenario would notice.
import type { Session } from './accounts.ts';
import type { Answer, RawRequest } from './answer.ts';

/** What leaves an account unlike a new one, where it is granted. */
const LASTING = new Set([
  'changePassword',
  'deactivateAccount',
  'logout',
  'putAccountData',
  'renameDevice',
  'revokeDevice',
]);
/** What only scenarios about a capability notice, where it is granted. */
const TRACES: Readonly<Record<string, string>> = { uploadKeys: 'e2ee', putAccountKeys: 'e2ee', uploadMedia: 'media' };
/** Where a wrong password counts. */
const GUESSES = new Set(['changePassword', 'deactivateAccount', 'login']);
/** What may lie in wait for any of the others. */
const TO_OTHERS = new Set(['sendToDevice']);

/**
 * Notes on the accounts what a request has done to them.
 * @param answer absent where none came that can be told.
 * @param sessions those of the scenario.
 */
export function noteUse(
  request: RawRequest,
  operation: string | undefined,
  answer: Answer | undefined,
  sessions: readonly Session[],
): void {
  if (operation === undefined) return;
  const granted = answer?.ok ?? true;
  const guess = GUESSES.has(operation) && (!answer || answer.body.errcode === 'ECCP_BAD_AUTH');
  if (TO_OTHERS.has(operation) && granted) for (const { account } of sessions) account.spent = true;
  if (operation === 'login') noteLogin(request, answer, guess, sessions);
  const asking = sessions.find(({ token }) => token === tokenOf(request));
  if (!asking) return;
  const { account } = asking;
  const trace = TRACES[operation];
  if (trace !== undefined && granted) account.traces.add(trace);
  if (guess || (LASTING.has(operation) && granted && !onlyElsewhere(request, operation, asking))) account.spent = true;
}

/** Whether all that changed is a device that the scenario added, which it takes with it when it ends. */
function onlyElsewhere({ path }: RawRequest, operation: string, { deviceId, account }: Session): boolean {
  if (operation === 'logout') return deviceId !== account.deviceId;
  const device = decodeURIComponent(path.split('/').at(-1) ?? '');
  return (operation === 'revokeDevice' || operation === 'renameDevice') && account.added.has(device);
}

/** A login adds a device, or gives one that is there a new token. */
function noteLogin(
  { body }: RawRequest,
  answer: Answer | undefined,
  guess: boolean,
  sessions: readonly Session[],
): void {
  if (answer && !answer.ok && !guess) return;
  const user = namedIn(body);
  const named = sessions.filter(({ account }) => [account.username, account.userId].includes(user));
  const device = String(answer?.body.device_id);
  for (const { account } of named.length > 0 ? named : sessions) {
    if (named.length > 0 && answer?.ok && device !== account.deviceId) account.added.add(device);
    else account.spent = true;
  }
}

function namedIn(body: Uint8Array | undefined): string {
  try {
    const { user } = JSON.parse(Buffer.from(body ?? []).toString('utf8')) as { user?: unknown };
    return String(user);
  } catch {
    return '';
  }
}

function tokenOf({ headers }: RawRequest): string | undefined {
  const [, value] = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return typeof value === 'string' ? value.replace(/^Bearer /i, '') : undefined;
}
