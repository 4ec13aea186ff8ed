import type { JsonObject } from '../../src/core/canonical-json.ts';
import { chains } from './key-documents/chains.ts';
import { forms } from './key-documents/forms.ts';
import { heldChains } from './key-documents/held-chains.ts';
import { inRooms } from './key-documents/in-rooms.ts';
import { signers } from './key-documents/signers.ts';

/** Chains of key documents from the first, after what is held of a peer, and in rooms (sections 3.10, 13.4 and 7.6). */
export function keyDocuments(): JsonObject {
  return {
    about: 'Key documents of example.org, to be accepted or refused alone, after those held, or in a room.',
    node: 'example.org',
    vectors: [...chains(), ...forms(), ...signers(), ...heldChains(), ...inRooms()],
  };
}
