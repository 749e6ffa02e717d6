import { type ClusterFixture, minutesAgo, node, pod as plainPod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { deployment } from '../../../test/fixtures/observability.ts';
import { crashing, elsewhere, type PodStateFixture, podWith, shopWith } from '../../../test/fixtures/workloads.ts';
import { podNotReady } from './pod-not-ready.ts';

const unready = (options: PodStateFixture = {}) => podWith('web-1', { notReady: 30, ...options });
const found = (...pods: object[]) => findingsOf(podNotReady, shopWith(pods));
const initializing = (minutes: number) =>
  unready({ notReady: minutes, initializing: true, initContainers: [{ name: 'migrate' }], containers: [{ waiting: 'PodInitializing' }] });
/** On a node whose kubelet has said nothing about it. */
const unseen = (minutes: number) => {
  const placed = plainPod('web-1', { namespace: 'shop', deployment: 'web', nodeName: 'a', phase: 'Pending' });
  placed.status!.conditions = [{ type: 'PodScheduled', status: 'True', lastTransitionTime: minutesAgo(minutes) }];
  return placed;
};
/** Its first step has ended well, and it goes on. */
const cloned = { name: 'step-clone', ended: { exitCode: 0, reason: 'Completed', ago: 30, ran: 1 }, restarts: 0 };
const step = (options: PodStateFixture = {}) =>
  unready({ owner: 'TaskRun/build', restartPolicy: 'Never', containers: [cloned, { name: 'step-build', running: 31 }], ...options });

describe('pod-not-ready fires', () => {
  it('on the Deployment of a pod whose containers run and are not ready', () => {
    expect(found(unready())).toEqual([
      {
        object: 'Deployment/shop/web',
        severity: 'warning',
        reason: 'NotReady',
        message:
          'Pods of Deployment/shop/web are not ready: containers run and are not ready (pod web-1). See why: kubectl -n shop describe pod.',
      },
    ]);
  });

  it('once for all pods of a workload, and names the first ones', () => {
    const pods = Array.from({ length: 8 }, (_, index) => podWith(`web-${index}`, { notReady: 30 }));
    expect(found(...pods).map(({ message }) => message)).toEqual([
      expect.stringContaining('(pods web-0, web-1, web-2, web-3, web-4 and 3 more)'),
    ]);
  });

  it('for a pod that the kubelet of its node has not taken up', () => {
    expect(found(unseen(30))[0]?.message).toContain('the kubelet has not taken them up (pod web-1)');
  });

  it.each<[string, PodStateFixture]>([
    ['another one runs and is not ready', { containers: [cloned, { name: 'web', unready: true }] }],
    ['another one has failed', { containers: [cloned, { name: 'step-build', ended: { exitCode: 1 }, restarts: 0 }, {}] }],
    ['a sidecar is not ready', { initContainers: [{ name: 'proxy', unready: true }] }],
    ['it would be started again', { restartPolicy: 'Always' }],
  ])('for a pod of which a container has ended well, where %s', (_, options) => {
    expect(found(step(options))).toHaveLength(1);
  });

  it('for the pods of a layer of observability that belongs to a team, where the platform has its own', () => {
    const layer = (namespace: string) => deployment('prometheus', { namespace, images: ['quay.io/prometheus/prometheus:v3.7.3'] });
    const cluster = { ...shopWith([unready({ owner: 'Deployment/prometheus' })]), deployments: [layer('monitoring'), layer('shop')] };
    expect(findingsOf(podNotReady, cluster)).toHaveLength(1);
  });
});

describe('pod-not-ready at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    expect(found(unready({ notReady: 15 }))).toHaveLength(1);
    expect(found(unready({ notReady: 15 - 1 / 60 }))).toHaveLength(0);
    expect(found(unseen(15))).toHaveLength(1);
    expect(found(unseen(15 - 1 / 60))).toHaveLength(0);
  });

  it('counts from when it was made, where it was made for its node and no scheduler has seen it', () => {
    const made = (minutes: number) => {
      const { status: _, ...pod } = unseen(0);
      return { ...pod, metadata: { ...pod.metadata, creationTimestamp: minutesAgo(minutes) }, status: { phase: 'Pending' } };
    };
    expect(found(made(15))).toHaveLength(1);
    expect(found(made(0))).toHaveLength(0);
  });

  it('counts from when its node became ready again, as the kubelet needs a moment to say how the pod is', () => {
    const back = (minutes: number) =>
      findingsOf(podNotReady, { nodes: [node('a', { since: minutes })], pods: [unready({ notReady: 90 })] });
    expect(back(15)).toHaveLength(1);
    expect(back(15 - 1 / 60)).toHaveLength(0);
  });

  it('lets init containers run for an hour, or as long as the coverage says', () => {
    expect(found(initializing(60 - 1 / 60))).toHaveLength(0);
    expect(found(initializing(60))).toMatchObject([{ message: expect.stringContaining('init containers do not end (pod web-1)') }]);
    expect(findingsOf(podNotReady, shopWith([initializing(60)]), { parameters: { initMinutes: '61' } })).toHaveLength(0);
  });

  it('leaves a pod to pod-oomkilled for an hour after the kernel ended a container of it', () => {
    const killed = (ago: number) => unready({ notReady: 90, containers: [{ last: { reason: 'OOMKilled', ago, ran: 60 }, running: 50 }] });
    expect(found(killed(60))).toHaveLength(0);
    expect(found(killed(60 + 1 / 60))).toHaveLength(1);
  });
});

