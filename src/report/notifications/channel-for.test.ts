import { taken } from '../../../test/fakes/contact-receiver.ts';
import { createFakeApiServer, type FakeApiServer } from '../../../test/fakes/fake-api-server.ts';
import { alertmanagerContact, coverageRef, message, openAlert, webhookContact } from '../../../test/fixtures/notifications.ts';
import type { Contact } from '../../api/v1alpha1/supportcoverage.ts';
import { KubeError } from '../../kube/errors.ts';
import { createOutbound, type Outbound } from '../../runtime/outbound.ts';
import { createChannelFor } from './channel-for.ts';

let server: FakeApiServer;
let outbound: Outbound;
const signal = new AbortController().signal;

beforeAll(async () => {
  server = await createFakeApiServer();
  outbound = createOutbound({ allow: ['127.0.0.0/8'], apiServers: () => [] });
  server.on('POST', '/hook', [taken]);
  server.on('POST', '/rotated', [taken]);
  server.on('POST', '/api/v2/alerts', [taken]);
});

afterAll(async () => {
  await outbound.close();
  await server.stop();
});

type Secrets = Record<string, Record<string, string> | Error>;

function channelOf(contact: Contact, secrets: Secrets) {
  const readSecret = async (namespace: string, name: string) => {
    const found = secrets[`${namespace}/${name}`];
    if (found instanceof Error) throw found;
    return found;
  };
  const now = () => Temporal.Instant.from('2026-11-23T03:01:00Z');
  return createChannelFor({ outbound, readSecret, now, resendMs: 60_000 })(coverageRef, contact);
}

const signed = webhookContact({
  notify: { webhook: { urlSecretRef: { name: 'hooks', key: 'team' }, signingSecretRef: { name: 'keys', key: 'key' } } },
});

describe('a webhook', () => {
  it('is found in its Secrets beside the coverage, without the line end that editors leave', async () => {
    await channelOf(signed, { 'support/hooks': { team: `${server.url}/hook\n` }, 'support/keys': { key: 'hush\n' } }).deliver(
      message(),
      signal,
    );
    expect(server.requests.at(-1)).toMatchObject({ path: '/hook' });
    expect(server.requests.at(-1)!.headers).toHaveProperty('x-supportcoverage-signature');
  });

  it('is where its Secret says now, not where it was when the channel was made', async () => {
    const secrets: Secrets = { 'support/hooks': { url: `${server.url}/hook` } };
    const channel = channelOf(webhookContact(), secrets);
    await channel.deliver(message(), signal);
    secrets['support/hooks'] = { url: `${server.url}/rotated` };
    await channel.deliver(message(), signal);
    expect(server.requests.slice(-2).map(({ path }) => path)).toEqual(['/hook', '/rotated']);
  });

  it.each<[string, Secrets, string]>([
    ['no Secret', {}, 'the Secret support/hooks does not exist'],
    ['no Secret, as the API says it', { 'support/hooks': new KubeError('NotFound', 'hush') }, 'the Secret support/hooks does not exist'],
    ['no such key', { 'support/hooks': { other: 'hush' } }, 'the key team of the Secret support/hooks does not exist'],
    ['an empty key', { 'support/hooks': { team: ' \n' } }, 'the key team of the Secret support/hooks is empty'],
    [
      'what is no address',
      { 'support/hooks': { team: 'hush.example.com/x' } },
      'the key team of the Secret support/hooks is no address of http or https',
    ],
    [
      'another scheme',
      { 'support/hooks': { team: 'ftp://hush.example.com' } },
      'the key team of the Secret support/hooks is no address of http or https',
    ],
    [
      'no permission',
      { 'support/hooks': new KubeError('Forbidden', 'hush') },
      'the Secret support/hooks may not be read by the operator (get on secrets)',
    ],
    ['an outage', { 'support/hooks': new KubeError('Transient', 'hush') }, 'the Secret support/hooks could not be read'],
    ['no key for the signature', { 'support/hooks': { team: 'http://hush/' } }, 'the Secret support/keys does not exist'],
  ])('with %s is a problem that names Secret and key, and no value', async (_, secrets, text) => {
    const error = await channelOf(signed, secrets)
      .deliver(message(), signal)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'DeliveryError', retryable: true, message: text });
    expect(JSON.stringify([error, (error as Error).stack, (error as Error).cause])).not.toContain('hush');
  });
});

it('an Alertmanager is called below the path of its address', async () => {
  server.on('POST', '/am/api/v2/alerts', [taken]);
  for (const url of [server.url, `${server.url}/am/`]) await channelOf(alertmanagerContact([url]), {}).keepAlive!([openAlert()], signal);
  expect(server.requests.slice(-2).map(({ path }) => path)).toEqual(['/api/v2/alerts', '/am/api/v2/alerts']);
});
