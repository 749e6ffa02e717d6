import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenAlert } from '../../src/report/notifications/channel.ts';
import { createChannelFor } from '../../src/report/notifications/channel-for.ts';
import { createDispatcher, type Dispatcher, type LineKey } from '../../src/report/notifications/dispatcher.ts';
import type { Message } from '../../src/report/notifications/message.ts';
import { createNotificationMetrics } from '../../src/report/notifications/metrics.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { Registry } from '../../src/runtime/metrics.ts';
import { createOutbound, type Outbound } from '../../src/runtime/outbound.ts';
import { type Alertmanager, type Alertmanagers, amtool, superviseAlertmanagers } from '../alertmanager/alertmanager.ts';
import { waitFor } from '../controlplane/wait.ts';
import { taken } from '../fakes/contact-receiver.ts';
import { createFakeApiServer, type FakeApiServer, hang } from '../fakes/fake-api-server.ts';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { alertmanagerContact, coverageRef, message, openAlert, openAlerts, subject, webhookContact } from '../fixtures/notifications.ts';

/** Alertmanager counts in real seconds; so that a test of minutes takes seconds, everything is said again this often. */
const resendMs = 500;
const minute = 60_000;
const coverageKey = 'support/production';

let alertmanagers: Alertmanagers;
let receiver: FakeApiServer;
let outbound: Outbound;
let dispatchers: Dispatcher[] = [];
const silent: FakeApiServer[] = [];
/** Requests to contact lines that have no answer yet. */
let underWay = 0;

beforeAll(async () => {
  alertmanagers = superviseAlertmanagers();
  receiver = await createFakeApiServer();
  for (const path of ['/pager', '/desk']) receiver.on('POST', path, [taken]);
  const guarded = createOutbound({ allow: ['127.0.0.0/8'], apiServers: () => [] });
  const post: Outbound['post'] = async (address, request) => {
    underWay += 1;
    await guarded.post(address, request).finally(() => {
      underWay -= 1;
    });
  };
  outbound = { ...guarded, post };
}, 60_000);

afterEach(async () => {
  await Promise.all(dispatchers.map((dispatcher) => dispatcher.flush(1_000)));
  dispatchers = [];
  await Promise.all(silent.splice(0).map((server) => server.stop()));
});

afterAll(async () => {
  await outbound?.close();
  await receiver?.stop();
  await alertmanagers?.shutdown();
}, 30_000);

/** Critical findings of production page, the rest goes to the desk; without the waits that a person would want. */
const config = () => `
route:
  receiver: desk
  group_by: [coverage, cluster, object]
  group_wait: 100ms
  group_interval: 200ms
  repeat_interval: 1h
  routes:
    - matchers: [alertname="SupportCoverageFinding", severity="critical", environment="production", contact="support-desk"]
      receiver: pager
receivers:
  - name: pager
    webhook_configs: [{url: ${receiver.url}/pager}]
  - name: desk
    webhook_configs: [{url: ${receiver.url}/desk}]
`;

function start(options: { clock?: Clock; resendMs?: number; secrets?: Record<string, string> } = {}) {
  const { clock = systemClock, secrets = {} } = options;
  const registry = new Registry();
  const changes: string[] = [];
  const resend = options.resendMs ?? resendMs;
  const dispatcher = createDispatcher({
    channelFor: createChannelFor({ outbound, readSecret: async () => secrets, now: clock.now, resendMs: resend }),
    clock,
    random: Math.random,
    mayWrite: () => true,
    logger: silentLogger,
    metrics: createNotificationMetrics(registry),
    onChange: (key) => changes.push(key),
    resendMs: resend,
  });
  dispatchers.push(dispatcher);
  const tried = async (result: string) => Number(new RegExp(`result="${result}"} (\\d+)`).exec(await registry.metrics())?.[1] ?? 0);
  return { dispatcher, changes, tried };
}

/** Takes requests and never answers, until the test ends. */
async function startSilent(): Promise<FakeApiServer> {
  const server = await createFakeApiServer();
  silent.push(server);
  server.on('POST', '/api/v2/alerts', [hang]);
  return server;
}

