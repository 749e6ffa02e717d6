import { type ClusterFixture, clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { supportAll } from '../../../test/fixtures/judgement.ts';
import { deployment, type OperatedFixture, operated, statefulset, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { advance, type Memory } from '../../findings/lifecycle.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { obsPrometheusStorage } from './obs-prometheus-storage.ts';

const images = ['quay.io/prometheus/prometheus:v3.8.0'];
const prometheus = (name: string, spec: object = {}, options: OperatedFixture = {}) =>
  operated(name, { available: 'True', spec, ...options });
const server = (options: WorkloadFixture = {}) => deployment('prometheus-server', { images, emptyDirs: ['storage-volume'], ...options });
const claim = { storage: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '50Gi' } } } } } };
const found = (cluster: ClusterFixture, agreement = {}) => findingsOf(obsPrometheusStorage, cluster, {}, agreement);

describe('obs-prometheus-storage fires', () => {
  it('where nothing is said about storage, which is an emptyDir, once for all', () => {
    expect(found({ prometheuses: [prometheus('b'), prometheus('a'), prometheus('kept', claim)] })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'StorageNotPersistent',
        message:
          'Metrics are stored in an emptyDir, which is gone with the pod, by Prometheus/monitoring/a, Prometheus/monitoring/b. Give each a PersistentVolumeClaim.',
      },
    ]);
  });

  it('where an emptyDir is asked for', () => {
    expect(found({ prometheuses: [prometheus('main', { storage: { emptyDir: { medium: 'Memory' } } })] })).toHaveLength(1);
  });

  it.each(['storage-volume', 'data', 'prometheus-data', 'prometheus-main-db'])(
    'where a chart keeps its data in the emptyDir %s',
    (volume) => {
      expect(found({ deployments: [server({ emptyDirs: ['config-out', volume] })] })[0]?.message).toContain(
        'by Deployment/monitoring/prometheus-server.',
      );
    },
  );

  it('names five and counts the rest', () => {
    const prometheuses = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => prometheus(name));
    expect(found({ prometheuses })[0]?.message).toContain('Prometheus/monitoring/e and 2 more.');
  });
});

describe('obs-prometheus-storage at its boundaries', () => {
  it('fires 15 minutes after its first sight, since Kubernetes keeps no time of it, and not a second before', () => {
    const [storage] = configureChecks([obsPrometheusStorage], []).checks;
    const view = clusterOf({ prometheuses: [prometheus('main')] });
    const seen = (memory: Memory, at: Temporal.Instant) =>
      advance(memory, [runCheck(storage!, view, at, createAgreement())], 'local', at, supportAll);
    const first = seen({ findings: [], pending: [] }, now);
    expect(seen(first, now.add({ minutes: 15 }).subtract({ seconds: 1 })).findings).toEqual([]);
    expect(seen(first, now.add({ minutes: 15 })).findings).toHaveLength(1);
  });
});

describe('obs-prometheus-storage is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['where there is a claim', { prometheuses: [prometheus('main', claim)] }],
    ['where the volume lives as long as the pod is meant to', { prometheuses: [prometheus('main', { storage: { ephemeral: {} } })] }],
    [
      'where it writes all it has to another place',
      { prometheuses: [prometheus('main', { remoteWrite: [{ url: 'https://metrics.example.com' }] })] },
    ],
    [
      'where Thanos copies it to an object store',
      { prometheuses: [prometheus('main', { thanos: { objectStorageConfig: { key: 'a', name: 'b' } } })] },
    ],
    ['where Thanos copies it, without the operator', { deployments: [server({ images: [...images, 'quay.io/thanos/thanos:v0.40'] })] }],
    ['about one that has no pods', { prometheuses: [prometheus('main', { replicas: 0 }), prometheus('kept', claim)] }],
    ['about one that is being deleted', { prometheuses: [prometheus('main', {}, { deleting: true }), prometheus('kept', claim)] }],
    [
      'about a team’s, where the platform has its own',
      { prometheuses: [prometheus('own', {}, { namespace: 'team-a' }), prometheus('kept', claim)] },
    ],
    ['about scratch volumes', { deployments: [server({ emptyDirs: ['config-out', 'tmp'] })] }],
    [
      'about the StatefulSet of a Prometheus, which speaks for it',
      {
        prometheuses: [prometheus('main', { remoteWrite: [{}] })],
        statefulsets: [statefulset('prometheus-main', { images, owner: 'Prometheus/main', emptyDirs: ['prometheus-main-db'] })],
      },
    ],
    [
      'about an agent, which only buffers',
      {
        prometheuses: [prometheus('kept', claim)],
        statefulsets: [statefulset('prom-agent-a', { images, owner: 'PrometheusAgent/a', emptyDirs: ['prometheus-a-db'] })],
      },
    ],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
    expect(verdictOf(obsPrometheusStorage, cluster)).toBeUndefined();
  });
});

it.each<[string, ClusterFixture]>([
  ['where there is no Prometheus', {}],
  ['where the only one has no pods', { deployments: [server({ desired: 0 })] }],
])('obs-prometheus-storage does not apply %s', (_, cluster) => {
  expect(verdictOf(obsPrometheusStorage, cluster)).toBe('NotApplicable: No Prometheus that stores metrics is seen.');
});

it('obs-prometheus-storage does not apply to a namespace that is not covered', () => {
  const cluster = { prometheuses: [prometheus('own', {}, { namespace: 'sandbox' })] };
  expect(found(cluster)).toHaveLength(1);
  expect(verdictOf(obsPrometheusStorage, cluster, { namespaces: { exclude: ['sandbox'] } })).toMatch(/^NotApplicable/);
});

it.each(['deployments', 'prometheuses'] as const)('obs-prometheus-storage is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `${name} is forbidden`;
  expect(verdictOf(obsPrometheusStorage, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
