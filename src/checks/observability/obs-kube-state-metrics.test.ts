import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { daemonset, deployment, statefulset, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { obsKubeStateMetrics } from './obs-kube-state-metrics.ts';

const images = ['registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0'];
const ksm = (options: WorkloadFixture = {}) => deployment('kube-state-metrics', { images, ...options });
const found = (...deployments: object[]) => findingsOf(obsKubeStateMetrics, { deployments });

describe('obs-kube-state-metrics fires', () => {
  it('where it is not installed, and says what that costs', () => {
    expect(found()).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'NotInstalled',
        message:
          'No kube-state-metrics is installed, so alerts about pods, Deployments, nodes and volumes have nothing to judge. Install one, or switch the check off where something outside of the cluster does the work.',
      },
    ]);
  });

  it('where its pod is not ready, and says where to look', () => {
    expect(found(ksm({ ready: 0, unavailable: 30 }))).toEqual([
      {
        object: 'Deployment/monitoring/kube-state-metrics',
        severity: 'warning',
        reason: 'NotReady',
        message:
          'Deployment/monitoring/kube-state-metrics (kube-state-metrics) has 0 of 1 pods ready, so alerts about pods, Deployments, nodes and volumes have nothing to judge. Look at its pods: kubectl -n monitoring get pods, then describe one that is not ready.',
      },
    ]);
  });

  it('where one of several pods is not ready, without saying that all is lost', () => {
    const statefulsets = [statefulset('kube-state-metrics', { images, desired: 3, ready: 2 })];
    const [finding] = findingsOf(obsKubeStateMetrics, { statefulsets });
    expect(finding?.object).toBe('StatefulSet/monitoring/kube-state-metrics');
    expect(finding?.message).toContain('has 2 of 3 pods ready. Look at its pods');
  });

  it('where it is scaled to zero and no other runs', () => {
    expect(found(ksm({ desired: 0 }))).toMatchObject([
      {
        object: 'Cluster/local',
        reason: 'ScaledToZero',
        message: expect.stringContaining('Deployment/monitoring/kube-state-metrics is meant to have no pods'),
      },
    ]);
  });

  it('where the only one is being deleted', () => {
    expect(found(ksm({ deleting: true }))[0]?.reason).toBe('NotInstalled');
  });

  it.each<[string, WorkloadFixture]>([
    [
      'the label app.kubernetes.io/name',
      { images: ['mirror.example.com/a@sha256:0'], labels: { 'app.kubernetes.io/name': 'kube-state-metrics' } },
    ],
    ['the label k8s-app', { images: ['mirror.example.com/a'], labels: { 'k8s-app': 'kube-state-metrics' } }],
    ['an image by digest', { images: ['quay.io/x/kube-state-metrics@sha256:0'] }],
    ['an image of a registry with a port', { images: ['registry:5000/kube-state-metrics:v2'] }],
    ['an image behind a proxy container', { images: ['quay.io/brancz/kube-rbac-proxy:v1', ...images] }],
  ])('for one that is known by %s', (_, options) => {
    expect(found(deployment('ksm', { ...options, ready: 0 }))[0]?.object).toBe('Deployment/monitoring/ksm');
  });
});

describe('obs-kube-state-metrics at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    expect(found(ksm({ ready: 0, unavailable: 15 }))).toHaveLength(1);
    expect(found(ksm({ ready: 0, unavailable: 15 - 1 / 60 }))).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    expect(findingsOf(obsKubeStateMetrics, { deployments: [ksm({ ready: 0, unavailable: 2 })] }, { for: '2m' })).toHaveLength(1);
  });
});

describe('obs-kube-state-metrics is silent', () => {
  it.each<[string, object[]]>([
    ['where it is ready', [ksm()]],
    ['while a pod is replaced', [ksm({ ready: 0, unavailable: 2 })]],
    ['during a rolling update with one pod more than needed', [ksm({ desired: 1, ready: 2 })]],
    ['while its controller has not seen the newest spec', [ksm({ desired: 3, ready: 1, unobserved: true })]],
    ['about one that is scaled to zero, where another runs', [ksm({ desired: 0 }), deployment('ksm-2', { images })]],
    ['about one that is being deleted, where another runs', [ksm({ ready: 0, deleting: true }), deployment('ksm-2', { images })]],
    ['about a team’s, where the platform has its own', [ksm(), deployment('ksm', { images, namespace: 'team-a', ready: 0 })]],
  ])('%s', (_, deployments) => {
    expect(found(...deployments)).toEqual([]);
  });

  it('about an application that only has such a container beside it', () => {
    expect(found(ksm(), deployment('app', { images: ['registry.example.com/app:1', ...images], ready: 0 }))).toEqual([]);
  });

  it('about software with a similar name', () => {
    const adapter = deployment('adapter', { images: ['quay.io/x/not-kube-state-metrics:v1'], ready: 0 });
    expect(found(ksm(), adapter)).toEqual([]);
  });
});

describe('obs-kube-state-metrics does not apply', () => {
  it('where another product watches the cluster in its own way', () => {
    const cluster: ClusterFixture = { daemonsets: [daemonset('datadog', { namespace: 'datadog', images: ['gcr.io/datadoghq/agent:7'] })] };
    expect(findingsOf(obsKubeStateMetrics, cluster)).toEqual([]);
    expect(verdictOf(obsKubeStateMetrics, cluster)).toBe(
      'NotApplicable: No kube-state-metrics is seen, but DaemonSet/datadog/datadog is, which can do the same if it is told to.',
    );
  });
});

it.each(['deployments', 'nodes', 'pods', 'version'] as const)(
  'obs-kube-state-metrics is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `${name} is forbidden`;
    expect(verdictOf(obsKubeStateMetrics, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);
