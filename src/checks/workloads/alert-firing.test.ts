import { alert } from '../../../test/fixtures/alerts.ts';
import { claim, hpa, quota, volume } from '../../../test/fixtures/capacity.ts';
import { type ClusterFixture, clusterOf, minutesAgo, node, now } from '../../../test/fixtures/cluster.ts';
import { namespace } from '../../../test/fixtures/defaults.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { daemonset, deployment, statefulset } from '../../../test/fixtures/observability.ts';
import { podWith } from '../../../test/fixtures/workloads.ts';
import type { ActiveAlert } from '../../observe/probes/active-alerts.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { alertFiring } from './alert-firing.ts';

const inShop = { namespace: 'shop' };
const job = (name: string, owner?: string) => ({
  metadata: {
    ...{ name, ...inShop },
    ...(owner ? { ownerReferences: [{ kind: 'CronJob', name: owner, controller: true }] } : {}),
  },
});
const cluster: ClusterFixture = {
  nodes: [node('a'), node('10.0.0.7')],
  namespaces: [namespace('shop'), namespace('monitoring'), namespace('going', { deleting: 5 })],
  deployments: [deployment('web', inShop)],
  statefulsets: [statefulset('db', inShop)],
  daemonsets: [daemonset('agent', inShop), daemonset('node-exporter')],
  pods: [
    podWith('web-7d4b9c-x2x9z'),
    podWith('db-0', { owner: 'StatefulSet/db' }),
    podWith('node-exporter-x', { namespace: 'monitoring', owner: 'DaemonSet/node-exporter' }),
    podWith('etcd-a', { owner: 'Node/a' }),
    podWith('alone', { owner: '' }),
  ],
  persistentvolumeclaims: [claim({ name: 'data' })],
  persistentvolumes: [volume()],
  horizontalpodautoscalers: [hpa()],
  resourcequotas: [quota('team', { pods: ['1', '2'] })],
  jobs: [job('migrate'), job('report-29000000', 'report')],
};
const with_ = (...alerts: ActiveAlert[]): ClusterFixture => ({ ...cluster, probes: { 'active-alerts': alerts } });
const found = (...alerts: ActiveAlert[]) => findingsOf(alertFiring, with_(...alerts));
const objectOf = (labels: Record<string, string>, name = 'Slow') => found(alert(name, labels)).map(({ object }) => object);
const tuned = (parameters: Record<string, string>, ...alerts: ActiveAlert[]) => findingsOf(alertFiring, with_(...alerts), { parameters });