const lineTo = (...replicas: Alertmanager[]): LineKey => ({
  coverage: coverageRef,
  contact: alertmanagerContact(replicas.map(({ url }) => url)),
});
const recently = () => Temporal.Now.instant().subtract({ minutes: 2 }).toString({ smallestUnit: 'second' });
const objectsOf = async (alertmanager: Alertmanager) => (await alertmanager.alerts()).map(({ labels }) => labels.object).sort();

interface Notified {
  status: 'firing' | 'resolved';
  alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string> }[];
}

/** What a receiver was told of an object, in order. */
const toldOf = (path: string, object: string) =>
  receiver.requests
    .filter((request) => request.path === path)
    .flatMap(({ body }) => (JSON.parse(body) as Notified).alerts)
    .filter(({ labels }) => labels.object === object);

describe('a finding', () => {
  it('reaches the receiver that its labels route it to, stays up while it is open, and is resolved there when it is', async () => {
    const alertmanager = await alertmanagers.add(config());
    const { dispatcher } = start();
    const open = [
      openAlert({ object: 'Node/pages', since: recently(), remediation: 'Look at the kubelet.' }),
      openAlert({ id: 'f2', object: 'Deployment/shop/web', severity: 'warning', since: recently() }),
    ];
    dispatcher.offer(lineTo(alertmanager), { pending: [message()], open });

    const [page] = await waitFor('the page', () => toldOf('/pager', 'Node/pages').length > 0 && toldOf('/pager', 'Node/pages'));
    expect(page).toMatchObject({
      status: 'firing',
      labels: { check: 'node-unreachable', cluster: 'prod-eu', contact: 'support-desk', coverage_namespace: 'support' },
      annotations: {
        summary: 'production/prod-eu: critical node-unreachable Node/pages',
        description: 'worker-4 has stopped reporting Look at the kubelet.',
      },
    });
    await waitFor('the message to the desk', () => toldOf('/desk', 'Deployment/shop/web').length > 0);
    expect([toldOf('/desk', 'Node/pages'), toldOf('/pager', 'Deployment/shop/web')]).toEqual([[], []]);
    expect(dispatcher.result(coverageKey, 'support-desk')).toMatchObject({ deliveredKeys: new Set(['k1']) });
    expect((await alertmanager.alerts()).map(({ startsAt }) => Date.parse(startsAt))).toEqual(open.map(({ since }) => Date.parse(since)));

    // An alert that nobody repeats would have ended by itself three times over.
    const endsAt = async () => Date.parse((await alertmanager.alerts())[0]!.endsAt);
    const first = await endsAt();
    await waitFor('twelve resends', async (see) => see(await endsAt()) >= first + 12 * resendMs);
    expect(await objectsOf(alertmanager)).toEqual(['Deployment/shop/web', 'Node/pages']);
    expect([toldOf('/pager', 'Node/pages').length, toldOf('/desk', 'Deployment/shop/web').length]).toEqual([1, 1]);

    dispatcher.offer(lineTo(alertmanager), {
      pending: [message({ key: 'k2', opened: [], resolved: [subject({ object: 'Node/pages' })] })],
      open: open.slice(1),
    });
    await waitFor('the end of the page', (see) => see(toldOf('/pager', 'Node/pages')).at(-1)?.status === 'resolved');
    expect(await objectsOf(alertmanager)).toEqual(['Deployment/shop/web']);
    expect(dispatcher.result(coverageKey, 'support-desk')).toMatchObject({ deliveredKeys: new Set(['k1', 'k2']) });
  }, 60_000);

  it('that was begun by a process that is gone is ended by the next one at once, not when nobody repeats it', async () => {
    const alertmanager = await alertmanagers.add(config());
    const before = start({ resendMs: minute });
    before.dispatcher.offer(lineTo(alertmanager), { pending: [message()], open: [openAlert({ object: 'Node/left', since: recently() })] });
    await waitFor('the page', () => toldOf('/pager', 'Node/left').length > 0);
    await before.dispatcher.flush(1_000);

    const resolved = [subject({ object: 'Node/left' })];
    start({ resendMs: minute }).dispatcher.offer(lineTo(alertmanager), {
      pending: [message({ key: 'k2', opened: [], resolved })],
      open: [],
    });
    await waitFor('its end', (see) => see(toldOf('/pager', 'Node/left')).at(-1)?.status === 'resolved');
  }, 60_000);
});

