import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { delay, systemClock } from '../../src/runtime/clock.ts';
import { repository } from '../controlplane/binaries.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { namespace } from '../installation/operator.ts';
import { rssMb } from '../scale/process-figures.ts';
import { median } from '../scale/statistics.ts';
import { applications, deployment, type Fault, platform } from './faults.ts';
import { nodeName } from './node.ts';
import { permissionsOf } from './permissions.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import {
  account,
  chart,
  image,
  keyOf,
  name,
  release,
  say,
  secondsSince,
  shop,
  startWorld,
  until,
  valuesFile,
  type World,
} from './world.ts';

/** What a platform team does on its first day, with what Kubernetes itself makes of it: nothing here writes a status. */

/** Minutes over which the operator's memory is looked at while nothing happens. With an hour its growth is judged. */
const idleMinutes = Number(process.env.E2E_IDLE_MINUTES ?? 1);
/** Asked for, it is held to its limits; on a machine that does other things too it is only said. */
const isMeasurement = process.env.E2E_IDLE_MINUTES !== undefined;
/** A namespace of the platform. */
const tools = 'tools-system';
const values = {
  image: { repository: image, tag: 'e2e', pullPolicy: 'Never' },
  // The contact line of the suite is on the machine of the API server.
  allowAddresses: ['192.0.2.1/32'],
  corrections: { allow: ['sa-default-automount'], namespaces: [tools] },
};
/** A daily window that began an hour ago, whatever the hour. */
const windowStart = new Date(Date.now() - 3_600_000).toISOString().slice(11, 16);
/** What is found as soon as it is seen. */
const atOnce = new Set([
  ...[...applications, ...platform].map(({ key }) => key.split(' ')[0]!),
  'node-unreachable',
  'sa-default-automount',
]);
/** What a cluster needs by the agreement and this one does not have; they would be found after a quarter of an hour. */
const notHere = ['obs-alertmanager', 'obs-kube-state-metrics', 'obs-log-collector', 'obs-node-exporter', 'obs-prometheus'];
/** Looked at in every way that the metrics speak of, and without the patience that a cluster deserves. */
const coverage = {
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name, namespace },
  spec: {
    tier: 'Level3',
    checks: {
      schedule: '* * * * *',
      settings: [
        ...[...atOnce].map((check) => ({ check, for: '0s' })),
        ...notHere.map((check) => ({ check, enabled: false, reason: 'Prometheus is beside the cluster, and watches it from there' })),
      ],
    },
    contacts: [{ name: 'desk', party: 'Support', notify: { webhook: { urlSecretRef: { name: 'hooks', key: 'desk' } } } }],
    escalation: [{ contact: 'desk' }],
    maintenance: {
      windows: [{ name: 'daily', days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'], start: windowStart, duration: '12h' }],
      targets: { kubernetes: '>=1.30.0' },
    },
    corrections: { mode: 'Apply', allow: ['sa-default-automount'] },
  },
};

const acknowledgement = {
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'Acknowledgement',
  metadata: { name: 'moved', namespace },
  spec: {
    ...{ coverage: name, match: { check: 'node-*', object: `Node/${nodeName}` }, by: 'jane', reason: 'the machine is being moved' },
    expires: new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, ''),
  },
};

let world: World;
let kubectl: Kubectl;
let prometheus: Prometheus;

beforeAll(async () => {
  world = await startWorld();
  kubectl = kubectlFor(world.cluster, { deadlineMs: 120_000 });
}, 400_000);

afterAll(async () => {
  await prometheus?.stop();
  await world?.stop();
}, 400_000);

async function rolledOut(): Promise<void> {
  await world.cluster.kubectl(['rollout', 'status', `deployment/${release}`, '-n', namespace, '--timeout=120s']);
}

/** Breaks something, waits until it is found, and says when and in which words. */
async function expectFound({ key, says, cause }: Fault): Promise<void> {
  const at = Date.now();
  await cause(world);
  const finding = await world.found(key);
  say(`after ${secondsSince(at)} s: ${finding.severity} ${key}: ${finding.message}`);
  expect(finding.message).toMatch(says);
}

