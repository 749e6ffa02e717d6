import { type ClusterFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { daemonset, deployment, operated, podsOn, statefulset, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { obsPrometheus } from './obs-prometheus.ts';

const image = 'quay.io/prometheus/prometheus:v3.8.0';
const server = (options: WorkloadFixture = {}) => deployment('prometheus-server', { images: [image], ...options });
/** The StatefulSet that the operator makes for a Prometheus named main. */
const made = (options: WorkloadFixture = {}) => statefulset('prometheus-main', { images: [image], owner: 'Prometheus/main', ...options });
const found = (cluster: ClusterFixture, setting = {}) => findingsOf(obsPrometheus, cluster, setting);

describe('obs-prometheus fires', () => {
  it('where none is installed', () => {
    expect(found({})).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'NotInstalled',
        message:
          'No Prometheus is installed, so nothing collects metrics and no alert is evaluated. Install one, or switch the check off where something outside of the cluster does the work.',
      },
    ]);
  });

  it('where the operator says that no pod of it is ready', () => {
    const prometheuses = [operated('main', { available: 'False', reason: 'NoPodReady' })];
    expect(found({ prometheuses, statefulsets: [made({ ready: 0 })] })).toEqual([
      {
        object: 'Prometheus/monitoring/main',
        severity: 'warning',
        reason: 'NotReady',
        message:
          'Prometheus monitoring/main is not available (NoPodReady): none of its pods is ready. kubectl -n monitoring describe prometheus main names the pods.',
      },
    ]);
  });

  it('where the operator says that some pods of it are not ready', () => {
    const [finding] = found({ prometheuses: [operated('main', { available: 'Degraded', reason: 'SomePodsNotReady' })] });
    expect(finding?.message).toContain('is not available (SomePodsNotReady): some of its pods are not ready.');
  });

  it.each<[string, 'True' | 'Unknown' | undefined]>([
    ['says nothing, as old versions do', undefined],
    ['does not know', 'Unknown'],
    ['still says that all is well, being down itself', 'True'],
  ])('by its StatefulSet where the operator %s', (_, available) => {
    const prometheuses = [operated('main', available ? { available } : {})];
    expect(found({ prometheuses, statefulsets: [made({ ready: 0 })] })).toMatchObject([
      { object: 'StatefulSet/monitoring/prometheus-main', reason: 'NotReady' },
    ]);
    expect(found({ prometheuses, statefulsets: [made()] })).toEqual([]);
  });

  it('where nothing acts on a Prometheus that was asked for', () => {
    expect(found({ prometheuses: [operated('main')] })).toEqual([
      {
        object: 'Prometheus/monitoring/main',
        severity: 'warning',
        reason: 'NotReady',
        message:
          'Prometheus monitoring/main has neither a status nor a StatefulSet: nothing acts on it. Look whether Prometheus Operator runs and watches the namespace monitoring.',
      },
    ]);
  });

  it('where one without the operator is not ready, with what stands before it in the pod', () => {
    const images = ['quay.io/prometheus-operator/prometheus-config-reloader:v0.95.2', image];
    expect(found({ deployments: [server({ images, ready: 0, unavailable: 60 })] })).toMatchObject([
      {
        object: 'Deployment/monitoring/prometheus-server',
        reason: 'NotReady',
        message: expect.stringContaining('has 0 of 1 pods ready, so nothing collects metrics and no alert is evaluated.'),
      },
    ]);
  });

  it.each([
    ['Grafana Alloy', 'docker.io/grafana/alloy:v1'],
    ['vmagent', 'victoriametrics/vmagent:v1'],
    ['Azure’s agent', 'mcr.microsoft.com/azuremonitor/containerinsights/ciprod/prometheus-collector/images:6'],
  ])('where %s stands for it and is not ready', (_, agent) => {
    expect(found({ deployments: [deployment('agent', { images: [agent], ready: 0 })] })[0]?.object).toBe('Deployment/monitoring/agent');
  });

  it('for the managed collectors of GKE', () => {
    const collectors = daemonset('collector', {
      namespace: 'gmp-system',
      images: ['gke.gcr.io/prometheus-engine/prometheus:v2'],
      desired: 2,
      ready: 1,
    });
    const cluster = { version: 'v1.36.1-gke.100', nodes: [node('a'), node('b')], pods: podsOn(['a', 'b'], 'collector', 'gmp-system') };
    expect(found({ ...cluster, daemonsets: [collectors] })[0]?.object).toBe('DaemonSet/gmp-system/collector');
  });

  it.each<[string, ClusterFixture]>([
    ['the operator', { prometheuses: [operated('main', { available: 'True', spec: { replicas: 0 } })] }],
    ['a Deployment', { deployments: [server({ desired: 0 })] }],
  ])('where it is scaled to zero by %s and no other runs', (_, cluster) => {
    expect(found(cluster)[0]?.reason).toBe('ScaledToZero');
  });
});