describe('two replicas', () => {
  it('are both told; with one down nothing is lost, the status says which, and it has everything when it is back', async () => {
    const [first, second] = [await alertmanagers.add(config()), await alertmanagers.add(config())];
    const { dispatcher, changes } = start();
    const line = lineTo(first, second);
    const result = () => dispatcher.result(coverageKey, 'support-desk');
    const open = openAlerts(3, () => ({ since: recently() }));
    dispatcher.offer(line, { pending: [message()], open });
    for (const replica of [first, second]) await waitFor('the alerts', async (see) => see(await objectsOf(replica)).length === 3);

    await first.stop();
    await waitFor('the problem', () => result().problem);
    expect(result().problem).toBe(`Alertmanager ${new URL(first.url).host} cannot be reached: ECONNREFUSED`);
    dispatcher.offer(line, { pending: [message({ key: 'k2' })], open: [...open, openAlert({ object: 'Node/later', since: recently() })] });
    await waitFor('the delivery', () => result().deliveredKeys.has('k2'));
    await waitFor('the new alert', async () => (await objectsOf(second)).includes('Node/later'));

    const told = changes.length;
    await first.start();
    await waitFor('everything to be back', async (see) => see(await objectsOf(first)).length === 4);
    await waitFor('the problem to be over', () => result().problem === undefined);
    expect(changes.length).toBe(told + 1);
  }, 60_000);

  it('of which one takes requests and never answers delay nothing for the other', async () => {
    const replica = await alertmanagers.add(config());
    const { url } = await startSilent();
    const { dispatcher } = start();
    const contact = alertmanagerContact([url, replica.url]);
    dispatcher.offer({ coverage: coverageRef, contact }, { pending: [], open: [openAlert({ object: 'Node/heard', since: recently() })] });
    await waitFor('the alert', async () => (await objectsOf(replica)).includes('Node/heard'), { deadlineMs: 5_000 });
  }, 60_000);
});

describe('an hour without any Alertmanager', () => {
  it('loses nothing: within 2 minutes of its return all that is still open is there, and every message is delivered', async () => {
    const alertmanager = await alertmanagers.add(config());
    await alertmanager.stop();
    // The hour ends now, since Alertmanager goes by its own clock.
    const clock = createFakeClock(Temporal.Now.instant().subtract({ minutes: 60 }).toString());
    const { dispatcher, tried } = start({ clock, resendMs: minute });
    const line = lineTo(alertmanager);
    const result = () => dispatcher.result(coverageKey, 'support-desk');
    const since = recently();
    const opened = (from: number, to: number) => openAlerts(to, () => ({ since })).slice(from);

    dispatcher.offer(line, { pending: [message()], open: opened(0, 20) });
    await waitFor('the first try to fail', () => result().problem);
    for (let seconds = 5; seconds <= 3600; seconds += 5) {
      // Half of what was open at first is over in the middle of it, and more comes.
      if (seconds === 1800) dispatcher.offer(line, { pending: [message(), message({ key: 'k2' })], open: opened(10, 40) });
      await clock.advance(5_000);
      await waitFor('answers', () => underWay === 0, { intervalMs: 1 });
    }
    expect(await tried('Delivered')).toBe(0);
    expect(await tried('Failed')).toBeGreaterThan(15);
    expect(result()).toMatchObject({ deliveredKeys: new Set(), problem: expect.stringContaining('ECONNREFUSED') });

    await alertmanager.start();
    let waited = 0;
    await waitFor('all that is open', async (see) => {
      await clock.advance(5_000);
      waited += 5;
      await waitFor('answers', () => underWay === 0, { intervalMs: 1 });
      return see(await objectsOf(alertmanager)).length > 0;
    });
    expect(waited).toBeLessThanOrEqual(120);
    expect(await objectsOf(alertmanager)).toEqual(
      opened(10, 40)
        .map(({ object }) => object)
        .sort(),
    );
    await waitFor('both messages', () => result().deliveredKeys.size === 2);
    expect(result()).not.toHaveProperty('problem');
  }, 120_000);
});

