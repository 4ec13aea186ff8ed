import type { Messages, Transaction } from '../../services/messages.ts';
import type { Handlers } from '../types.ts';
import { contentOf } from './content.ts';

type MessageHandlers = Pick<Handlers, 'listMessages' | 'getEvent' | 'sendEvent' | 'sendEventWithTxn' | 'redactEvent'>;

export function messageHandlers(messages: Messages): MessageHandlers {
  return {
    listMessages: async ({ session, params, query }) => ({
      status: 200,
      body: await messages.list(session, params.roomId, query),
    }),
    getEvent: async ({ session, params }) => ({
      status: 200,
      body: await messages.get(session, params.roomId, params.eventId),
    }),
    sendEvent: async ({ session, params, headers, body }) => ({
      status: 200,
      body: await messages.send(session, params.roomId, params.eventType, contentOf(body), transactionOf(headers)),
    }),
    sendEventWithTxn: async ({ session, params, body }) => ({
      status: 200,
      body: await messages.send(session, params.roomId, params.eventType, contentOf(body), {
        id: params.txnId,
        place: 'txnId',
      }),
    }),
    redactEvent: async ({ session, params, headers, body }) => ({
      status: 200,
      body: await messages.redact(session, params.roomId, params.eventId, body.reason, transactionOf(headers)),
    }),
  };
}

function transactionOf(headers: { 'Idempotency-Key'?: string }): Transaction | undefined {
  const id = headers['Idempotency-Key'];
  return id === undefined ? undefined : { id, place: 'Idempotency-Key' };
}