describe('pod-not-ready is silent', () => {
  it.each<[string, object]>([
    ['for a pod that is ready', podWith('web-1')],
    ['for a new pod of a rolling update, or of an autoscaler', unready({ notReady: 5 })],
    ['for a pod that has ended well', unready({ phase: 'Succeeded', owner: 'Job/report' })],
    ['for a pod of a Job, which tries again by itself', unready({ owner: 'Job/report' })],
    ['for a pod of a TaskRun at its second step', step()],
    ['for a pod by itself of which one container goes on', step({ owner: '', restartPolicy: 'OnFailure' })],
    ['while a startup probe has not succeeded, which has a limit of its own', unready({ containers: [{ started: false }] })],
    ['for a pod that waits for a readiness gate alone', unready({ gated: true })],
    ['for a crash loop', crashing('web-1')],
    ['for a crash loop at a moment at which the container runs', unready({ containers: [{ running: 1, last: {} }] })],
    ['for a container that waits', unready({ containers: [{ waiting: 'CreateContainerConfigError' }] })],
    ['for an image that cannot be pulled', unready({ containers: [{ waiting: 'ImagePullBackOff' }] })],
    [
      'for a pod that no node takes',
      plainPod('web-1', { namespace: 'shop', unschedulable: '0/1 nodes are available: 1 Insufficient cpu.' }),
    ],
    ['for a pod that the scheduler has not looked at', plainPod('web-1', { namespace: 'shop' })],
  ])('%s', (_, pod) => {
    expect(found(pod)).toEqual([]);
  });

  it.each(elsewhere((options) => unready(options)))('for a pod %s', (_, cluster, agreement) => {
    expect(findingsOf(podNotReady, cluster, {}, agreement)).toEqual([]);
  });

  const dns = {
    ...(deployment('coredns', {
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns' },
      desired: 2,
      ready: 0,
      unavailable: 30,
    }) as object),
  };
  it.each<[string, string, ClusterFixture]>([
    [
      'the network plugin (cni-gap)',
      'DaemonSet/kube-proxy',
      { daemonsets: [{ metadata: { name: 'kube-proxy', namespace: 'kube-system' } }] },
    ],
    [
      'a layer of observability (obs-*)',
      'Deployment/kube-state-metrics',
      {
        deployments: [
          deployment('kube-state-metrics', { namespace: 'kube-system', images: ['registry.k8s.io/kube-state-metrics:v2.17.0'] }),
        ],
      },
    ],
    ['the cluster DNS that is short of pods (dns-unhealthy)', 'Deployment/coredns', { deployments: [dns] }],
    [
      'an ingress controller that is down (ingress-controller-unhealthy)',
      'Deployment/nginx',
      {
        deployments: [
          deployment('nginx', { namespace: 'kube-system', images: ['ingress-nginx/controller:v1.14.0'], desired: 1, ready: 0 }),
        ],
        ingressclasses: [{ metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } }],
      },
    ],
  ])('for %s', (_, owner, more) => {
    const cluster = shopWith([unready({ namespace: 'kube-system', owner })], more);
    expect(findingsOf(podNotReady, cluster)).toEqual([]);
  });
});

it('pod-not-ready is unknown, not healthy, where pods cannot be read', () => {
  const message = 'the operator may not list and watch pods: pods is forbidden';
  expect(verdictOf(podNotReady, { knowledge: { pods: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