it('a storm of 5,000 findings is 101 alerts, and the last says how many it stands for', async () => {
  const alertmanager = await alertmanagers.add(config());
  const { dispatcher } = start();
  const open: OpenAlert[] = openAlerts(5_000, (index) => ({ severity: index % 50 === 0 ? 'critical' : 'warning', since: recently() }));
  dispatcher.offer(lineTo(alertmanager), { pending: [], open });
  const alerts = await waitFor('the alerts', async () => {
    const found = await alertmanager.alerts();
    return found.length >= 101 && found;
  });
  expect(alerts).toHaveLength(101);
  const more = alerts.find(({ labels }) => labels.alertname === 'SupportCoverageMoreFindings')!;
  expect(more.annotations.summary).toBe('production/prod-eu: 4900 more findings (4900 warning)');
  expect(more.receivers).toEqual([{ name: 'desk' }]);
}, 60_000);

it('a webhook beside a silent Alertmanager is told at once', async () => {
  const { url } = await startSilent();
  receiver.on('POST', '/hook', [taken]);
  const { dispatcher } = start({ secrets: { url: `${receiver.url}/hook` } });
  dispatcher.offer({ coverage: coverageRef, contact: alertmanagerContact([url]) }, { pending: [message()], open: [openAlert()] });
  const sent: Message = message({ key: 'k9', contact: 'platform-team' });
  dispatcher.offer({ coverage: coverageRef, contact: webhookContact() }, { pending: [sent], open: [openAlert()] });
  await waitFor('the delivery', () => dispatcher.result(coverageKey, 'platform-team').deliveredKeys.has('k9'), { deadlineMs: 5_000 });
  expect(receiver.requests.filter(({ path }) => path === '/hook').map(({ headers }) => headers['idempotency-key'])).toEqual(['k9']);
}, 30_000);

describe('the configurations in docs/notifications.md', () => {
  const page = readFileSync(new URL('../../docs/notifications.md', import.meta.url), 'utf8');
  const configurations = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map(([, text = '']) => text)
    .filter((text) => /^receivers:/m.test(text));
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'alertmanager-docs-'));
    for (const [index, text] of configurations.entries()) writeFileSync(join(folder, `${index}.yml`), text);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const receiverOf = (index: number, labels: Record<string, string>) =>
    amtool(
      'config',
      'routes',
      'test',
      `--config.file=${folder}/${index}.yml`,
      ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
    );
  const finding = {
    alertname: 'SupportCoverageFinding',
    coverage: 'production',
    coverage_namespace: 'platform-support',
    contact: 'support-desk',
  };

  it('are two, and amtool accepts both', () => {
    expect(configurations).toHaveLength(2);
    for (const index of configurations.keys()) expect(amtool('check-config', `${folder}/${index}.yml`)).toContain('SUCCESS');
  });

  it.each([
    [{ ...finding, severity: 'critical', environment: 'production' }, 'pagerduty'],
    [{ ...finding, alertname: 'SupportCoverageMoreFindings', severity: 'critical', environment: 'production' }, 'pagerduty'],
    [{ ...finding, severity: 'critical', environment: 'staging' }, 'slack'],
    [{ ...finding, severity: 'warning', environment: 'production' }, 'slack'],
    [{ ...finding, severity: 'info', environment: 'production' }, 'mail'],
    [{ ...finding, alertname: 'SupportCoverageTest', severity: 'info' }, 'mail'],
  ])('route %j to %s', (labels, expected) => {
    expect(receiverOf(0, labels)).toBe(expected);
  });

  it('route a contact line, and its later step, to its own people', () => {
    expect(receiverOf(1, { ...finding, step: 'support-desk@0s' })).toBe('support-desk');
    expect(receiverOf(1, { ...finding, step: 'support-desk@2h' })).toBe('support-lead');
    expect(receiverOf(1, { ...finding, contact: 'platform-team' })).toBe('nobody');
  });
});
