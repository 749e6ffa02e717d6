import { createFakeClock } from '../../../test/fakes/fake-clock.ts';
import { coverageRef, message, openAlert, openAlerts, subject } from '../../../test/fixtures/notifications.ts';
import { OutboundError } from '../../runtime/outbound.ts';
import { createAlertmanager } from './alertmanager.ts';
import { DeliveryError } from './channel.ts';

interface Posted {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
}

const signal = new AbortController().signal;
const minute = 60_000;

/** A channel to Alertmanagers that keep what they were posted, and that are down where a test says so. */
function setup(urls = ['http://am-0:9093']) {
  const clock = createFakeClock('2026-11-23T04:00:00Z');
  const down = new Map<string, OutboundError>();
  const posts: { address: string; alerts: Posted[] }[] = [];
  const outbound = {
    post: async (address: string, { body }: { body: string }) => {
      const failure = down.get(new URL(address).origin);
      if (failure) throw failure;
      posts.push({ address, alerts: JSON.parse(body) as Posted[] });
    },
    close: async () => {},
  };
  const start = () =>
    createAlertmanager({ outbound, urls, coverage: coverageRef, contact: 'support-desk', now: clock.now, resendMs: minute });
  /** Alerts posted since the last call, and whether each is firing at this moment. */
  const take = () => posts.splice(0).flatMap(({ alerts }) => alerts.map((alert) => ({ ...alert, firing: isFiring(alert) })));
  const isFiring = ({ endsAt }: Posted) => Temporal.Instant.compare(Temporal.Instant.from(endsAt), clock.now()) > 0;
  return { clock, down, posts, start, take };
}

const unreachable = (host: string) => new OutboundError('Network', `${host} cannot be reached: ECONNREFUSED`);
const objects = (alerts: { labels: Record<string, string> }[]) => alerts.map(({ labels }) => labels.object);

describe('an open finding', () => {
  it('is an alert with labels for routes and texts for people, which lasts for four resends', async () => {
    const { start, take } = setup();
    await start().keepAlive!([openAlert({ object: 'Deployment/shop/web', remediation: 'Look at its node.' })], signal);
    expect(take()).toEqual([
      {
        labels: {
          alertname: 'SupportCoverageFinding',
          coverage: 'production',
          coverage_namespace: 'support',
          cluster: 'prod-eu',
          environment: 'production',
          contact: 'support-desk',
          check: 'node-unreachable',
          severity: 'critical',
          object: 'Deployment/shop/web',
          object_namespace: 'shop',
          finding: 'f1',
          step: 'support-desk@0s',
        },
        annotations: {
          summary: 'production/prod-eu: critical node-unreachable Deployment/shop/web',
          description: 'worker-4 has stopped reporting Look at its node.',
        },
        startsAt: '2026-11-23T03:00:00Z',
        endsAt: '2026-11-23T04:04:00Z',
        firing: true,
      },
    ]);
  });

  it('has no label for what it does not have', async () => {
    const { start, take } = setup();
    const { environment: _, ...alert } = openAlert();
    await start().keepAlive!([alert], signal);
    expect(Object.keys(take()[0]!.labels)).not.toEqual(expect.arrayContaining(['environment']));
    await start().keepAlive!([alert], signal);
    expect(Object.keys(take()[0]!.labels)).not.toEqual(expect.arrayContaining(['object_namespace']));
  });

  it('began no later than now, whatever another machine’s clock says', async () => {
    const { start, take } = setup();
    await start().keepAlive!([openAlert({ since: '2026-11-23T04:00:10Z' })], signal);
    expect(take()[0]!.startsAt).toBe('2026-11-23T04:00:00Z');
  });
});