/** Whether a message to a contact line lists the node as opened or resolved. */
function listsNode(body: string, what: string): boolean {
  const { data } = JSON.parse(body) as { data: Record<string, { check: string; object: string }[]> };
  return (data[what] ?? []).some(({ check, object }) => check === 'node-unreachable' && object === `Node/${nodeName}`);
}

describe('installed with the chart', () => {
  it('the operator is ready, and its Pod says what it is', async () => {
    await world.cluster.kubectl(['wait', '--for=condition=Available', 'deployment', '--all', '-n', 'kube-system', '--timeout=120s']);
    // In which it may make corrections.
    await world.cluster.kubectl(['create', 'namespace', tools]);
    await world.helm(['install', release, chart, '--create-namespace', '--values', valuesFile(world, values)]);
    await rolledOut();
    say((await world.cluster.kubectl(['describe', 'pod', '-n', namespace])).stdout);
    type Pods = { items: { status: { startTime: string; conditions: { type: string; lastTransitionTime: string }[] } }[] };
    const { items } = await world.cluster.kubectlJson<Pods>(['get', 'pods', '-n', namespace]);
    const { startTime, conditions } = items[0]!.status;
    const ready = conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '';
    const seconds = (Date.parse(ready) - Date.parse(startTime)) / 1000;
    say(`ready ${seconds} s after the Pod was accepted`);
    expect(seconds).toBeLessThanOrEqual(20);
  }, 400_000);

  it('helm test passes, by the name of the Service', async () => {
    say(await world.helm(['test', release, '--logs']));
  }, 400_000);

  it('a coverage is Ready and Healthy, and its baseline can be approved', async () => {
    const { cluster, receiver } = world;
    await cluster.kubectl(['create', 'secret', 'generic', 'hooks', '-n', namespace, `--from-literal=desk=${receiver.url}`]);
    await cluster.apply(coverage);
    await kubectl.condition(name, 'Healthy', 'True');
    await kubectl.approve(`${name}.local`);
    await kubectl.condition(name, 'BaselineInSync', 'True');
    say((await cluster.kubectl(['get', 'scov,scbl,scrp', '-n', namespace])).stdout);
    expect((await world.findings()).map(keyOf)).toEqual([]);
    await until('the contact line to be tried', () => receiver.bodies.length > 0);
  }, 400_000);

  it('its ServiceAccount may do what the chart says, and no more', async () => {
    const as = ['--as', account];
    const may = async (...what: string[]) =>
      (await world.cluster.kubectl(['auth', 'can-i', ...what, ...as], { allowFailure: true })).stdout.trim();
    expect([await may('list', 'pods', '-A'), await may('get', 'secrets', '-A'), await may('delete', 'pods', '-n', shop)]).toEqual([
      ...['yes', 'no', 'no'],
    ]);
  });

  it('what it logs can be read, and there is no shell in its container', async () => {
    const { stdout: log } = await world.cluster.kubectl(['logs', `deployment/${release}`, '-n', namespace]);
    say(log.trim().split('\n').slice(-5).join('\n'));
    for (const line of log.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ time: expect.any(String), level: expect.any(String) });
    const shell = await world.cluster.kubectl(['exec', `deployment/${release}`, '-n', namespace, '--', 'sh', '-c', 'id'], {
      allowFailure: true,
    });
    expect(shell.code).not.toBe(0);
    const node = await world.cluster.kubectl(['exec', `deployment/${release}`, '-n', namespace, '--', 'node', '-p', 'process.getuid()']);
    expect(node.stdout.trim()).toBe('65532');
  });
});

