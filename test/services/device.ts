// A device as tests play it: its keys, and what it signs with them.
import { generateKeyPairSync } from 'node:crypto';
import type { PrekeyKind } from '../../src/core/prekey.ts';
import { generateSigningKey, type SigningKey } from '../../src/core/signing.ts';
import type { SignedManifest, SignedPrekey } from '../../src/generated/api.ts';

export class TestDevice {
  readonly key: SigningKey = generateSigningKey();
  readonly #user: string;
  readonly #device: string;
  #made = 0;

  constructor({ userId, deviceId }: { userId: string; deviceId: string }) {
    this.#user = userId;
    this.#device = deviceId;
  }

  /** @param created later ones replace earlier ones. */
  manifest(created = ++this.#made): SignedManifest {
    const [v, user, device] = [1, this.#user, this.#device];
    const algorithms = ['eccp.ratchet.v1'];
    const manifest = { v, user, device, ed25519: this.key.publicKey, x25519: agreementKey(), algorithms, created };
    return { manifest, signature: this.key.sign('eccp.manifest-sig.v1', manifest) } as SignedManifest;
  }

  prekey(kind: PrekeyKind): SignedPrekey {
    const created = ++this.#made;
    const prekey = {
      v: 1,
      user: this.#user,
      device: this.#device,
      kind,
      id: `${kind}${created}`,
      key: agreementKey(),
      created,
    };
    return { prekey, signature: this.key.sign('eccp.prekey-sig.v1', prekey) } as SignedPrekey;
  }

  prekeys(count: number): SignedPrekey[] {
    return Array.from({ length: count }, () => this.prekey('one_time'));
  }
}

function agreementKey(): string {
  const { x } = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new Error('a key without a public half');
  return x;
}
