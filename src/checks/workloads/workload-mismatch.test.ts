import { type ClusterFixture, minutesAgo, pod as plainPod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { daemonset, deployment, statefulset, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { crashing, podWith, shopWith, stuckRollout } from '../../../test/fixtures/workloads.ts';
import type { AgreementInput } from '../agreement.ts';
import { workloadMismatch } from './workload-mismatch.ts';

const web = (options: WorkloadFixture = {}) => deployment('web', { namespace: 'shop', desired: 3, ready: 1, ...options });
const readyPods = (count: number, owner = 'Deployment/web') =>
  Array.from({ length: count }, (_, index) => podWith(`web-${index}`, { owner }));
const found = (cluster: ClusterFixture, agreement: AgreementInput = {}) => findingsOf(workloadMismatch, cluster, {}, agreement);
const reasons = (cluster: ClusterFixture, agreement: AgreementInput = {}) => found(cluster, agreement).map(({ reason }) => reason);
const withPods = (pods: object[], options: WorkloadFixture = {}) => shopWith(pods, { deployments: [web(options)] });

const nginx = deployment('nginx', {
  ...{ namespace: 'ingress-nginx', images: ['registry.k8s.io/ingress-nginx/controller:v1.14.0'], desired: 1, ready: 0 },
});

/** A Deployment for which pods cannot be made. */
function refused(message: string, minutes = 30): object {
  const { status, ...rest } = web() as { status: { conditions?: object[] } };
  const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message, lastTransitionTime: minutesAgo(minutes) };
  return { ...rest, status: { ...status, conditions: [failure] } };
}

describe('workload-mismatch fires', () => {
  it('on a Deployment that has fewer pods than it should have', () => {
    expect(found(withPods(readyPods(1)))).toEqual([
      {
        object: 'Deployment/shop/web',
        severity: 'warning',
        reason: 'PodsMissing',
        message:
          'Deployment/shop/web has fewer pods than the 3 that it should have, and no more are made. See the Events of its controller: kubectl -n shop describe deployment web.',
      },
    ]);
  });

  it.each<[string, string]>([
    [
      'pods "web-7d4b9c-x2x9p" is forbidden: exceeded quota: team, requested: pods=1, used: pods=10, limited: pods=10',
      'no more are made: exceeded quota: team. See',
    ],
    [
      'pods "web-7d4b9c-" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
      'no more are made: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false. See',
    ],
    [
      'admission webhook "v.example.com" denied the request: asked https://bot:hunter2@policy.example.com/v1 with token=abc123',
      'no more are made: admission webhook "v.example.com" denied the request: asked https://policy.example.com/v1 with token=***. See',
    ],
    [
      'pods "web-7d4b9c-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
      'no more are made: error looking up service account shop/web: serviceaccount "web" not found. See',
    ],
    [
      'admission webhook "policy.example.com" denied the request: no registry.',
      'no more are made: admission webhook "policy.example.com" denied the request: no registry. See',
    ],
    ['x'.repeat(5000), `no more are made: ${'x'.repeat(200)}. See`],
    ['', 'and no more are made. See'],
  ])('with the API server’s reason, without what differs each time: %.60s', (message, words) => {
    expect(found(shopWith(readyPods(1), { deployments: [refused(message)] }))[0]?.message).toContain(words);
  });

  it('on a StatefulSet and a DaemonSet', () => {
    const options = { namespace: 'shop', desired: 3, ready: 1 };
    const statefulsets = [statefulset('db', options)];
    expect(found(shopWith(readyPods(1, 'StatefulSet/db'), { statefulsets }))).toMatchObject([{ object: 'StatefulSet/shop/db' }]);
    const daemonsets = [daemonset('agent', options)];
    expect(found(shopWith(readyPods(1, 'DaemonSet/agent'), { daemonsets }))).toMatchObject([{ object: 'DaemonSet/shop/agent' }]);
  });

  it('where its controller has not seen the newest spec', () => {
    expect(found(withPods(readyPods(3), { ready: 3, unobserved: true }))).toMatchObject([
      {
        reason: 'GenerationNotObserved',
        message:
          'The controller of Deployment/shop/web has not seen its newest spec, so that no change takes effect. Look at kube-controller-manager: its log and its Lease.',
      },
    ]);
  });

  it('for missing pods also where one of those that are there crashes', () => {
    expect(reasons(withPods([crashing('web-1')], { ready: 0 }))).toEqual(['PodsMissing']);
  });

  it('at Level 2 where images cannot be pulled, as nobody else tells of it there', () => {
    const image = (name: string) => podWith(name, { notReady: 30, containers: [{ waiting: 'ImagePullBackOff' }] });
    const cluster = withPods([...readyPods(1), image('web-8'), image('web-9')]);
    expect(found(cluster, { tier: 'Level2' })).toMatchObject([
      {
        reason: 'ImageMissing',
        message: expect.stringContaining('because images cannot be had: main waits (ImagePullBackOff) (pods web-8, web-9)'),
      },
    ]);
    expect(reasons(cluster)).toEqual([]);
  });

  it('at Level 2 for a rollout that has taken longer than it may', () => {
    const cluster = shopWith(readyPods(1), { deployments: [stuckRollout] });
    expect(reasons(cluster, { tier: 'Level2' })).toEqual(['PodsMissing']);
  });
});

describe('workload-mismatch at its boundaries', () => {
  it('fires 15 minutes after Kubernetes says that pods cannot be made, and not a second before', () => {
    const since = (minutes: number) => found(shopWith(readyPods(1), { deployments: [refused('no', minutes)] }));
    expect(since(15)).toHaveLength(1);
    expect(since(15 - 1 / 60)).toHaveLength(0);
  });

  it('counts from its first sight where Kubernetes keeps no time', () => {
    expect(findingsAfter(15, workloadMismatch, withPods(readyPods(1)))).toBe(1);
    expect(findingsAfter(15 - 1 / 60, workloadMismatch, withPods(readyPods(1)))).toBe(0);
  });

  it('is content with as many pods as there should be', () => {
    expect(reasons(withPods(readyPods(3), { ready: 3 }))).toEqual([]);
    expect(reasons(withPods(readyPods(2), { ready: 2 }))).toEqual(['PodsMissing']);
  });

  it('waits with images as long as with everything', () => {
    const image = (minutes: number) => podWith('web-9', { notReady: minutes, containers: [{ waiting: 'ErrImagePull' }] });
    const cluster = (minutes: number) => withPods([...readyPods(2), image(minutes)], { ready: 2 });
    expect(found(cluster(15), { tier: 'Level2' })).toHaveLength(1);
    expect(found(cluster(15 - 1 / 60), { tier: 'Level2' })).toHaveLength(0);
  });
});

describe('workload-mismatch is silent', () => {
  const deleting = { metadata: { name: 'shop', deletionTimestamp: minutesAgo(5) } };
  it.each<[string, ClusterFixture]>([
    ['about a workload that is as it should be', withPods(readyPods(3), { ready: 3 })],
    ['about one that is scaled to zero', withPods([], { desired: 0, ready: 0 })],
    ['about one that is being deleted', withPods([], { deleting: true })],
    ['about one that is scaled down, whose pods are not gone yet', withPods(readyPods(3), { desired: 1, ready: 3 })],
    ['about one of a namespace that is being deleted', { ...withPods([]), namespaces: [deleting] }],
    [
      'while old pods end, for which a new one has to wait',
      withPods(
        ['a', 'b', 'c'].map((name) => podWith(name, { deleting: true })),
        { ready: 0 },
      ),
    ],
    [
      'where the pods crash, of which pod-crashloop tells',
      withPods(
        ['a', 'b', 'c'].map((name) => crashing(name)),
        { ready: 0 },
      ),
    ],
    ['where the pods are not ready yet', withPods([...readyPods(1), podWith('a', { notReady: 1 }), podWith('b', { notReady: 1 })])],
    [
      'where no node takes the pods',
      withPods(
        ['a', 'b', 'c'].map((name) => plainPod(name, { namespace: 'shop', deployment: 'web', unschedulable: 'no nodes available' })),
      ),
    ],
    [
      'about a StatefulSet that waits for the pod before',
      shopWith([podWith('db-0', { owner: 'StatefulSet/db', notReady: 5 })], {
        statefulsets: [statefulset('db', { namespace: 'shop', desired: 3, ready: 0 })],
      }),
    ],
    ['about a Job and its pods', shopWith([podWith('report', { owner: 'Job/report', notReady: 30 })])],
    ['about a DaemonSet that is meant for no node', shopWith([], { daemonsets: [daemonset('agent', { namespace: 'shop', desired: 0 })] })],
  ])('%s', (_, cluster) => {
    expect(reasons(cluster)).toEqual([]);
    expect(reasons(cluster, { tier: 'Level2' })).toEqual([]);
  });

  it('about a Deployment that is paused', () => {
    const paused = web() as { spec: object };
    expect(reasons(shopWith(readyPods(1), { deployments: [{ ...paused, spec: { ...paused.spec, paused: true } }] }))).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    expect(found(withPods(readyPods(1)), { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });

  it('at Level 3 about a rollout that has taken longer than it may', () => {
    expect(reasons(shopWith(readyPods(1), { deployments: [stuckRollout] }))).toEqual([]);
  });

  it.each<[string, ClusterFixture]>([
    ['the network plugin', { daemonsets: [daemonset('kube-proxy', { namespace: 'kube-system', desired: 3, ready: 1 })] }],
    [
      'a layer of observability',
      { deployments: [deployment('kube-state-metrics', { images: ['registry.k8s.io/kube-state-metrics:v2.17.0'], desired: 1, ready: 0 })] },
    ],
    [
      'the cluster DNS',
      {
        deployments: [
          deployment('coredns', { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, desired: 2, ready: 0, unavailable: 30 }),
        ],
      },
    ],
    [
      'an ingress controller that is down',
      { deployments: [nginx], ingressclasses: [{ metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } }] },
    ],
  ])('about %s, of which another check tells', (_, cluster) => {
    expect(reasons(cluster)).toEqual([]);
  });

  it('but about that of an ingress controller that no class names, of which none tells', () => {
    expect(reasons({ deployments: [nginx] })).toEqual(['PodsMissing']);
  });
});

it('workload-mismatch is unknown, not healthy, where StatefulSets cannot be read', () => {
  const message = 'the operator may not list and watch statefulsets.apps: forbidden';
  expect(verdictOf(workloadMismatch, { knowledge: { statefulsets: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
