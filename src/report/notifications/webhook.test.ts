import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { redirectTo, status, taken } from '../../../test/fakes/contact-receiver.ts';
import { createFakeApiServer, type FakeApiServer, hang, reset, type Step } from '../../../test/fakes/fake-api-server.ts';
import { message, subject } from '../../../test/fixtures/notifications.ts';
import { createOutbound, type Outbound } from '../../runtime/outbound.ts';
import { DeliveryError } from './channel.ts';
import { type Message, summaryOf } from './message.ts';
import { createWebhook, type WebhookTarget } from './webhook.ts';

const now = Temporal.Instant.from('2026-11-23T03:01:00Z');
let server: FakeApiServer;
let outbound: Outbound;
const signal = new AbortController().signal;

beforeAll(async () => {
  server = await createFakeApiServer();
  outbound = createOutbound({ allow: ['127.0.0.0/8'], apiServers: () => [], timeoutMs: 300 });
});

afterAll(async () => {
  await outbound.close();
  await server.stop();
});

const webhook = (target: Partial<WebhookTarget> = {}) =>
  createWebhook({ outbound, target: async () => ({ address: `${server.url}/hook/T0KEN?key=T0KEN`, ...target }), now: () => now });

/** What the receiver got for a message. */
async function delivered(sent: Message, target: Partial<WebhookTarget> = {}) {
  server.on('POST', '/hook/T0KEN', [taken]);
  await webhook(target).deliver(sent, signal);
  const { body, headers } = server.requests.at(-1)!;
  return { body, headers, event: JSON.parse(body) as Record<string, unknown> & { data: Record<string, unknown> } };
}

async function failure(step: Step): Promise<DeliveryError> {
  server.on('POST', '/hook/T0KEN', [step]);
  const error = await webhook()
    .deliver(message(), signal)
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(DeliveryError);
  return error as DeliveryError;
}

describe('a message', () => {
  it('is a CloudEvent in structured mode, with the message and its summary as data', async () => {
    const { event, headers } = await delivered(message({ resolved: [subject({ id: 'f2' })] }));
    expect(headers).toMatchObject({ 'content-type': 'application/cloudevents+json; charset=utf-8', 'idempotency-key': 'k1' });
    expect(event).toEqual({
      specversion: '1.0',
      id: 'k1',
      source: '/apis/platformsupport.io/v1alpha1/namespaces/support/supportcoverages/production',
      type: 'io.platformsupport.findings.v1',
      subject: 'prod-eu',
      time: '2026-11-23T03:00:30Z',
      datacontenttype: 'application/json',
      data: {
        ...message({ resolved: [subject({ id: 'f2' })] }),
        summary: expect.stringMatching(/^production\/prod-eu: 1 finding opened, 1 resolved; critical node-unreachable/),
      },
    });
  });

  it('says by its type what kind it is, and a test is about no cluster', async () => {
    expect((await delivered(message({ kind: 'Onboarding' }))).event.type).toBe('io.platformsupport.onboarding.v1');
    const { event } = await delivered(message({ kind: 'Test', cluster: '' }));
    expect(event.type).toBe('io.platformsupport.test.v1');
    expect(event).not.toHaveProperty('subject');
  });

  it('is the same bytes with the same key when it is sent again', async () => {
    const [first, second] = [await delivered(message()), await delivered(message())];
    expect(second.body).toBe(first.body);
    expect(second.headers['idempotency-key']).toBe(first.headers['idempotency-key']);
  });
});

/** As docs/notifications.md tells receivers to do it. */
function verify(headers: IncomingHttpHeaders, body: string, key: string, at: Temporal.Instant): boolean {
  const [, time = '', received = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-supportcoverage-signature'])) ?? [];
  if (Math.abs(at.epochMilliseconds / 1000 - Number(time)) > 300) return false;
  const expected = createHmac('sha256', key).update(`${time}.${body}`).digest();
  return timingSafeEqual(expected, Buffer.from(received.padStart(64, '0'), 'hex'));
}

describe('the signature', () => {
  it('is there only where there is a key', async () => {
    expect((await delivered(message())).headers).not.toHaveProperty('x-supportcoverage-signature');
  });

  it('proves to the receiver who sent the message and when, and neither the key nor another body passes', async () => {
    const { body, headers } = await delivered(message({ opened: [subject({ message: 'é ✓' })] }), { signingKey: 'hush' });
    expect(verify(headers, body, 'hush', now)).toBe(true);
    expect(verify(headers, body, 'other', now)).toBe(false);
    expect(verify(headers, body.replace('critical', 'warning'), 'hush', now)).toBe(false);
    expect(verify(headers, body, 'hush', now.add({ minutes: 6 }))).toBe(false);
    expect(JSON.stringify([body, headers])).not.toContain('hush');
  });
});

describe('a delivery that fails', () => {
  it.each<[string, Step, boolean, string]>([
    ['500', status(500), true, 'answered 500'],
    ['503', status(503), true, 'answered 503'],
    ['408', status(408), true, 'answered 408'],
    ['429', status(429), true, 'answered 429'],
    ['silence', hang, true, 'gave no answer in 0.3 s'],
    ['a reset', reset, true, 'cannot be reached'],
    ['400', status(400), false, 'answered 400'],
    ['404', status(404), false, 'answered 404'],
    ['a redirect', redirectTo('/elsewhere'), false, 'answered 302, a redirect, and none is followed'],
  ])('by %s: whether it may pass by itself, and a text without the address’s secrets', async (_, step, retryable, text) => {
    const error = await failure(step);
    expect(error.retryable).toBe(retryable);
    expect(error.message).toContain(`the webhook ${new URL(server.url).host} ${text}`);
    expect(JSON.stringify([error.message, error.stack])).not.toContain('T0KEN');
  });

  it.each<[string, number | undefined]>([
    ['120', 120_000],
    ['0', 0],
    ['Mon, 23 Nov 2026 03:03:00 GMT', 120_000],
    ['Mon, 23 Nov 2026 03:00:00 GMT', 0],
    ['soon', undefined],
  ])('with Retry-After: %s says how long to wait', async (value, expected) => {
    expect((await failure(status(429, { 'retry-after': value }))).retryAfterMs).toBe(expected);
  });

  it('because the address is refused, needs somebody’s change', async () => {
    const target = { address: 'http://169.254.169.254/latest/T0KEN' };
    await expect(webhook(target).deliver(message(), signal)).rejects.toMatchObject({
      retryable: false,
      message: 'the webhook 169.254.169.254 is refused (link-local); the flag --allow-addresses makes exceptions',
    });
  });
});

it('the example in docs/notifications.md is what is sent for its message, and every header has a row there', async () => {
  const page = readFileSync(new URL('../../../docs/notifications.md', import.meta.url), 'utf8');
  const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)![1]!) as { data: Message & { summary: string } };
  const { summary, ...data } = example.data;
  expect(summary).toBe(summaryOf(data));
  const { event, headers } = await delivered(data, { signingKey: 'hush' });
  expect(event).toEqual(example);
  const usual = ['host', 'connection', 'user-agent', 'content-length'];
  for (const name of Object.keys(headers).filter((header) => !usual.includes(header)))
    expect(page.toLowerCase()).toContain(`| \`${name}\` |`);
  for (const type of ['findings', 'onboarding', 'test']) expect(page).toContain(`\`io.platformsupport.${type}.v1\``);
});