describe('a real Prometheus', () => {
  beforeAll(async () => {
    prometheus = await startPrometheus(world);
  }, 400_000);

  it('reads the operator, with a token of its own, and knows its alert rules', async () => {
    await until('the target to be up', async (see) => see(await prometheus.query('up')).some(({ value }) => value === 1));
    type Rules = { groups: { rules: { name: string; health: string }[] }[] };
    const rules = await until('the rules to be evaluated', async (see) => {
      const all = see(await prometheus.api<Rules>('rules')).groups.flatMap((group) => group.rules);
      return all.every(({ health }) => health !== 'unknown') && all;
    });
    expect(rules.length).toBeGreaterThan(3);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect((await prometheus.query('supportcoverage_condition{type="Healthy",status="True"}')).map(({ value }) => value)).toEqual([1]);
    // Until the first scrape there was no operator.
    await until('no alert to fire', async (see) => see(await prometheus.query('ALERTS')).length === 0);
  }, 400_000);

  it(
    `for ${idleMinutes} minutes in which nothing happens it tells nothing, and what it holds is said, or held to 120 MB where asked for`,
    async () => {
      const pid = world.operatorPid();
      const samples: number[] = [];
      for (let left = idleMinutes * 12; left > 0; left -= 1) {
        await delay(systemClock, 5_000);
        samples.push(rssMb(pid));
      }
      const tenth = Math.ceil(samples.length / 10);
      const first = median(samples.slice(0, tenth));
      const last = median(samples.slice(-tenth));
      const range = `${Math.min(...samples).toFixed(0)} to ${Math.max(...samples).toFixed(0)}`;
      const growth = `${first.toFixed(1)} in the first tenth, ${last.toFixed(1)} in the last`;
      say(`RSS in MB: ${range}, median ${median(samples).toFixed(1)}; ${growth}`);
      if (isMeasurement) expect(median(samples)).toBeLessThanOrEqual(120);
      if (isMeasurement && idleMinutes >= 60) expect(last).toBeLessThan(first * 1.05);
      expect((await world.findings()).map(keyOf)).toEqual([]);
    },
    60_000 * idleMinutes + 60_000,
  );

  it('sees drift within a scrape of its being found, with its alert, and its end', async () => {
    await prometheus.scrapeEvery(2);
    await world.cluster.kubectl(['label', 'namespace', shop, 'pod-security.kubernetes.io/enforce=restricted']);
    await kubectl.condition(name, 'BaselineInSync', 'False');
    const at = Date.now();
    await until('the drift', async (see) => see(await prometheus.query('sum(supportcoverage_drift)'))[0]?.value === 1);
    say(`drift was in Prometheus ${((Date.now() - at) / 1000).toFixed(1)} s after the status said so, with a scrape every 2 s`);
    await prometheus.alert('SupportCoverageDrift', 'firing');
    await world.cluster.kubectl(['label', 'namespace', shop, 'pod-security.kubernetes.io/enforce-']);
    await prometheus.alert('SupportCoverageDrift', 'resolved');
    expect((await prometheus.query('sum(supportcoverage_drift)')).map(({ value }) => value)).toEqual([0]);
  }, 400_000);
});

