// What `eccp/e2ee` exports: the cryptography of clients, chapters 23 to 27 of the specification, for browsers and Node alike.
export {
  type AccountKey,
  compareAccountKey,
  newAccountKey,
  nextAccountKey,
  type Pin,
  type SignedAccountKey,
  signRevocations,
  verifyAccountKey,
} from './e2ee/account.ts';
export { decryptAttachment, encryptAttachment } from './e2ee/attachment.ts';
export type { Attachment } from './e2ee/attachment-form.ts';
export type { Random } from './e2ee/bytes.ts';
export { crossSign, type Device, dropPrekeys, newDevice, newPrekeys, prekeyGrace } from './e2ee/device.ts';
export { type E2eeCode, E2eeError } from './e2ee/error.ts';
export { acceptSession, startSession } from './e2ee/handshake.ts';
export {
  type Claim,
  type Expected,
  type Manifest,
  type SignedManifest,
  type SignedPrekey,
  verifyManifest,
} from './e2ee/manifest.ts';
export { decrypt, encrypt, type Payload, type RatchetContent, type Session } from './e2ee/ratchet.ts';
export { openRecovery, type Recovery, type RecoveryBundle, sealRecovery } from './e2ee/recovery.ts';
export { newRecoveryKey, readRecoveryKey, writeRecoveryKey } from './e2ee/recovery-key.ts';
export { type Revocations, type SignedRevocations, verifyRevocations } from './e2ee/revocations.ts';
export {
  type ChainCertificate,
  chainLength,
  chainLifetime,
  type EncryptedContent,
  type Place,
  type RoomKeyContent,
} from './e2ee/room-chain.ts';
export { decryptInRoom, type HeldChain, takeChain } from './e2ee/room-receiver.ts';
export { encryptForRoom, handOut, isExhausted, newChain, type OwnChain } from './e2ee/room-sender.ts';
export { addSession, decryptFrom, encryptTo, keptSessions, type Sessions, sessionWith } from './e2ee/sessions.ts';
export { type KeyPair, signingPair } from './e2ee/signature.ts';