describe('what is no longer open', () => {
  it('is ended with the labels it was begun with, and is said to have ended at that moment for four resends', async () => {
    const { start, take, clock, posts } = setup();
    const channel = start();
    await channel.keepAlive!([openAlert(), openAlert({ id: 'f2', object: 'Node/b' })], signal);
    const [begun] = take();
    await clock.advance(minute);
    for (let resend = 0; resend < 5; resend += 1) {
      await channel.keepAlive!([openAlert({ id: 'f2', object: 'Node/b' })], signal);
      const ended = take().filter(({ firing }) => !firing);
      expect(ended).toMatchObject([{ labels: begun!.labels, endsAt: '2026-11-23T04:01:00Z' }]);
      await clock.advance(minute);
    }
    await channel.keepAlive!([openAlert({ id: 'f2', object: 'Node/b' })], signal);
    expect(objects(take())).toEqual(['Node/b']);
    await channel.keepAlive!([], signal);
    await clock.advance(10 * minute);
    await channel.keepAlive!([], signal);
    posts.splice(0);
    await channel.keepAlive!([], signal);
    expect(posts).toEqual([]);
  });

  it('is ended by a process that did not begin it, since the message names it', async () => {
    const { start, take } = setup();
    await start().keepAlive!([openAlert()], signal);
    const [begun] = take();
    const next = start();
    await next.deliver(message({ opened: [], resolved: [subject()] }), signal);
    await next.keepAlive!([], signal);
    expect(take()).toMatchObject([{ labels: begun!.labels, firing: false }]);
  });

  it('and is open again by now is not ended', async () => {
    const { start, take, clock } = setup();
    const channel = start();
    await channel.keepAlive!([openAlert()], signal);
    await channel.keepAlive!([], signal);
    await clock.advance(minute);
    take();
    await channel.deliver(message({ opened: [], resolved: [subject()] }), signal);
    await channel.keepAlive!([openAlert()], signal);
    expect(take().map(({ firing }) => firing)).toEqual([true]);
  });

  it('is ended also where nobody is known to have heard that it began', async () => {
    const { start, take, down } = setup();
    const channel = start();
    down.set('http://am-0:9093', unreachable('am-0:9093'));
    await expect(channel.keepAlive!([openAlert()], signal)).rejects.toBeInstanceOf(DeliveryError);
    down.clear();
    await channel.keepAlive!([], signal);
    expect(take().map(({ firing }) => firing)).toEqual([false]);
  });

  it('at this severity ends, and begins at the other', async () => {
    const { start, take, clock } = setup();
    const channel = start();
    await channel.keepAlive!([openAlert({ severity: 'warning' })], signal);
    await clock.advance(minute);
    take();
    await channel.keepAlive!([openAlert({ severity: 'critical' })], signal);
    expect(take().map(({ labels, firing }) => [labels.severity, firing])).toEqual([
      ['critical', true],
      ['warning', false],
    ]);
  });
});

describe('a storm', () => {
  it('of 5,000 is 100 alerts, the most urgent, and one that says how many it stands for', async () => {
    const { start, take, posts } = setup();
    const storm = openAlerts(5000, (index) => ({ severity: index < 4800 ? 'warning' : 'critical' }));
    await start().keepAlive!(storm, signal);
    expect(Math.max(...posts.map(({ alerts }) => alerts.length))).toBeLessThanOrEqual(200);
    const alerts = take();
    expect(alerts).toHaveLength(101);
    expect(alerts.slice(0, 100).every(({ labels }) => labels.severity === 'critical')).toBe(true);
    expect(alerts.at(-1)).toMatchObject({
      labels: { alertname: 'SupportCoverageMoreFindings', severity: 'critical', cluster: 'prod-eu', contact: 'support-desk' },
      annotations: {
        summary: 'production/prod-eu: 4900 more findings (100 critical, 4800 warning)',
        description: expect.stringContaining('kubectl get coveragereports -n support production.prod-eu -o yaml'),
      },
    });
  });

  it('counts a finding that has gone two steps once', async () => {
    const { start, take } = setup();
    const twice = openAlerts(120).flatMap((alert) => [alert, { ...alert, step: 'support-desk@2h' }]);
    await start().keepAlive!(twice, signal);
    expect(take().at(-1)!.annotations.summary).toBe('production/prod-eu: 70 more findings (70 critical)');
  });

  it('of one cluster takes nothing from another', async () => {
    const { start, take } = setup();
    await start().keepAlive!([...openAlerts(150), openAlert({ cluster: 'prod-us', severity: 'info' })], signal);
    expect(
      take()
        .filter(({ labels }) => labels.cluster === 'prod-us')
        .map(({ labels }) => labels.alertname),
    ).toEqual(['SupportCoverageFinding']);
  });

  it('ends no alert that is still open when something more urgent comes, which has an alert of its own', async () => {
    const { start, take, clock } = setup();
    const channel = start();
    const warnings = openAlerts(150, () => ({ severity: 'warning' }));
    await channel.keepAlive!(warnings, signal);
    await clock.advance(minute);
    take();
    await channel.keepAlive!([...warnings, openAlert({ id: 'new', object: 'Node/urgent', since: '2026-11-23T04:00:30Z' })], signal);
    const alerts = take();
    expect(alerts.filter(({ firing }) => !firing)).toEqual([]);
    expect(objects(alerts)).toContain('Node/urgent');
    expect(alerts.at(-1)!.annotations.summary).toBe('production/prod-eu: 50 more findings (50 warning)');
  });

  it('that is over ends all of it', async () => {
    const { start, take, clock } = setup();
    const channel = start();
    await channel.keepAlive!(openAlerts(150), signal);
    await clock.advance(minute);
    take();
    await channel.keepAlive!([], signal);
    const ended = take();
    expect([ended.length, ended.filter(({ firing }) => firing)]).toEqual([101, []]);
  });
});