describe('what happens on a real node', () => {
  it.each(applications)(
    '$what is found, in words that Kubernetes wrote itself',
    async (fault) => {
      await expectFound(fault);
    },
    400_000,
  );

  it('all of it is an alert, and resolved once it is gone', async () => {
    await prometheus.alert('SupportCoverageUnhealthy', 'firing');
    for (const { mend } of applications) await mend(world);
    await world.resolved(applications.map(({ key }) => key));
    await prometheus.alert('SupportCoverageUnhealthy', 'resolved');
  }, 400_000);

  it.each(platform)(
    '$what is found, and resolved once it is mended',
    async (fault) => {
      await expectFound(fault);
      await fault.mend(world);
      await world.resolved([fault.key]);
    },
    400_000,
  );

  it('a kubelet that hangs is found and told to the contact line, and so is its end', async () => {
    const { node, receiver } = world;
    const told = (what: string) =>
      until(`the contact line to be told what is ${what}`, (see) => see(receiver.bodies).some((body) => listsNode(body, what)));
    const key = `node-unreachable Node/${nodeName}`;
    await expectFound({
      what: '',
      key,
      says: /has stopped reporting/,
      cause: () => node.pauseKubelet(),
      mend: () => node.resumeKubelet(),
    });
    await prometheus.alert('SupportCoverageUnhealthy', 'firing');
    await told('opened');
    await node.resumeKubelet();
    await world.resolved([key]);
    await prometheus.alert('SupportCoverageUnhealthy', 'resolved');
    await told('resolved');
  }, 400_000);

  it('a platform workload with the token of the default account is corrected, since a window is open', async () => {
    const { cluster } = world;
    await cluster.apply(deployment('tool', 'setInterval(() => {}, 1000)', {}, tools));
    await until(
      'the correction',
      async (see) => {
        await kubectl.runNow(name);
        return see((await kubectl.report(`${name}.local`))?.status?.corrections)?.some(({ result }) => result === 'Applied');
      },
      { deadlineMs: 60_000, intervalMs: 1_000 },
    );
    await cluster.kubectl(['delete', 'deployment', 'tool', '-n', tools]);
  }, 400_000);
});

it('of what its ServiceAccount may do it asked for nothing that it may not', async () => {
  const granted = await permissionsOf(world.cluster, account, [namespace, 'kube-system', tools]);
  const { asked, refused } = world.audit.read();
  const verbs = (set: ReadonlySet<string> = new Set()) => [...set].sort().join(' ');
  const rows = [...granted].sort().map(([resource, set]) => [resource, verbs(set), verbs(asked.get(resource))]);
  say(['may', ...rows.map(([resource, has, used]) => `${resource!.padEnd(66)} ${has!.padEnd(28)} asked: ${used}`)].join('\n'));
  expect(rows.length).toBeGreaterThan(50);
  expect(refused).toEqual([]);
});

describe('what is documented', () => {
  /** What did not happen here, and so has no series. */
  const absent: Record<string, string> = {
    supportcoverage_reflector_lists_total: 'this API server streams its state',
    supportcoverage_reflector_handler_errors_total: 'nothing failed',
    workqueue_retries_total: 'nothing failed',
  };

  it('every metric is in Prometheus, of the type that the docs say, with a value that can be', async () => {
    const docs = readFileSync(join(repository, 'docs/metrics.md'), 'utf8');
    const documented = [...docs.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, metric, type]) => ({ metric: metric!, type: type! }));
    type Metadata = { metric: string; type: string }[];
    const types = async () => new Map((await prometheus.api<Metadata>('targets/metadata')).map(({ metric, type }) => [metric, type]));
    // What happened last is there with the next scrape.
    const known = await until('the metrics', async (see) => {
      const now = await types();
      const wrong: string[] = [];
      for (const { metric, type } of documented) {
        if (now.get(metric) !== type) wrong.push(`${metric} is ${now.get(metric)}, documented as ${type}`);
        const samples = await prometheus.query(type === 'histogram' ? `${metric}_count` : metric);
        if (samples.length === 0 && !(metric in absent)) wrong.push(`${metric} has no series`);
        if (samples.some(({ value }) => !(value >= 0))) wrong.push(`${metric} has ${samples.map(({ value }) => value)}`);
      }
      return see(wrong).length === 0 && now;
    });
    const own = [...known.keys()].filter((metric) => metric.startsWith('supportcoverage_'));
    expect(own.filter((metric) => !documented.some((each) => each.metric === metric))).toEqual([]);
    say(`${documented.length} metrics; without a series: ${documented.map(({ metric }) => metric).filter((metric) => metric in absent)}`);
  }, 400_000);

  it.each([
    ['supportcoverage_info{tier="Level3"}', 1, 1],
    ['time() - supportcoverage_check_last_run_timestamp_seconds', 0, 70],
    ['supportcoverage_next_check_timestamp_seconds - time()', -5, 60],
    ['supportcoverage_window_open{window="maintenance"}', 1, 1],
    ['sum(supportcoverage_findings_opened_total)', applications.length + platform.length + 1, 40],
    ['sum(supportcoverage_findings_opened_total - supportcoverage_findings_resolved_total)', 0, 5],
    ['sum(supportcoverage_corrections_total{result="Applied"})', 1, 1],
    ['sum(supportcoverage_notifications_total{result="Delivered"})', 2, 100],
    ['max(supportcoverage_reflector_items{resource="nodes"})', 1, 1],
    ['sum(rest_client_requests_total{code=~"5..|<error>"}) or vector(0)', 0, 20],
    ['leader_election_master_status', 1, 1],
  ])('%s is from %d to %d', async (expression, least, most) => {
    const samples = (await prometheus.query(expression)).map(({ value }) => value);
    say(`${expression}: ${samples}`);
    expect(samples.length).toBeGreaterThan(0);
    for (const value of samples) {
      expect(value).toBeGreaterThanOrEqual(least);
      expect(value).toBeLessThanOrEqual(most);
    }
  });

  it('the alerts about checks that are late, and about an operator that is gone, fire and resolve', async () => {
    const pid = world.operatorPid();
    await until(
      'checks to be due',
      async (see) => see(await prometheus.query('supportcoverage_next_check_timestamp_seconds - time()'))[0]!.value < 5,
      { deadlineMs: 90_000, intervalMs: 500 },
    );
    process.kill(pid, 'SIGSTOP');
    await prometheus.alert('SupportCoverageChecksStale', 'firing');
    process.kill(pid, 'SIGCONT');
    await prometheus.alert('SupportCoverageChecksStale', 'resolved');
    const scaled = (replicas: number) =>
      world.cluster.kubectl(['scale', `deployment/${release}`, '-n', namespace, `--replicas=${replicas}`]);
    await scaled(0);
    await prometheus.alert('SupportCoverageOperatorDown', 'firing');
    await scaled(1);
    await prometheus.alert('SupportCoverageOperatorDown', 'resolved');
  }, 400_000);
});

