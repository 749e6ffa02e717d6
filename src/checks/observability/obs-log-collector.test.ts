import { type ClusterFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { daemonset, deployment, podsOn, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { logCollector } from './layers.ts';
import { obsLogCollector } from './obs-log-collector.ts';

const fluentBit: WorkloadFixture = { namespace: 'logging', images: ['cr.fluentbit.io/fluent/fluent-bit:4.2.0'] };
const nodes = [node('w1'), node('w2')];

/** Fluent Bit on both nodes, with this state. */
const cluster = (options: WorkloadFixture = {}): ClusterFixture => ({
  nodes,
  daemonsets: [daemonset('fluent-bit', { ...fluentBit, desired: 2, ...options })],
  pods: podsOn(['w1', 'w2'], 'fluent-bit', 'logging'),
});
const found = (of: ClusterFixture, setting = {}) => findingsOf(obsLogCollector, of, setting);

describe('obs-log-collector fires', () => {
  it('where none is installed', () => {
    expect(found({ nodes })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'NotInstalled',
        message:
          'No log collector is installed, so the logs of pods are lost with them. Install one, or switch the check off where something outside of the cluster does the work.',
      },
    ]);
  });

  it('where none of its pods is ready', () => {
    expect(found(cluster({ ready: 0 }))).toEqual([
      {
        object: 'DaemonSet/logging/fluent-bit',
        severity: 'warning',
        reason: 'NotReady',
        message:
          'DaemonSet/logging/fluent-bit (log collector) has 0 of 2 pods ready, so the logs of pods are lost with them. Look at its pods: kubectl -n logging get pods, then describe one that is not ready.',
      },
    ]);
  });

  it('where it leaves out nodes, and names the first of them', () => {
    const left = Array.from({ length: 7 }, (_, index) => node(`gpu-${index}`, { taints: ['nvidia.com/gpu'] }));
    const [finding] = found({ ...cluster(), nodes: [...nodes, ...left] });
    expect(finding?.reason).toBe('NodesNotCovered');
    expect(finding?.message).toContain('7 nodes have no pod of DaemonSet/logging/fluent-bit (log collector)');
    expect(finding?.message).toContain('there: gpu-0, gpu-1, gpu-2, gpu-3, gpu-4 and 2 more.');
  });

  it('where logs are only taken by a Deployment, which reaches no node’s files', () => {
    expect(found({ nodes, deployments: [deployment('fluentd', { images: ['fluent/fluentd:v1.19'] })] })[0]?.reason).toBe('NotInstalled');
  });

  it.each(logCollector.signature.images)('for a collector with the image %s', (image) => {
    expect(found(cluster({ images: [`registry.example.com:5000/${image}:1`], ready: 1 }))[0]?.reason).toBe('NotReady');
  });

  it.each(logCollector.signature.names)('for a collector with the label %s', (name) => {
    const labels = { 'app.kubernetes.io/name': name };
    expect(found(cluster({ images: ['registry.example.com/x:1'], labels, ready: 1 }))[0]?.reason).toBe('NotReady');
  });
});

describe('obs-log-collector at its boundaries', () => {
  it('wants every pod ready', () => {
    expect(found(cluster({ ready: 1 }))).toHaveLength(1);
    expect(found(cluster({ ready: 2 }))).toHaveLength(0);
  });

  it('counts a node that has been ready for as long as the coverage asks', () => {
    const joined = { ...cluster(), nodes: [...nodes, node('w3', { since: 10 })] };
    expect(found(joined)).toEqual([]);
    expect(found(joined, { for: '10m' })).toHaveLength(1);
  });
});

describe('obs-log-collector is silent', () => {
  it('where it runs on every node', () => {
    expect(found(cluster())).toEqual([]);
  });

  it('where it is being replaced by another on the same nodes', () => {
    const daemonsets = [
      daemonset('fluent-bit', { ...fluentBit, deleting: true, ready: 0 }),
      daemonset('vector', { images: ['timberio/vector:0.52.0-debian'], desired: 2 }),
    ];
    expect(found({ nodes, daemonsets, pods: podsOn(['w1', 'w2'], 'vector') })).toEqual([]);
  });

  it('about the agent for Windows nodes where there are none', () => {
    const windows = daemonset('ama-logs-windows', {
      namespace: 'kube-system',
      images: ['mcr.microsoft.com/azuremonitor/containerinsights/ciprod:win-3.1'],
      desired: 0,
    });
    expect(found({ ...cluster(), daemonsets: [...cluster().daemonsets!, windows] })).toEqual([]);
  });

  it('about a DaemonSet of something else with a collector beside it', () => {
    const ingress = daemonset('ingress', {
      namespace: 'ingress-nginx',
      images: ['registry.k8s.io/ingress-nginx/controller:v1', ...fluentBit.images!],
      desired: 2,
      ready: 0,
    });
    expect(found({ ...cluster(), daemonsets: [...cluster().daemonsets!, ingress] })).toEqual([]);
  });

  it('about a team’s collector where the platform has its own', () => {
    const own = daemonset('fluent-bit', { ...fluentBit, namespace: 'team-a', desired: 2, ready: 0 });
    expect(found({ ...cluster(), daemonsets: [...cluster().daemonsets!, own] })).toEqual([]);
  });
});

it('obs-log-collector does not apply on GKE where none is seen, since GKE has agents of its own', () => {
  expect(verdictOf(obsLogCollector, { version: 'v1.36.1-gke.100', nodes })).toBe(
    'NotApplicable: No log collector is seen in the cluster; GKE can collect logs for Cloud Logging with agents of its own.',
  );
});

it.each(['daemonsets', 'nodes', 'pods'] as const)('obs-log-collector is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `${name} is forbidden`;
  expect(verdictOf(obsLogCollector, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
