// What has come to a device, to be opened in whatever order a test likes.
import assert from 'node:assert/strict';
import { E2eeError, type Payload } from '../../../src/e2ee.ts';
import { until } from '../until.ts';
import type { EncryptingDevice } from './device.ts';
import type { RoomEvent, ToDeviceMessage } from './node-api.ts';

export class Reader {
  readonly device: EncryptingDevice;
  /** Those that were not opened. */
  readonly messages: ToDeviceMessage[] = [];
  readonly events = new Map<string, RoomEvent>();

  constructor(device: EncryptingDevice) {
    this.device = device;
  }

  async sync(): Promise<void> {
    const { rooms, to_device } = await this.device.sync();
    this.messages.push(...to_device);
    for (const { timeline } of Object.values(rooms.joined)) {
      for (const event of timeline.events) this.events.set(event.event_id, event);
    }
  }

  /** Waits until so many messages and these events have come, and opens nothing. */
  async gets(messages: number, ...events: readonly string[]): Promise<void> {
    await until(`${this.device.api.device} gets ${messages} messages and ${events.length} events`, async () => {
      await this.sync();
      return this.messages.length >= messages && events.every((id) => this.events.has(id));
    });
  }

  /** Opens the message that came as the `at`th of those that wait. */
  async hear(at = 0): Promise<Payload> {
    const [message] = this.messages.splice(at, 1);
    return this.device.hear(message ?? assert.fail('there is no such message'));
  }

  /** Opens an event that has come. */
  read(eventId: string): Promise<Payload> {
    return this.device.read(this.events.get(eventId) ?? assert.fail('there is no such event'));
  }

  /** As a client does: opens the messages as they come, and the event as soon as its chain is there. */
  reads(eventId: string): Promise<Payload> {
    return until(`${this.device.api.device} reads ${eventId}`, async () => {
      await this.sync();
      while (this.messages.length > 0) await this.hear();
      if (!this.events.has(eventId)) return undefined;
      try {
        return await this.read(eventId);
      } catch (error) {
        if (error instanceof E2eeError && error.code === 'unknown_key') return undefined;
        throw error;
      }
    });
  }

  /** Waits until the device knows, of a user, the devices of these readers and no others. */
  async knows(user: string, readers: readonly Reader[]): Promise<void> {
    const expected = readers.map(({ device }) => device.api.device).sort();
    await until(`${this.device.api.device} knows the devices of ${user}`, async () => {
      await this.sync();
      const known = (await this.device.keys.devicesOf([user])).map(({ device }) => device).sort();
      return known.join() === expected.join();
    });
  }
}
