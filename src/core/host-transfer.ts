import type { JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { isKeyId, isNodeName, isRoomId } from './ids.ts';
import { badEvent, checkMembers, isCount, isObject, isString } from './members.ts';
import { checkKeyInForce } from './node-keys.ts';
import type { RoomState } from './room-state.ts';
import { type SigningKey, verify } from './signing.ts';

/** That a node will host a room from an epoch on (schemas/HostConsent.json). */
export type HostConsent = { room_id: string; epoch: number; node: string };

export type SignedHostConsent = { consent: HostConsent; key: string; signature: string };

/** @param key one of the node's that its document in force in the room lists. */
export function signConsent(consent: HostConsent, key: SigningKey): SignedHostConsent {
  return { consent, key: key.keyId, signature: key.sign('eccp.host-consent-sig.v1', consent) };
}

/**
 * Checks what a transfer says beyond who may make it: that the new host takes part in the room and agreed to host it, from the next
 * epoch on (section 17.7).
 *
 * @param content of an `eccp.room.host` event, of the right form.
 * @throws EccpError ECCP_BAD_EVENT, ECCP_FORBIDDEN, ECCP_KEY_REVOKED, ECCP_BAD_SIGNATURE
 */
export function checkHostTransfer(state: RoomState, content: JsonObject): void {
  const { node, consent: signed } = content as { node: string; consent: SignedHostConsent };
  checkMembers(signed, '/content/consent', { consent: isObject, key: isKeyId, signature: isString }, {}, true);
  const { consent, key: keyId, signature } = signed;
  const members = { room_id: isRoomId, epoch: isCount, node: isNodeName };
  checkMembers(consent, '/content/consent/consent', members, {}, true);
  if (consent.room_id !== state.roomId || consent.node !== node || consent.epoch !== state.nextEpoch + 1) {
    throw badEvent('/content/consent/consent', 'is for another room, node or epoch'); // HOST-083
  }
  if (node === state.host || !state.nodes.has(node)) {
    throw new EccpError('ECCP_FORBIDDEN', `${node} takes no part in the room, or hosts it already`); // HOST-082
  }
  const key = checkKeyInForce(state, node, keyId, 'ECCP_BAD_SIGNATURE');
  if (!verify(key, 'eccp.host-consent-sig.v1', consent, signature)) {
    throw new EccpError('ECCP_BAD_SIGNATURE', 'the consent of the new host does not verify'); // HOST-084
  }
}