describe('upgraded and uninstalled', () => {
  it('the examples are taken, and say what they lack', async () => {
    const { cluster } = world;
    const examples = ['supportcoverage', 'supportcoverage-contract'].flatMap((example) => [
      ...['-f', join(repository, `deploy/examples/${example}.yaml`)],
    ]);
    await cluster.kubectl(['apply', ...examples]);
    await kubectl.runNow('production');
    await kubectl.condition('production', 'Ready', 'True');
    // Its Secrets are not there.
    const { message } = await kubectl.condition('production-contract', 'Onboarded', 'False');
    say((await cluster.kubectl(['get', 'scov,scbl,scrp', '-n', namespace])).stdout);
    say(`production-contract: ${message}`);
    expect(message).toContain('prod-us-kubeconfig');
    await cluster.kubectl(['delete', ...examples]);
    const written = ['production.prod-eu', 'production-contract.prod-eu', 'production-contract.prod-us'];
    await cluster.kubectl(['delete', '--ignore-not-found', '-n', namespace, 'scbl,scrp', ...written]);
  }, 400_000);

  it('two replicas by value: one leads, and the other takes over within its lease', async () => {
    await world.helm(['upgrade', release, chart, '--values', valuesFile(world, { ...values, replicas: 2 })]);
    await rolledOut();
    const holder = async () =>
      (await world.cluster.kubectl(['get', 'lease', release, '-n', namespace, '-o', 'jsonpath={.spec.holderIdentity}'])).stdout;
    const first = await until('a leader', async () => (await holder()) || undefined);
    const pods = (await world.cluster.kubectl(['get', 'pods', '-n', namespace, '-l', 'app.kubernetes.io/component=operator', '-o', 'name']))
      .stdout;
    expect(pods.trim().split('\n')).toHaveLength(2);
    expect(pods).toContain(first.split('_')[0]);
    await world.cluster.kubectl(['delete', 'pod', first.split('_')[0]!, '-n', namespace, '--wait=false']);
    const at = Date.now();
    await until('another leader', async (see) => !['', first].includes(see(await holder())));
    say(`another replica led after ${secondsSince(at)} s`);
    await kubectl.runNow(name);
  }, 400_000);

  it('rolled back, it is as it was, with everything that was written', async () => {
    await world.helm(['rollback', release, '1']);
    await rolledOut();
    await kubectl.runNow(name);
    await kubectl.condition(name, 'Healthy', 'True');
  }, 400_000);

  it('uninstalled, the definitions stay with what was written, and nothing else', async () => {
    say(`RSS of the operator before: ${rssMb(world.operatorPid()).toFixed(0)} MB`);
    await world.helm(['uninstall', release, '--wait']);
    // Helm leaves what its tests made.
    await world.cluster.kubectl(['delete', 'pod', `${release}-test`, '-n', namespace]);
    const { stdout } = await world.cluster.kubectl(['get', 'scov,scbl,scrp', '-n', namespace, '-o', 'name']);
    say(stdout);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    await until('all else to be gone', async (see) => {
      const left = await world.cluster.kubectl(['get', 'deployments,pods,services,serviceaccounts', '-n', namespace, '-o', 'name']);
      return !see(left.stdout).includes(`${release}-`);
    });
  }, 400_000);

  const previous = join(process.env.E2E_PREVIOUS ?? '', 'charts/support-coverage-operator');
  if (existsSync(previous)) {
    const { version } = JSON.parse(readFileSync(join(previous, '../../package.json'), 'utf8')) as { version: string };
    it(`upgraded from ${version} and rolled back to it, it goes on with an object of each kind`, async () => {
      const older = { ...values, image: { ...values.image, repository: 'localhost/previous' } };
      await world.cluster.apply(acknowledgement);
      const objects = async () =>
        (await world.cluster.kubectl(['get', 'scov,scbl,scrp,acknowledgements', '-n', namespace, '-o', 'name'])).stdout;
      let before = '';
      const worksAs = async (image: string) => {
        await rolledOut();
        const { stdout } = await world.cluster.kubectl(['get', `deployment/${release}`, '-n', namespace, '-o', 'jsonpath={..image}']);
        expect(stdout).toBe(`${image}:e2e`);
        await kubectl.runNow(name);
        await kubectl.condition(name, 'Healthy', 'True');
        await kubectl.condition(name, 'BaselineInSync', 'True');
        expect(await objects()).toBe(before);
      };
      // All is written by the release before: report, and a baseline that somebody approved.
      await world.cluster.kubectl(['delete', 'scov,scbl', '--all', '-n', namespace]);
      await until('the report to be gone', async (see) => !see(await objects()).includes('coveragereport'));
      await world.helm(['install', release, previous, '--values', valuesFile(world, older)]);
      await world.cluster.apply(coverage);
      await kubectl.condition(name, 'Healthy', 'True');
      await kubectl.approve(`${name}.local`);
      await kubectl.condition(name, 'BaselineInSync', 'True');
      before = await objects();
      expect(before.trim().split('\n')).toHaveLength(4);
      await worksAs('localhost/previous');
      await world.helm(['upgrade', release, chart, '--values', valuesFile(world, values)]);
      await worksAs(image);
      await world.helm(['rollback', release, '1']);
      await worksAs('localhost/previous');
      await world.helm(['uninstall', release, '--wait']);
    }, 400_000);
  } else {
    say('There is no release in the history, or none that this clone has: no upgrade from one is tried.');
  }

  it('the Helm before ours installs, tests and removes it too', async () => {
    const version = { version: 3 } as const;
    say(await world.helm(['version', '--short'], version));
    await world.helm(['install', release, chart, '--values', valuesFile(world, values)], version);
    await rolledOut();
    await world.helm(['test', release], version);
    await kubectl.runNow(name);
    await world.helm(['uninstall', release, '--wait'], version);
  }, 400_000);
});
