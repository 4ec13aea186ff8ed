// Mutants of chapter 21.
import type { Mutant } from './mutant.ts';

const PREKEYS = 'src/services/prekeys.ts';
const READ = 'src/core/prekey.ts';
const STORED = 'src/storage/prekeys.ts';

export const mutants: readonly Mutant[] = [
  {
    requirement: 'PRE-001',
    breaks: 'takes prekeys of another kind than their member has',
    file: READ,
    find: "['kind', kind],",
    put: '',
  },
  {
    requirement: 'PRE-001',
    breaks: 'takes prekeys that name another device',
    file: READ,
    find: "['device', manifest.device],",
    put: '',
  },
  {
    requirement: 'PRE-001',
    breaks: 'takes prekeys that name another user',
    file: READ,
    find: "['user', manifest.user],",
    put: '',
  },
  {
    requirement: 'PRE-002',
    breaks: 'does not look at the signatures of prekeys',
    file: READ,
    find: "if (!verify(manifest.ed25519, 'eccp.prekey-sig.v1', prekey, signature)) {",
    put: 'if (false) {',
  },
  {
    requirement: 'PRE-002',
    breaks: 'does not look at the signatures of one-time prekeys',
    file: READ,
    find: "if (!verify(manifest.ed25519, 'eccp.prekey-sig.v1', prekey, signature)) {",
    put: "if (kind !== 'one_time' && !verify(manifest.ed25519, 'eccp.prekey-sig.v1', prekey, signature)) {",
  },
  {
    requirement: 'PRE-002',
    breaks: 'passes over prekeys of a device without a manifest',
    file: PREKEYS,
    find: "throw new EccpError('ECCP_BAD_SIGNATURE', 'A device without a manifest has no key to sign prekeys with.');",
    put: 'return { replaced: [], oneTime: [] };',
  },
  {
    requirement: 'PRE-003',
    breaks: 'takes prekeys with which there is no secret',
    file: READ,
    find: 'checkAgreementKey(prekey.key);',
    put: '',
  },
  {
    requirement: 'PRE-004',
    breaks: 'leaves out one-time prekeys that it does not take',
    file: PREKEYS,
    find: 'const { signed_prekey, fallback_prekey, one_time_prekeys = [] } = request;',
    put: `const { signed_prekey, fallback_prekey } = request;
  const one_time_prekeys = (request.one_time_prekeys ?? []).filter((item) => {
    try {
      return manifest === undefined || readPrekey(item as Json, 'one_time', manifest);
    } catch {
      return false;
    }
  });`,
  },
  {
    requirement: 'PRE-005',
    breaks: 'takes 501 one-time prekeys',
    file: PREKEYS,
    find: 'const maxPool = 500;',
    put: 'const maxPool = 501;',
  },
  {
    requirement: 'PRE-006',
    breaks: 'takes 499 one-time prekeys and no more',
    file: PREKEYS,
    find: 'const maxPool = 500;',
    put: 'const maxPool = 499;',
  },
  {
    requirement: 'PRE-006',
    breaks: 'counts one-time prekeys that were handed out among those that wait',
    file: PREKEYS,
    find: 'if (counts.one_time + added.length > maxPool)',
    put: 'if (count + added.length > maxPool)',
  },
  {
    requirement: 'PRE-007',
    breaks: 'gives the id of a one-time prekey to another',
    file: PREKEYS,
    find: 'if (before !== undefined && before !== key) {',
    put: 'if (false) {',
  },
  {
    requirement: 'PRE-007',
    breaks: 'forgets the id of a one-time prekey that it handed out',
    file: STORED,
    find: ".select(['id', 'key']) .where('user_id', '=', userId) .where('device_id', '=', deviceId)",
    put: ".select(['id', 'key']).where('user_id', '=', userId).where('device_id', '=', deviceId).where('signature', 'is not', null)",
    more: [
      {
        file: STORED,
        find: "db.insertInto('one_time_prekeys').values({",
        put: "db.replaceInto('one_time_prekeys').values({",
      },
    ],
  },
  {
    requirement: 'PRE-008',
    breaks: 'refuses a one-time prekey that it has',
    file: PREKEYS,
    find: 'if (before !== undefined && before !== key) {',
    put: 'if (before !== undefined) {',
  },
  {
    requirement: 'PRE-009',
    breaks: 'takes an older signed or fallback prekey',
    file: PREKEYS,
    find: 'if (held !== undefined && next.prekey.created <= held.prekey.created) {',
    put: 'if (held !== undefined && next.prekey.created === held.prekey.created) {',
  },
  {
    requirement: 'PRE-009',
    breaks: 'takes another signed or fallback prekey of the same time',
    file: PREKEYS,
    find: 'if (held !== undefined && next.prekey.created <= held.prekey.created) {',
    put: 'if (held !== undefined && next.prekey.created < held.prekey.created) {',
  },
  {
    requirement: 'PRE-010',
    breaks: 'has a fallback prekey left after it handed it out',
    file: STORED,
    find: 'fallback: fallback !== null && row?.fallback_used === 0',
    put: 'fallback: fallback !== null',
  },
  {
    requirement: 'PRE-020',
    breaks: 'hands out a device without a signed prekey',
    file: PREKEYS,
    find: 'if (manifest === undefined || signed === undefined) return undefined;',
    put: 'if (manifest === undefined) return undefined;',
  },
  {
    requirement: 'PRE-021',
    breaks: 'keeps its fallback prekey to itself',
    file: PREKEYS,
    find: 'const prekey = oneTime ?? fallback;',
    put: 'const prekey = oneTime;',
  },
  {
    requirement: 'PRE-022',
    breaks: 'hands out devices of whoever is named',
    file: PREKEYS,
    find: 'user === userId || sharing.has(user)',
    put: 'user === userId || sharing.size >= 0',
  },
  {
    requirement: 'PRE-023',
    breaks: 'hands out each one-time prekey again and again',
    file: STORED,
    find: ".set({ signature: null }) .where('user_id', '=', userId) .where('device_id', '=', deviceId) .where('id', '=', row.id)",
    put: ".set({ signature: row.signature }).where('user_id', '=', userId).where('device_id', '=', deviceId).where('id', '=', row.id)",
  },
  {
    requirement: 'PRE-026',
    breaks: 'lets a sync wait on after a claim',
    file: PREKEYS,
    find: 'this.#options.notifier.users(Object.keys(claimed) as UserId[]);',
    put: '',
  },
  {
    requirement: 'PRE-030',
    breaks: 'hands other nodes no one-time prekeys',
    wire: {
      operation: 'claimUserKeys',
      answer: ({ body }) => {
        for (const devices of Object.values<object>(body?.devices ?? {}))
          for (const keys of Object.values<{ prekey?: unknown }>(devices as never)) delete keys.prekey;
      },
    },
  },
  {
    requirement: 'PRE-031',
    breaks: 'hands out devices of all its users to other nodes',
    file: PREKEYS,
    find: '[...(await sharingWithNode(trx, node, users))]',
    put: '(await sharingWithNode(trx, node, users), users)',
  },
  {
    requirement: 'PRE-032',
    breaks: 'does not ask other nodes for keys',
    file: PREKEYS,
    find: 'await Promise.all([...byNode].map(([node, some]) => this.#claimThere(node, some, devices, answer)));',
    put: 'if (byNode.size > 1000) await this.#claimThere(this.#options.nodeName as NodeName, [], devices, answer);',
  },
  {
    requirement: 'PRE-033',
    breaks: 'passes on what another node gives as it is',
    file: PREKEYS,
    find: 'if (!isObject(claimed)) return undefined;',
    put: 'if (!isObject(claimed)) return undefined; if (claimed) return claimed as ClaimedKeys;',
  },
  {
    requirement: 'PRE-034',
    breaks: 'says nothing of nodes that it cannot ask',
    file: PREKEYS,
    find: 'answer.failures[node] = { errcode: error.errcode, error: error.message };',
    put: '',
  },
];
