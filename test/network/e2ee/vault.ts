// Every private key that anybody has ever held, for a scanner to look for.
import type { DeviceState } from './device.ts';
import type { Secret } from './scanner.ts';

const secretMembers = ['secret', 'root', 'chain', 'message_key'];

export class Vault {
  /** By a name for each. */
  readonly secrets = new Map<string, Secret>();

  /** Takes down what is secret in a state. @param owner for the names. */
  keep(owner: string, state: DeviceState): void {
    JSON.stringify(state, (member, value) => {
      if (secretMembers.includes(member) && typeof value === 'string') {
        this.secrets.set(`${member} of ${owner} ${value}`, Buffer.from(value, 'base64url'));
      }
      return value;
    });
  }

  /** @param key in base64url. */
  add(name: string, key: string): void {
    this.secrets.set(name, Buffer.from(key, 'base64url'));
  }
}
