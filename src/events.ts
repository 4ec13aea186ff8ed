// What happens to a node, each as one named function: a log line now, and wherever else it is to be counted.
import type { Logger } from 'pino';

export function started(logger: Logger, node: string, address: string): void {
  logger.info({ node, address }, 'serving');
}

export function stopping(logger: Logger, signal: string): void {
  logger.info({ signal }, 'stopping');
}

export function tlsReloaded(logger: Logger): void {
  logger.info('certificate and key read again');
}

/** The node goes on with what it had. */
export function tlsNotReloaded(logger: Logger, error: unknown): void {
  logger.error({ err: error }, 'certificate and key not read again');
}

/** Something between this node and another that nobody foresaw. */
export function federationFailed(logger: Logger, error: unknown, node: string | undefined): void {
  logger.error({ err: error, peer: node }, 'federation');
}

/** Nothing is sequenced in rooms hosted here: participants have not told what they hold of them. */
export function roomsWait(logger: Logger, rooms: number): void {
  logger.warn({ rooms }, 'rooms wait for other nodes after a restore: see eccp-node rooms waiting');
}

const troubling: readonly string[] = ['damage_moved_aside', 'writes_stopped', 'rebuild_failed', 'snapshot_failed'];

/** What the store reports, by its name in lower_case and with its figures. */
export function store(logger: Logger, { event, ...details }: { event: string }): void {
  const line = `store: ${event.replaceAll('_', ' ')}`;
  if (troubling.includes(event)) logger.error(details, line);
  else logger.info(details, line);
}
