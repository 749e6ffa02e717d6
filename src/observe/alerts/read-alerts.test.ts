import { jest } from '@jest/globals';
import { flood, redirectTo, status } from '../../../test/fakes/contact-receiver.ts';
import { answer, createFakeApiServer, type FakeApiServer, hang, reset } from '../../../test/fakes/fake-api-server.ts';
import { createOutbound, type Outbound } from '../../runtime/outbound.ts';
import { readAlerts } from './read-alerts.ts';

let server: FakeApiServer;
let outbound: Outbound;
const never = new AbortController().signal;
const labels = { alertname: 'KubeJobFailed', namespace: 'shop', severity: 'warning' };
const annotations = { runbook_url: 'https://runbooks.example.com/kubejobfailed', description: 'password=hunter2' };
const startsAt = '2026-11-23T11:00:00.123Z';
const v2 = '/api/v2/alerts';

beforeEach(async () => {
  server = await createFakeApiServer();
  outbound = createOutbound({ allow: ['127.0.0.0/8'], apiServers: () => [], timeoutMs: 300 });
});
afterEach(async () => {
  await outbound.close();
  await server.stop();
});

const says = (path: string, body: unknown) => server.on('GET', path, [answer(JSON.stringify(body))]);
const read = (program: 'Alertmanager' | 'Prometheus' = 'Alertmanager', url = server.url) => readAlerts(program, url, outbound, never);

describe('an Alertmanager', () => {
  it('is asked for what is neither silenced nor inhibited, and when it started', async () => {
    says(v2, [{ labels, annotations, startsAt, endsAt: startsAt, fingerprint: 'f', receivers: [], status: { state: 'active' } }]);
    says('/api/v2/status', { uptime: '2026-11-23T10:00:00.5Z', config: { original: 'route: {}' } });
    expect(await read('Alertmanager', `${server.url}/`)).toEqual({
      alerts: [{ name: 'KubeJobFailed', labels, startsAt, runbook: annotations.runbook_url }],
      startedAt: Temporal.Instant.from('2026-11-23T10:00:00.5Z'),
    });
    expect(server.requests[0]).toMatchObject({
      path: v2,
      query: { active: 'true', silenced: 'false', inhibited: 'false', unprocessed: 'false' },
    });
  });

  it('that sends what is suppressed all the same is not taken at its word', async () => {
    says(v2, [{ labels, startsAt, status: { state: 'suppressed' } }]);
    expect((await read()).alerts).toEqual([]);
  });

  it('whose labels are longer than any name has their beginnings kept', async () => {
    says(v2, [{ labels: { alertname: 'x'.repeat(1_000), pod: 'y'.repeat(10_000) }, startsAt, annotations }]);
    const { alerts } = await read();
    expect(alerts).toMatchObject([{ name: 'x'.repeat(320), labels: { alertname: 'x'.repeat(320), pod: 'y'.repeat(320) } }]);
  });

  it('that does not say when it started has told its alerts', async () => {
    says(v2, [{ labels: { severity: 'critical' } }]);
    expect(await read()).toEqual({
      alerts: [{ name: '', labels: { severity: 'critical' }, startsAt: undefined, runbook: '' }],
      startedAt: undefined,
    });
  });
});

it('a Prometheus is asked for what fires, and tells nothing of what may come to that', async () => {
  const alert = { labels, annotations, activeAt: startsAt, value: '1e+00' };
  says('/api/v1/alerts', {
    status: 'success',
    data: {
      alerts: [
        { ...alert, state: 'firing' },
        { ...alert, state: 'pending' },
      ],
    },
  });
  says('/api/v1/status/runtimeinfo', { status: 'success', data: { startTime: '2026-11-23T10:00:00Z' } });
  expect(await read('Prometheus')).toEqual({
    alerts: [{ name: 'KubeJobFailed', labels, startsAt, runbook: annotations.runbook_url }],
    startedAt: Temporal.Instant.from('2026-11-23T10:00:00Z'),
  });
});

describe('an answer that is no list of alerts', () => {
  afterEach(() => jest.restoreAllMocks());
  let seen = 0;
  const noText = () => {
    seen += 1;
    return 0;
  };
  const noAlert = Object.defineProperty({}, 'labels', { get: noText, enumerable: true });
  const noTexts = Object.defineProperties(
    {},
    Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [at, { get: noText, enumerable: true }])),
  );
  it.each([
    ['entries', 'Alertmanager', Array(1_000).fill(noAlert)],
    ['labels', 'Alertmanager', [{ labels: noTexts }]],
    ['annotations', 'Alertmanager', [{ labels, annotations: noTexts }]],
    ['entries', 'Prometheus', { status: 'success', data: { alerts: Array(1_000).fill(noAlert) } }],
  ] as const)('is looked at up to the first of its %s that is wrong', async (_, program, answered) => {
    seen = 0;
    jest.spyOn(JSON, 'parse').mockReturnValueOnce(answered);
    const asked = readAlerts(program, 'http://a', { get: async () => '' }, never);
    await expect(asked).rejects.toThrow(`is not what ${program} answers`);
    expect(seen).toBeLessThanOrEqual(2);
  });

  it('has no more entries than can be meant', async () => {
    const readOf = (count: number) =>
      readAlerts('Alertmanager', 'http://a', { get: async () => JSON.stringify(Array(count).fill({ labels })) }, never);
    expect((await readOf(5_000)).alerts).toHaveLength(5_000);
    await expect(readOf(5_001)).rejects.toThrow('it tells of more than 5000 alerts');
  });
});

describe('what is no answer says why, and quotes nothing of it:', () => {
  it.each<[string, Parameters<FakeApiServer['on']>[2], RegExp]>([
    ['500', [status(500)], /^127.0.0.1:\d+ answered 500$/],
    ['401', [status(401)], /^127.0.0.1:\d+ answered 401$/],
    ['a redirect to a login', [redirectTo('/login')], /^127.0.0.1:\d+ answered 302, a redirect, and none is followed/],
    ['silence', [hang], /^127.0.0.1:\d+ gave no answer in 0.3 s$/],
    ['a reset', [reset], /^127.0.0.1:\d+ cannot be reached: [A-Z_]+$/],
    ['more than 4 MiB', [flood(5 * 1024 * 1024)], /^127.0.0.1:\d+ (answered with more than 4 MiB|gave no answer in 0.3 s)$/],
    ['a page', [answer('<html>S3CRET</html>')], /^what it answers to \/api\/v2\/alerts is not what Alertmanager answers$/],
    ['nothing', [answer('')], /is not what Alertmanager answers$/],
    ['labels that are a list', [answer('[{"labels":["S3CRET"]}]')], /is not what Alertmanager answers$/],
    ['half of it', [answer('[{"labels":{"alertname":"S3CRET"}}')], /is not what Alertmanager answers$/],
    ['another API', [answer('{"status":"success","data":{"alerts":[]}}')], /is not what Alertmanager answers$/],
    ['a label that is no text', [answer('[{"labels":{"alertname":1}}]')], /is not what Alertmanager answers$/],
  ])('%s', async (_, script, message) => {
    server.on('GET', v2, script);
    const error = (await read().catch((reason: unknown) => reason)) as Error;
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('S3CRET');
  });

  it('an error of Prometheus', async () => {
    says('/api/v1/alerts', { status: 'error', errorType: 'internal', error: 'S3CRET' });
    await expect(read('Prometheus')).rejects.toThrow('what it answers to /api/v1/alerts is not what Prometheus answers');
  });
});