describe('alert-firing fires', () => {
  it('on the workload that an active alert is about, and names alert, object and runbook', () => {
    const runbook = 'https://runbooks.example.com/slow?token=S3CRET';
    expect(found(alert('Slow', { ...inShop, pod: 'web-7d4b9c-x2x9z' }, { runbook }))).toEqual([
      {
        object: 'Deployment/shop/web',
        reason: 'Slow',
        severity: 'warning',
        message: 'The alert Slow is active for Deployment/shop/web. Follow its runbook: https://runbooks.example.com/slow?***',
      },
    ]);
  });

  it('once for an object and name, however many alerts that is, as severe as the most severe of them', () => {
    const pods = ['a', 'b'].map((container) => alert('Slow', { ...inShop, deployment: 'web', container }));
    expect(
      found(
        ...pods,
        alert('Slow', { ...inShop, deployment: 'web' }, { severity: 'critical' }),
        alert('Wrong', { ...inShop, deployment: 'web' }),
      ),
    ).toEqual([
      {
        object: 'Deployment/shop/web',
        reason: 'Slow',
        severity: 'critical',
        message: '3 alerts Slow are active for Deployment/shop/web. It names no runbook: look at its rule in Prometheus.',
      },
      expect.objectContaining({ object: 'Deployment/shop/web', reason: 'Wrong' }),
    ]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a claim', { persistentvolumeclaim: 'data' }, 'PersistentVolumeClaim/shop/data'],
    ['a Deployment', { deployment: 'web' }, 'Deployment/shop/web'],
    ['a StatefulSet', { statefulset: 'db' }, 'StatefulSet/shop/db'],
    ['a DaemonSet', { daemonset: 'agent' }, 'DaemonSet/shop/agent'],
    ['an autoscaler', { horizontalpodautoscaler: 'web' }, 'HorizontalPodAutoscaler/shop/web'],
    ['a quota', { resourcequota: 'team' }, 'ResourceQuota/shop/team'],
    ['a Job', { job_name: 'migrate' }, 'Job/shop/migrate'],
    ['a Job of a CronJob', { job_name: 'report-29000000' }, 'CronJob/shop/report'],
    ['a pod of a StatefulSet', { pod: 'db-0' }, 'StatefulSet/shop/db'],
    ['a static pod', { pod: 'etcd-a' }, 'Pod/shop/etcd-a'],
    ['a pod that nothing owns', { pod: 'alone' }, 'Pod/shop/alone'],
    ['a pod of a Deployment that is gone', { pod: 'web-5f6b7c-aaaaa' }, 'Deployment/shop/web'],
    ['a pod of a StatefulSet that is gone', { pod: 'db-7' }, 'StatefulSet/shop/db'],
    ['a pod of a DaemonSet that is gone', { pod: 'agent-bbbbb' }, 'DaemonSet/shop/agent'],
    ['a pod of nothing that is known', { pod: 'other-1' }, 'Namespace/shop'],
    ['what is not there', { deployment: 'other' }, 'Namespace/shop'],
    ['the namespace', {}, 'Namespace/shop'],
    ['a pod on a node', { pod: 'db-0', node: 'a' }, 'StatefulSet/shop/db'],
    [
      'what a scraped program says of another',
      { exported_namespace: 'shop', namespace: 'monitoring', exported_pod: 'db-0', pod: 'node-exporter-x' },
      'StatefulSet/shop/db',
    ],
  ])('with the most exact object that is there: %s', (_, labels, object) => {
    expect(objectOf({ ...inShop, ...labels })).toEqual([object]);
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['a node', 'Slow', { node: 'a' }, 'Node/a'],
    ['a volume, whose claim is in no namespace', 'Slow', { persistentvolume: 'pv-1' }, 'PersistentVolume/pv-1'],
    ['the cluster', 'Slow', { node: 'gone' }, 'Cluster/local'],
    ['a namespace that is not there', 'Slow', { namespace: 'gone' }, 'Cluster/local'],
    ['a node, not the exporter', 'KubeNodeNotReady', { namespace: 'monitoring', pod: 'node-exporter-x', node: 'a' }, 'Node/a'],
    [
      'a node that was scraped by its name',
      'NodeClockSkewDetected',
      { namespace: 'monitoring', pod: 'node-exporter-x', instance: 'a:9100' },
      'Node/a',
    ],
    [
      'a node that is known by its address alone',
      'NodeClockSkewDetected',
      { namespace: 'monitoring', pod: 'node-exporter-x', instance: '10.0.0.9:9100' },
      'DaemonSet/monitoring/node-exporter',
    ],
  ])('outside a namespace too: %s', (_, name, labels, object) => {
    const volumes = { ...cluster.persistentvolumes?.[0], metadata: { name: 'pv-1' } };
    const view = { ...with_(alert(name, labels)), persistentvolumes: [volumes] };
    expect(findingsOf(alertFiring, view).map((finding) => finding.object)).toEqual([object]);
  });

  it('where no object says where, with what of the labels does', () => {
    expect(
      found(alert('TargetDown', { ...inShop, service: 'checkout' }), alert('TargetDown', { ...inShop, service: 'cart' })),
    ).toMatchObject([
      {
        object: 'Namespace/shop',
        message: expect.stringContaining('2 alerts TargetDown are active for Namespace/shop (service cart, service checkout). '),
      },
    ]);
  });

  it.each([
    ['critical', 'critical'],
    ['warning', 'warning'],
    ['page', 'warning'],
    ['', 'warning'],
  ])('with severity %j as %s', (severity, as) => {
    expect(found(alert('Slow', inShop, { severity }))).toMatchObject([{ severity: as }]);
  });

  it('as other severities, and by another label, where its parameters say so', () => {
    const parameters = { severityLabel: 'level', critical: 'critical,page', info: 'info,low', ignoredSeverities: 'none,off' };
    const one = (level: string) => tuned(parameters, alert('Slow', { ...inShop, level }));
    expect([one('page'), one('low'), one('other')].map(([finding]) => finding?.severity)).toEqual(['critical', 'info', 'warning']);
    expect(one('off')).toEqual([]);
  });

  it('for all that is info in one finding', () => {
    const infos = [alert('CPUThrottlingHigh', { ...inShop, pod: 'db-0' }), alert('Rare', { node: 'a' })];
    expect(found(...infos.map((each) => ({ ...each, labels: { ...each.labels, severity: 'info' } })))).toEqual([
      {
        object: 'Cluster/local',
        reason: 'InfoAlertsFiring',
        severity: 'info',
        message:
          'Alerts of severity info are active: CPUThrottlingHigh (StatefulSet/shop/db), Rare (Node/a). Look at them when there is time.',
      },
    ]);
  });

  it('with one reason for all names that are no words', () => {
    const name = 'disk full: password=hunter2';
    expect(found(alert(name, inShop), alert('a_b', inShop), alert('', inShop))).toEqual([
      expect.objectContaining({
        object: 'Namespace/shop',
        reason: 'AlertFiring',
        message: expect.stringContaining('3 alerts "", "a_b", "disk full: password=***" are active'),
      }),
    ]);
  });

  it('in the tongue of the etcd rules, whose names begin with a small letter', () => {
    expect(found(alert('etcdMembersDown', inShop))).toMatchObject([{ reason: 'etcdMembersDown' }]);
  });

  it('from when the alert began, except of a namespace that is gone', () => {
    const [configured] = configureChecks([alertFiring], []).checks;
    const since = (labels: Record<string, string>) =>
      runCheck(
        configured!,
        clusterOf(with_(alert('Slow', labels, { since: 7 }))),
        now,
        createAgreement(),
      ).observations[0]?.since?.toString();
    expect([since(inShop), since({}), since({ namespace: 'gone' })]).toEqual([minutesAgo(7), minutesAgo(7), undefined]);
  });
});

describe('alert-firing at its boundaries', () => {
  it('opens five minutes after the alert began', () => {
    expect(found(alert('Slow', inShop, { since: 4.99 }))).toEqual([]);
    expect(found(alert('Slow', inShop, { since: 5 }))).toHaveLength(1);
  });

  it('has at most 200 findings of their own, the most severe and the oldest, and says where there are more', () => {
    const many = Array.from({ length: 205 }, (_, index) =>
      alert(`A${index}`, inShop, { since: 10 + index, severity: index < 3 ? 'critical' : 'warning' }),
    );
    expect(found(...many.slice(0, 200))).toHaveLength(200);
    const all = found(...many);
    expect(all).toHaveLength(201);
    const left = many.map(({ name }) => name).filter((name) => !all.some(({ reason }) => reason === name));
    expect(left).toEqual(['A3', 'A4', 'A5', 'A6', 'A7']);
    expect(all).toContainEqual(expect.objectContaining({ object: 'Cluster/local', reason: 'MoreAlertsFiring', severity: 'warning' }));
    expect(all).toEqual(found(...many.toReversed()));
  });

  it('says the same whatever a runbook or label holds, and no more of it than is good', () => {
    const odd = { ...alert('Slow', { namespace: 'gone', pod: `token=S3CRET ${'x'.repeat(500)}` }), runbook: 'javascript:alert(1)' };
    const [finding] = found(odd);
    expect(finding?.message).toMatch(/^The alert Slow is active for Cluster\/local \(pod token=\*\*\* x+\)\. It names no runbook/);
    expect(finding?.message.length).toBeLessThan(200);
  });
});

describe('alert-firing is silent', () => {
  it.each<[string, ActiveAlert]>([
    ['the alert that always fires', alert('Watchdog', {}, { severity: 'none' })],
    ['the same under another severity', alert('Watchdog', {}, { severity: 'critical' })],
    ['the alert that inhibits others', alert('InfoInhibitor', inShop)],
    ['severity none', alert('Slow', inShop, { severity: 'none' })],
    ['another cluster', alert('Slow', { ...inShop, cluster: 'prod-us' })],
    ['a rule of the operator', alert('SupportCoverageUnhealthy', { ...inShop, coverage: 'production' }, { severity: 'critical' })],
    ['what the operator sent', alert('SupportCoverageFinding', { cluster: 'local', object: 'Node/a' }, { severity: 'critical' })],
    ['the same by another name', alert('Renamed', { coverage: 'production', coverage_namespace: 'support' })],
    ['a namespace that is being deleted', alert('Slow', { namespace: 'going' })],
  ])('about %s', (_, silent) => {
    const others = [alert('Other', { cluster: 'local', node: 'a' })];
    expect(found(silent, ...others).map(({ reason }) => reason)).toEqual(['Other']);
  });

  it('about a namespace that is not covered, but not about a node that an exporter there saw', () => {
    const alerts = [alert('Slow', inShop), alert('NodeSlow', { ...inShop, node: 'a' })];
    const agreement = { namespaces: { exclude: ['shop'] }, platformNamespaces: [] };
    expect(findingsOf(alertFiring, with_(...alerts), {}, agreement).map(({ object }) => object)).toEqual(['Node/a']);
  });

  it('about what its parameters name', () => {
    expect(tuned({ ignored: 'Slow' }, alert('Slow', inShop), alert('Watchdog', inShop)).map(({ reason }) => reason)).toEqual(['Watchdog']);
    const region = tuned(
      { clusterLabel: 'region' },
      alert('Slow', { region: 'eu', cluster: 'x' }),
      alert('Wrong', { region: 'local', cluster: 'x' }),
    );
    expect(region.map(({ reason }) => reason)).toEqual(['Wrong']);
  });

  it('where nothing is active', () => {
    expect(found()).toEqual([]);
    expect(verdictOf(alertFiring, with_())).toBeUndefined();
  });
});

describe('alert-firing that cannot judge', () => {
  it('is unknown, not healthy, where no source answers', () => {
    const message = 'Alertmanager does not answer: http://am:9093: am:9093 answered 500';
    expect(verdictOf(alertFiring, { ...cluster, knowledge: { 'active-alerts': { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
  });

  it('is unknown where every alert is about other clusters: this one may have another name there', () => {
    const others = ['prod-eu', 'prod-us'].map((name) => alert('Watchdog', { cluster: name }));
    expect(verdictOf(alertFiring, with_(...others))).toBe(
      'Unknown: Every active alert is about another cluster than local (label cluster: "prod-eu", "prod-us"), so it is not known whether alerts of this one arrive: give the cluster that name in scope.clusters, or set the parameter clusterLabel.',
    );
    expect(verdictOf(alertFiring, with_(...others, alert('Watchdog', { cluster: 'local' })))).toBeUndefined();
  });

  it('is not applicable where the cluster has no source', () => {
    const knowledge = { 'active-alerts': { state: 'NotInstalled' as const, message: 'none is named' } };
    expect(verdictOf(alertFiring, { ...cluster, knowledge })).toBe('NotApplicable: none is named');
  });
});
