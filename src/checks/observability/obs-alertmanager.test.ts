import { type ClusterFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { deployment, operated, statefulset, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { obsAlertmanager } from './obs-alertmanager.ts';

const images = ['quay.io/prometheus/alertmanager:v0.30.0'];
const server = (options: WorkloadFixture = {}) => statefulset('alertmanager', { images, ...options });
const available = (spec: object = {}) => operated('main', { available: 'True', spec });
const configuredBy = (name: string, more: object = {}) => available({ alertmanagerConfiguration: { name }, ...more });
const config = (name: string, receivers: object[], namespace = 'monitoring') => ({ metadata: { name, namespace }, spec: { receivers } });
const webhook = { name: 'desk', webhookConfigs: [{ url: 'https://desk.example.com' }] };
const found = (cluster: ClusterFixture, setting = {}) => findingsOf(obsAlertmanager, cluster, setting);

describe('obs-alertmanager fires', () => {
  it('where none is installed', () => {
    expect(found({})).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'NotInstalled',
        message:
          'No Alertmanager is installed, so alerts reach nobody. Install one, or switch the check off where something outside of the cluster does the work.',
      },
    ]);
  });

  it('where the operator says that it is not available', () => {
    expect(found({ alertmanagers: [operated('main', { available: 'False', reason: 'NoPodReady' })] })).toEqual([
      {
        object: 'Alertmanager/monitoring/main',
        severity: 'warning',
        reason: 'NotReady',
        message:
          'Alertmanager monitoring/main is not available (NoPodReady): none of its pods is ready. kubectl -n monitoring describe alertmanager main names the pods.',
      },
    ]);
  });

  it('where one without the operator is not ready', () => {
    expect(found({ statefulsets: [server({ desired: 3, ready: 1 })] })).toMatchObject([
      { object: 'StatefulSet/monitoring/alertmanager', reason: 'NotReady', message: expect.stringContaining('has 1 of 3 pods ready.') },
    ]);
  });

  it('where the AlertmanagerConfig that is its configuration delivers to nobody', () => {
    const alertmanagerconfigs = [config('root', [{ name: 'null' }, { name: 'empty', webhookConfigs: [] }])];
    expect(found({ alertmanagers: [configuredBy('root')], alertmanagerconfigs })).toEqual([
      {
        object: 'Alertmanager/monitoring/main',
        severity: 'warning',
        reason: 'NoReceiver',
        message:
          'Alerts of Alertmanager/monitoring/main reach nobody: its configuration, AlertmanagerConfig monitoring/root, has 2 receivers and none of them has an integration. Add a receiver that delivers.',
      },
    ]);
  });

  it('where that AlertmanagerConfig does not exist, whatever has its name elsewhere', () => {
    const [finding] = found({ alertmanagers: [configuredBy('root')], alertmanagerconfigs: [config('root', [webhook], 'team-a')] });
    expect(finding?.reason).toBe('NoReceiver');
    expect(finding?.message).toContain('AlertmanagerConfig monitoring/root, does not exist, so that there is no configuration.');
  });

  it('where the AlertmanagerConfigs that it may select deliver to nobody either', () => {
    const alertmanagers = [configuredBy('root', { alertmanagerConfigSelector: {} })];
    expect(found({ alertmanagers, alertmanagerconfigs: [config('root', []), config('team', [{ name: 'null' }])] })[0]?.reason).toBe(
      'NoReceiver',
    );
  });

  it('where it is scaled to zero and no other runs', () => {
    expect(found({ alertmanagers: [available({ replicas: 0 })] })[0]?.reason).toBe('ScaledToZero');
  });
});

describe('obs-alertmanager at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    const since = (minutes: number) => found({ alertmanagers: [operated('main', { available: 'Degraded', since: minutes })] });
    expect(since(15)).toHaveLength(1);
    expect(since(15 - 1 / 60)).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    expect(found({ alertmanagers: [operated('main', { available: 'False', since: 2 })] }, { for: '2m' })).toHaveLength(1);
  });

  it('takes one integration for enough', () => {
    const alertmanagerconfigs = [config('root', [{ name: 'null' }, { name: 'desk', emailConfigs: [{ to: 'desk@example.com' }] }])];
    expect(found({ alertmanagers: [configuredBy('root')], alertmanagerconfigs })).toEqual([]);
  });
});