describe('several replicas', () => {
  const urls = ['http://am-0:9093', 'http://am-1:9093/'];

  it('are each told everything', async () => {
    const { start, posts } = setup(urls);
    await start().keepAlive!([openAlert()], signal);
    expect(posts.map(({ address }) => address)).toEqual(['http://am-0:9093/api/v2/alerts', 'http://am-1:9093/api/v2/alerts']);
    expect(posts[0]!.alerts).toEqual(posts[1]!.alerts);
  });

  it('of which one took it are enough, and the other is a problem', async () => {
    const { start, down } = setup(urls);
    down.set('http://am-1:9093', unreachable('am-1:9093'));
    expect(await start().keepAlive!([openAlert()], signal)).toEqual({ problem: 'Alertmanager am-1:9093 cannot be reached: ECONNREFUSED' });
  });

  it('of which none took it are a failure that names both, and passes by itself where one may', async () => {
    const { start, down } = setup(urls);
    down.set('http://am-0:9093', new OutboundError('StatusCode', 'am-0:9093 answered 404', { status: 404 }));
    down.set('http://am-1:9093', new OutboundError('StatusCode', 'am-1:9093 answered 503', { status: 503, retryAfter: '7' }));
    await expect(start().keepAlive!([openAlert()], signal)).rejects.toMatchObject({
      message: 'Alertmanager am-0:9093 answered 404; Alertmanager am-1:9093 answered 503',
      retryable: true,
      retryAfterMs: 7_000,
    });
  });
});

it('a test is an alert of its own that ends by itself', async () => {
  const { start, take } = setup();
  await start().deliver(message({ kind: 'Test', opened: [], cluster: '', at: '2026-11-23T04:00:00Z' }), signal);
  expect(take()).toEqual([
    {
      labels: {
        alertname: 'SupportCoverageTest',
        coverage: 'production',
        coverage_namespace: 'support',
        contact: 'support-desk',
        severity: 'info',
      },
      annotations: {
        summary: 'production: test of the contact line support-desk; there is nothing to do',
        description: 'production: test of the contact line support-desk; there is nothing to do',
      },
      startsAt: '2026-11-23T04:00:00Z',
      endsAt: '2026-11-23T04:04:00Z',
      firing: true,
    },
  ]);
});

describe('what ended while no Alertmanager could be reached', () => {
  const open = (id: string) => openAlert({ id, object: `Node/${id}` });

  it('is said once one can, where it ended no longer ago than an alert lasts', async () => {
    const { start, take, down, clock } = setup();
    const channel = start();
    down.set('http://am-0:9093', unreachable('am-0'));
    for (let at = 0; at < 50; at += 1) {
      await expect(channel.keepAlive!([open(`f${at}`)], signal)).rejects.toThrow('ECONNREFUSED');
      await clock.advance(minute);
    }
    down.clear();
    await channel.keepAlive!([], signal);
    expect(objects(take())).toEqual(['Node/f45', 'Node/f46', 'Node/f47', 'Node/f48', 'Node/f49']);
  });

  it('is the last of it where that is very much', async () => {
    const { start, take, down } = setup();
    const channel = start();
    down.set('http://am-0:9093', unreachable('am-0'));
    const hundred = (round: number) => Array.from({ length: 100 }, (_, at) => open(`f${round}-${at}`));
    for (let round = 0; round < 15; round += 1) await channel.keepAlive!(hundred(round), signal).catch(() => undefined);
    down.clear();
    await channel.keepAlive!([], signal);
    const said = objects(take());
    expect(said).toHaveLength(1_000);
    expect(said).toContain('Node/f14-99');
    expect(said).not.toContain('Node/f4-0');
  });
});