describe('obs-prometheus at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    const since = (minutes: number) => found({ prometheuses: [operated('main', { available: 'False', since: minutes })] });
    expect(since(15)).toHaveLength(1);
    expect(since(15 - 1 / 60)).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    expect(found({ prometheuses: [operated('main', { available: 'False', since: 2 })] }, { for: '2m' })).toHaveLength(1);
  });

  it('wants the pods of all shards', () => {
    const sharded = operated('main', { available: 'True', spec: { replicas: 2, shards: 0 } });
    expect(found({ prometheuses: [sharded] })[0]?.reason).toBe('ScaledToZero');
  });
});

describe('obs-prometheus is silent', () => {
  const available = operated('main', { available: 'True' });
  it.each<[string, ClusterFixture]>([
    ['where the operator says that it is available', { prometheuses: [available], statefulsets: [made()] }],
    ['where it is available by what the operator says alone', { prometheuses: [available] }],
    ['where one without the operator is ready', { deployments: [server()] }],
    ['while its write-ahead log is replayed', { prometheuses: [operated('main', { available: 'False', since: 5 })] }],
    ['about one that is being deleted, where another runs', { prometheuses: [operated('old', { deleting: true }), available] }],
    [
      'about one that is switched off, where another runs',
      { prometheuses: [operated('old', { available: 'False', spec: { replicas: 0 } }), available] },
    ],
    [
      'about a team’s, where the platform has its own',
      { prometheuses: [available, operated('team', { namespace: 'team-a', available: 'False' })] },
    ],
    ['where VictoriaMetrics does its work', { deployments: [deployment('vmsingle', { images: ['victoriametrics/victoria-metrics:v1'] })] }],
    ['where an agent does its work', { statefulsets: [statefulset('alloy', { images: ['docker.io/grafana/alloy:v1'] })] }],
    [
      'about an agent that stands beside a Prometheus',
      { deployments: [server(), deployment('alloy', { images: ['grafana/alloy:v1'], ready: 0 })] },
    ],
    [
      'about other parts of its ecosystem',
      { deployments: [server(), deployment('gateway', { images: ['prom/pushgateway:v1'], ready: 0 })] },
    ],
    [
      'about an agent on every node, which is obs-log-collector’s',
      { nodes: [node('a')], daemonsets: [daemonset('alloy', { images: ['grafana/alloy:v1'], ready: 0 })], pods: podsOn(['a'], 'alloy') },
    ],
    [
      'about a collector on a node that just joined',
      {
        nodes: [node('a'), node('b', { since: 3 })],
        daemonsets: [daemonset('collector', { images: ['gke.gcr.io/prometheus-engine/prometheus:v2'], desired: 2, ready: 1 })],
        pods: podsOn(['a', 'b'], 'collector'),
      },
    ],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
    expect(verdictOf(obsPrometheus, cluster)).toBeUndefined();
  });
});

describe('obs-prometheus does not apply', () => {
  const datadog = daemonset('datadog', { namespace: 'datadog', images: ['gcr.io/datadoghq/agent:7'] });
  it.each<[string, ClusterFixture, string]>([
    ['where another product watches the cluster', { daemonsets: [datadog] }, 'No Prometheus is seen, but DaemonSet/datadog/datadog is'],
    ['on GKE, where Cloud Monitoring can do its work', { version: 'v1.36.1-gke.100' }, 'No Prometheus is seen in the cluster; GKE'],
    [
      'on GKE, where managed collection has nothing to collect',
      {
        version: 'v1.36.1-gke.100',
        daemonsets: [daemonset('collector', { images: ['gke.gcr.io/prometheus-engine/prometheus:v2'], desired: 0 })],
      },
      'No Prometheus is seen in the cluster; GKE',
    ],
    [
      'on AKS, where Azure Monitor can do its work',
      { nodes: [node('a', { labels: { 'kubernetes.azure.com/cluster': 'MC' } })] },
      'No Prometheus is seen in the cluster; Azure Monitor',
    ],
  ])('%s', (_, cluster, words) => {
    expect(found(cluster)).toEqual([]);
    expect(verdictOf(obsPrometheus, cluster)).toContain(`NotApplicable: ${words}`);
  });
});

describe('obs-prometheus is unknown, not healthy,', () => {
  const knowledge = (name: 'prometheuses' | 'statefulsets') =>
    ({ [name]: { state: 'NotPermitted', message: `${name} is forbidden` } }) as const;

  it('where StatefulSets cannot be read', () => {
    expect(verdictOf(obsPrometheus, { knowledge: knowledge('statefulsets') })).toBe('Unknown: statefulsets is forbidden');
  });

  it('where the operator’s resources cannot be read, whatever else is seen', () => {
    expect(verdictOf(obsPrometheus, { knowledge: knowledge('prometheuses') })).toBe('Unknown: prometheuses is forbidden');
    expect(verdictOf(obsPrometheus, { knowledge: knowledge('prometheuses'), deployments: [server()] })).toBe(
      'Unknown: prometheuses is forbidden',
    );
  });

  it('but not where the operator is not installed', () => {
    const cluster: ClusterFixture = {
      knowledge: { prometheuses: { state: 'NotInstalled', message: 'not served' } },
      deployments: [server()],
    };
    expect(verdictOf(obsPrometheus, cluster)).toBeUndefined();
  });
});