describe('obs-alertmanager is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['where the operator says that it is available', { alertmanagers: [available()] }],
    ['where one without the operator is ready', { statefulsets: [server()] }],
    ['while a pod of it is replaced', { alertmanagers: [operated('main', { available: 'Degraded', since: 3 })] }],
    [
      'about its configuration where that is a Secret, which is not read',
      { alertmanagers: [available()], alertmanagerconfigs: [config('team', [{ name: 'null' }])] },
    ],
    [
      'about a team that drops its alerts',
      {
        alertmanagers: [configuredBy('root')],
        alertmanagerconfigs: [config('root', [webhook]), config('team', [{ name: 'null' }], 'team-a')],
      },
    ],
    [
      'where what it selects may deliver',
      {
        alertmanagers: [configuredBy('root', { alertmanagerConfigSelector: {} })],
        alertmanagerconfigs: [config('root', [{ name: 'null' }]), config('team', [webhook], 'team-a')],
      },
    ],
    ['about one that is being deleted, where another runs', { alertmanagers: [operated('old', { deleting: true }), available()] }],
    [
      'about one that is switched off, where another runs',
      { alertmanagers: [operated('old', { available: 'False', spec: { replicas: 0 } }), available()] },
    ],
    [
      'about a team’s, where the platform has its own',
      { alertmanagers: [available(), operated('team', { namespace: 'team-a', available: 'False' })] },
    ],
    [
      'about what only forwards alerts',
      { statefulsets: [server()], deployments: [deployment('bridge', { images: ['x/alertmanager-bridge:1'], ready: 0 })] },
    ],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
    expect(verdictOf(obsAlertmanager, cluster)).toBeUndefined();
  });
});

it('obs-alertmanager leaves the configuration of a team’s Alertmanager to the team, where the platform has its own', () => {
  const own = operated('own', { namespace: 'team-a', available: 'True', spec: { alertmanagerConfiguration: { name: 'none' } } });
  expect(found({ alertmanagers: [available(), own] })).toEqual([]);
  expect(found({ alertmanagers: [own] })).toMatchObject([{ object: 'Alertmanager/team-a/own', reason: 'NoReceiver' }]);
});

describe('obs-alertmanager does not apply', () => {
  const prometheus = (spec: object) => ({ prometheuses: [operated('main', { available: 'True', spec })] });
  it.each<[string, ClusterFixture, string]>([
    [
      'where Prometheus is told of Alertmanagers elsewhere',
      prometheus({ additionalAlertManagerConfigs: { key: 'a', name: 'b' } }),
      'No Alertmanager is seen in the cluster; Prometheus monitoring/main sends metrics or alerts out of it.',
    ],
    [
      'where Prometheus writes its metrics elsewhere',
      prometheus({ remoteWrite: [{ url: 'https://metrics.example.com' }] }),
      'No Alertmanager is seen in the cluster; Prometheus monitoring/main sends metrics or alerts out of it.',
    ],
    [
      'where only an agent runs, so that alerts are evaluated elsewhere',
      { deployments: [deployment('vmagent', { images: ['victoriametrics/vmagent:v1'] })] },
      'No Alertmanager is seen in the cluster; monitoring/vmagent sends metrics out of it, where alerts are evaluated.',
    ],
    [
      'where Mimir brings its own',
      { deployments: [deployment('mimir', { images: ['grafana/mimir:3.0'] })] },
      'No Alertmanager is seen, but',
    ],
    ['on GKE', { version: 'v1.36.1-gke.100' }, 'No Alertmanager is seen in the cluster; Cloud Monitoring'],
    [
      'on AKS',
      { nodes: [node('a', { labels: { 'kubernetes.azure.com/cluster': 'MC' } })] },
      'No Alertmanager is seen in the cluster; Azure',
    ],
  ])('%s', (_, cluster, words) => {
    expect(found(cluster)).toEqual([]);
    expect(verdictOf(obsAlertmanager, cluster)).toContain(`NotApplicable: ${words}`);
  });

  it('for that reason where Prometheus stores for itself', () => {
    expect(found(prometheus({}))[0]?.reason).toBe('NotInstalled');
  });

  it('for that reason where an agent only runs beside a Prometheus', () => {
    const deployments = [deployment('vmagent', { images: ['victoriametrics/vmagent:v1'] })];
    expect(
      found({ ...prometheus({}), statefulsets: [statefulset('prometheus-main', { images: ['prom/prometheus:v3'] })], deployments })[0]
        ?.reason,
    ).toBe('NotInstalled');
  });

  it('for that reason where such a Prometheus is being deleted', () => {
    expect(found({ prometheuses: [operated('main', { deleting: true, spec: { remoteWrite: [{}] } })] })[0]?.reason).toBe('NotInstalled');
  });
});

describe('obs-alertmanager is unknown, not healthy,', () => {
  it.each(['statefulsets', 'alertmanagers', 'prometheuses'] as const)('where %s cannot be read and none is seen', (name) => {
    const message = `${name} is forbidden`;
    expect(verdictOf(obsAlertmanager, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  });

  it('where the AlertmanagerConfig that is its configuration cannot be read', () => {
    const knowledge = { alertmanagerconfigs: { state: 'Stale', message: 'nothing was heard' } } as const;
    expect(verdictOf(obsAlertmanager, { alertmanagers: [configuredBy('root')], knowledge })).toBe('Unknown: nothing was heard');
    expect(found({ alertmanagers: [configuredBy('root')], knowledge })).toEqual([]);
    expect(verdictOf(obsAlertmanager, { alertmanagers: [available()], knowledge })).toBeUndefined();
  });

  it('but not where Prometheus cannot be read and an Alertmanager is seen', () => {
    const knowledge = { prometheuses: { state: 'Stale', message: 'nothing was heard' } } as const;
    expect(verdictOf(obsAlertmanager, { statefulsets: [server()], knowledge })).toBeUndefined();
  });
});
