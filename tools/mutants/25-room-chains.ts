// Mutants of chapter 25: client libraries.
import type { Mutant } from './mutant.ts';

const CHAIN = 'src/e2ee/room-chain.ts';
const RECEIVER = 'src/e2ee/room-receiver.ts';
const SENDER = 'src/e2ee/room-sender.ts';
const CERTIFIED = 'requireSignature(peer.ed25519, chainSignature, certificate, signature);';
const SIGNED = 'requireSignature(certificate.key, messageSignature, { ...placed, ciphertext }, signature);';
const OPEN = 'const payload = readPayload(open(messageKey, messageInfo, ciphertext, bound(adDomain, placed)));';

/** Does something else where the first refuses. */
function either(first: string, second: string): string {
  return `try { ${first} } catch { ${second} }`;
}

/** Takes what decrypts with other associated data, too. */
function alsoUnder(ad: string): string {
  return `let plaintext: Uint8Array;
  ${either(
    'plaintext = open(messageKey, messageInfo, ciphertext, bound(adDomain, placed));',
    `plaintext = open(messageKey, messageInfo, ciphertext, bound(adDomain, ${ad}));`,
  )}
  const payload = readPayload(plaintext);`;
}

export const mutants: readonly Mutant[] = [
  {
    requirement: 'CHN-001',
    breaks: 'leaves out of the chain id what is 0',
    file: CHAIN,
    find: "return hashObject('eccp.chain.v1', certificate);",
    put: `const { created, ...rest } = certificate;
  return hashObject('eccp.chain.v1', created === 0 ? rest : certificate);`,
  },
  {
    requirement: 'CHN-002',
    breaks: 'takes certificates whoever signed them',
    file: RECEIVER,
    find: CERTIFIED,
    put: '',
  },
  {
    requirement: 'CHN-004',
    breaks: 'hands out a chain from its first message on',
    file: SENDER,
    find: "content: { algorithm: 'eccp.room.v1', certificate, signature, index, chain_key },",
    put: "content: { algorithm: 'eccp.room.v1', certificate, signature, ...((chain as { first?: object }).first ?? { index, chain_key }) },",
    more: [
      {
        file: SENDER,
        find: 'chain: { ...chain, chain: toBase64url(next), index: index + 1 },',
        put: 'chain: { first: { index, chain_key: chain.chain }, ...chain, chain: toBase64url(next), index: index + 1 } as OwnChain,',
      },
    ],
  },
  {
    requirement: 'CHN-004',
    breaks: 'hands out the chain key of the next message with the index 0',
    file: SENDER,
    find: 'certificate, signature, index, chain_key },',
    put: 'certificate, signature, index: 0, chain_key },',
  },
  {
    requirement: 'CHN-010',
    breaks: 'takes messages that were encrypted without the room',
    file: RECEIVER,
    find: OPEN,
    put: alsoUnder('(({ room_id: _, ...rest }) => rest)(placed)'),
  },
  {
    requirement: 'CHN-010',
    breaks: 'decrypts a message whose index was altered with the key of the one before',
    file: RECEIVER,
    find: OPEN,
    put: `let plaintext: Uint8Array;
  ${either(
    'plaintext = open(messageKey, messageInfo, ciphertext, bound(adDomain, placed));',
    `const { index } = placed;
     if (index === 0) throw new E2eeError('bad_ciphertext', 'the first');
     plaintext = open(keyFor(chain, index - 1).messageKey, messageInfo, ciphertext, bound(adDomain, { ...placed, index: index - 1 }));`,
  )}
  const payload = readPayload(plaintext);`,
  },
  {
    requirement: 'CHN-011',
    breaks: 'takes signatures that say nothing of the sender',
    file: RECEIVER,
    find: SIGNED,
    put: either(
      SIGNED,
      'const { sender: _, ...rest } = placed; requireSignature(certificate.key, messageSignature, { ...rest, ciphertext }, signature);',
    ),
  },
  {
    requirement: 'CHN-011',
    breaks: 'takes signatures that say nothing of the ciphertext',
    file: RECEIVER,
    find: SIGNED,
    put: either(SIGNED, 'requireSignature(certificate.key, messageSignature, placed, signature);'),
  },
  {
    requirement: 'CHN-011',
    breaks: 'takes signatures that say nothing of the room',
    file: RECEIVER,
    find: SIGNED,
    put: either(
      SIGNED,
      'const { room_id: _, ...rest } = placed; requireSignature(certificate.key, messageSignature, { ...rest, ciphertext }, signature);',
    ),
  },
  {
    requirement: 'CHN-012',
    breaks: 'encrypts again with the same index what it sends again',
    file: SENDER,
    find: 'const { certificate, index } = chain;',
    put: `const { certificate, index } = chain;
  const { last } = chain as { last?: { plaintext: string; content: EncryptedContent } };
  if (last?.plaintext === toBase64url(plaintext)) return { chain, content: last.content };`,
    more: [
      {
        file: SENDER,
        find: 'chain: { ...chain, chain: toBase64url(next)',
        put: 'chain: { ...chain, ...{ last: { plaintext: toBase64url(plaintext), content: { ...header, ciphertext, signature } } }, chain: toBase64url(next)',
      },
    ],
  },
  {
    requirement: 'CHN-020',
    breaks: 'encrypts 101 messages with a chain',
    file: SENDER,
    find: 'const isOver = chain.index >= chainLength',
    put: 'const isOver = chain.index > chainLength',
  },
  {
    requirement: 'CHN-020',
    breaks: 'never replaces a chain for the number of its messages',
    file: SENDER,
    find: 'const isOver = chain.index >= chainLength ||',
    put: 'const isOver =',
  },
  {
    requirement: 'CHN-021',
    breaks: 'encrypts with a chain after exactly seven days',
    file: SENDER,
    find: 'age >= chainLifetime',
    put: 'age > chainLifetime',
  },
  {
    requirement: 'CHN-021',
    breaks: 'replaces a chain a millisecond before seven days',
    file: SENDER,
    find: 'age >= chainLifetime',
    put: 'age >= chainLifetime - 1',
  },
  {
    requirement: 'CHN-021',
    breaks: 'encrypts with a chain from the future',
    file: SENDER,
    find: '|| age < 0',
    put: '',
  },
  {
    requirement: 'CHN-022',
    breaks: 'goes on with its chain when somebody has left who has it',
    file: SENDER,
    find: '|| chain.recipients.some((recipient) => !devices.includes(recipient))',
    put: '',
  },
  {
    requirement: 'CHN-022',
    breaks: 'forgets whom it handed the chain to when it hands it to somebody else',
    file: SENDER,
    find: '[...chain.recipients, device]',
    put: '[device]',
  },
  {
    requirement: 'CHN-022',
    breaks: 'looks only at whether somebody is left who has the chain',
    file: SENDER,
    find: '|| chain.recipients.some((recipient) => !devices.includes(recipient))',
    put: '|| (chain.recipients.length > 0 && !chain.recipients.some((recipient) => devices.includes(recipient)))',
  },
  {
    requirement: 'CHN-023',
    breaks: 'replaces its chain when the next message is for more devices than the one before',
    file: SENDER,
    find: 'return isOver || chain',
    put: 'if (chain.index > 0 && devices.length > ((chain as { readers?: number }).readers ?? 9)) return true; return isOver || chain',
    more: [
      {
        file: SENDER,
        find: 'chain: { ...chain, chain: toBase64url(next)',
        put: 'chain: { ...chain, ...{ readers: devices.length }, chain: toBase64url(next)',
      },
    ],
  },
  {
    requirement: 'CHN-030',
    breaks: 'takes certificates in the domain of messages',
    file: RECEIVER,
    find: CERTIFIED,
    put: either(CERTIFIED, 'requireSignature(peer.ed25519, messageSignature, certificate, signature);'),
  },
  {
    requirement: 'CHN-030',
    breaks: 'refuses a chain that the device has not signed as malformed',
    file: RECEIVER,
    find: CERTIFIED,
    put: either(CERTIFIED, "throw new E2eeError('malformed', 'the certificate is not signed');"),
  },
  {
    requirement: 'CHN-031',
    breaks: 'takes a chain of another user',
    file: RECEIVER,
    find: 'certificate.user !== peer.user ||',
    put: '',
  },
  {
    requirement: 'CHN-031',
    breaks: 'takes a chain of another device of the user',
    file: RECEIVER,
    find: '|| certificate.device !== peer.device',
    put: '',
  },
  {
    requirement: 'CHN-032',
    breaks: 'begins a chain anew that it holds',
    file: RECEIVER,
    find: "if (held.includes(id)) throw new E2eeError('replayed', 'the chain is held');",
    put: '',
  },
  {
    requirement: 'CHN-033',
    breaks: 'tries a chain that it holds for one that it does not hold',
    file: RECEIVER,
    find: "if (content.chain_id !== chain.id) throw new E2eeError('unknown_key', 'a message of another chain');",
    put: '',
  },
  {
    requirement: 'CHN-033',
    breaks: 'does not compare the room with that of the certificate',
    file: RECEIVER,
    find: 'place.room_id === certificate.room_id &&',
    put: '',
  },
  {
    requirement: 'CHN-033',
    breaks: 'does not compare the sender with the user of the certificate',
    file: RECEIVER,
    find: 'place.sender === certificate.user &&',
    put: '',
  },
  {
    requirement: 'CHN-033',
    breaks: 'does not compare the device with that of the certificate',
    file: RECEIVER,
    find: '&& content.sender_device === certificate.device',
    put: '',
  },
  {
    requirement: 'CHN-034',
    breaks: 'decrypts without a look at the signature',
    file: RECEIVER,
    find: SIGNED,
    put: '',
  },
  {
    requirement: 'CHN-034',
    breaks: 'looks at the signature after it has decrypted',
    file: RECEIVER,
    find: SIGNED,
    put: '',
    more: [
      { file: RECEIVER, find: 'return { chain: next, payload };', put: `${SIGNED} return { chain: next, payload };` },
    ],
  },
  {
    requirement: 'CHN-035',
    breaks: 'says of a message that it read before that it does not decrypt',
    file: RECEIVER,
    find: "throw new E2eeError('replayed', 'the message was read, or was before the chain came');",
    put: "throw new E2eeError('bad_ciphertext', 'the message was read, or was before the chain came');",
  },
  {
    requirement: 'CHN-035',
    breaks: 'reads late messages again',
    file: RECEIVER,
    find: 'const skipped = held.skipped.filter((one) => one !== waiting);',
    put: 'const { skipped } = held;',
  },
  {
    requirement: 'CHN-036',
    breaks: 'reads a late message only where it is the one before',
    file: RECEIVER,
    find: 'index: at + 1, skipped } };',
    put: 'index: at + 1, skipped: skipped.slice(-1) } };',
  },
  {
    requirement: 'CHN-036',
    breaks: 'keeps no more than 98 keys',
    file: RECEIVER,
    find: 'index: at + 1, skipped } };',
    put: 'index: at + 1, skipped: skipped.slice(-97) } };',
  },
  {
    requirement: 'CHN-036',
    breaks: 'forgets all other keys that wait when one was used',
    file: RECEIVER,
    find: 'const skipped = held.skipped.filter((one) => one !== waiting);',
    put: 'const skipped: never[] = [];',
  },
  {
    requirement: 'CHN-037',
    breaks: 'says of a message that does not decrypt that it is malformed',
    file: RECEIVER,
    find: OPEN,
    put: `const payload = (() => { ${either(
      'return readPayload(open(messageKey, messageInfo, ciphertext, bound(adDomain, placed)));',
      "throw new E2eeError('malformed', 'it does not decrypt');",
    )} })();`,
  },
  {
    requirement: 'CHN-037',
    breaks: 'takes every plaintext that is JSON',
    file: RECEIVER,
    find: OPEN,
    put: 'const payload = JSON.parse(Buffer.from(open(messageKey, messageInfo, ciphertext, bound(adDomain, placed))).toString());',
  },
];
