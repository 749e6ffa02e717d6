import { createHmac } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Message } from '../../src/report/notifications/message.ts';
import { delay, systemClock } from '../../src/runtime/clock.ts';
import { taken } from '../fakes/contact-receiver.ts';
import { createFakeApiServer, refuse } from '../fakes/fake-api-server.ts';

/** One request to a contact line. */
export interface Telling {
  contact: string;
  /** The header Idempotency-Key. */
  key: string;
  body: string;
  message: Message;
  /** Its signature is of this body, made with the key that was agreed. */
  genuine: boolean;
  answer: 'none yet' | 'taken' | 'refused';
}

export interface UnreliableReceiver {
  url(contact: string): string;
  /** All requests so far, in the order of their arrival. */
  readonly tellings: readonly Telling[];
  /** Emits `arrived` when a request has come in whole, and `answered` when it was taken. */
  readonly events: EventEmitter<{ arrived: []; answered: [] }>;
  stop(): Promise<void>;
}

const slowestMs = 600;
/** One in so many is answered with 500. */
const oneRefusedIn = 5;

/** The far end of contact lines: it takes its time with every answer, and some are that it cannot. `random`: 0 ≤ value < 1. */
export async function createUnreliableReceiver(
  contacts: readonly string[],
  signingKey: string,
  random: () => number,
): Promise<UnreliableReceiver> {
  const server = await createFakeApiServer();
  const tellings: Telling[] = [];
  const events: UnreliableReceiver['events'] = new EventEmitter();
  for (const contact of contacts) {
    server.on('POST', `/${contact}`, [
      async (exchange) => {
        const { body, headers } = exchange;
        const telling: Telling = {
          ...{ contact, body, key: String(headers['idempotency-key']), answer: 'none yet' },
          message: (JSON.parse(body) as { data: Message }).data,
          genuine: isGenuine(String(headers['x-supportcoverage-signature']), body, signingKey),
        };
        const [ms, takes] = [random() * slowestMs, random() >= 1 / oneRefusedIn];
        tellings.push(telling);
        events.emit('arrived');
        await delay(systemClock, ms);
        telling.answer = takes ? 'taken' : 'refused';
        await (takes ? taken : refuse(500, 'not now'))(exchange);
        if (takes) events.emit('answered');
      },
    ]);
  }
  return { url: (contact) => `${server.url}/${contact}`, tellings, events, stop: server.stop };
}

/** As docs/notifications.md says how to verify one. */
function isGenuine(header: string, body: string, key: string): boolean {
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  return signature === createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
}
