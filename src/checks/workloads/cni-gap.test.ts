import { type ClusterFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { daemonset, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { crashing, elsewhere, type PodStateFixture, podWith } from '../../../test/fixtures/workloads.ts';
import { checks } from '../catalogue.ts';
import { cniGap } from './cni-gap.ts';

const system = 'kube-system';
const calico = (options: WorkloadFixture = {}) =>
  daemonset('calico-node', { namespace: system, images: ['docker.io/calico/node:v3.31.0'], desired: 2, ready: 1, ...options });
const own = { namespace: system, owner: 'DaemonSet/calico-node' };
const ready = podWith('calico-node-b', { ...own, nodeName: 'b' });
const unready = (options: PodStateFixture = {}) => podWith('calico-node-a', { ...own, notReady: 20, ...options });
const clusterWith = (pods: object[], more: ClusterFixture = {}): ClusterFixture => ({
  ...{ nodes: [node('a'), node('b')], daemonsets: [calico()], pods },
  ...more,
});
const found = (cluster: ClusterFixture, agreement = {}) => findingsOf(cniGap, cluster, {}, agreement);

describe('cni-gap fires', () => {
  it('on the DaemonSet whose pod on a node is not ready, and names the node', () => {
    expect(found(clusterWith([ready, unready()]))).toEqual([
      {
        object: 'DaemonSet/kube-system/calico-node',
        severity: 'critical',
        reason: 'NotReady',
        message:
          'DaemonSet/kube-system/calico-node is not ready on a: new pods there get no network, or Services cannot be reached. See why: kubectl -n kube-system describe pod.',
      },
    ]);
  });

  it.each<[string, object, string]>([
    ['crashes', crashing('calico-node-a', own), 'is not ready on a (main ended with exit code 1): new'],
    ['crashes and runs just now', unready({ containers: [{ running: 1, last: {} }] }), '(main ended with exit code 1)'],
    [
      'cannot be started',
      unready({ containers: [{ waiting: 'CreateContainerConfigError' }] }),
      '(main waits (CreateContainerConfigError))',
    ],
    ['has no image', unready({ containers: [{ waiting: 'ImagePullBackOff' }] }), '(main waits (ImagePullBackOff))'],
    ['ran out of memory', unready({ containers: [{ waiting: 'CrashLoopBackOff', last: { reason: 'OOMKilled' } }] }), '(out of memory)'],
  ])('where the pod %s, and says so', (_, pod, words) => {
    expect(found(clusterWith([ready, pod]))[0]?.message).toContain(words);
  });

  it('on kube-proxy, by its name or its image', () => {
    const proxy = (name: string, options: WorkloadFixture) => daemonset(name, { namespace: system, desired: 2, ready: 1, ...options });
    for (const daemonSet of [proxy('kube-proxy', {}), proxy('proxy', { images: ['registry.k8s.io/kube-proxy:v1.37.2'] })]) {
      const { name } = (daemonSet as { metadata: { name: string } }).metadata;
      const pod = unready({ owner: `DaemonSet/${name}` });
      expect(found(clusterWith([pod], { daemonsets: [daemonSet] })).map(({ object }) => object)).toEqual([`DaemonSet/kube-system/${name}`]);
    }
  });

  it('where pods are not made at all', () => {
    expect(found(clusterWith([ready]))).toMatchObject([
      { reason: 'PodsMissing', message: expect.stringContaining('has fewer pods than the 2 nodes that it is meant for') },
    ]);
  });

  it('in place of every other check of pods and workloads', () => {
    const pods = [ready, crashing('calico-node-a', own)];
    const others = checks.filter(({ area }) => area === 'Workloads').flatMap((check) => findingsOf(check, clusterWith(pods)));
    expect(others.map(({ reason }) => reason)).toEqual(['NotReady']);
  });
});

describe('cni-gap at its boundaries', () => {
  it('fires at exactly ten minutes and not a second before', () => {
    expect(found(clusterWith([ready, unready({ notReady: 10 })]))).toHaveLength(1);
    expect(found(clusterWith([ready, unready({ notReady: 10 - 1 / 60 })]))).toHaveLength(0);
  });

  it('counts from when the node became ready', () => {
    const nodes = (minutes: number) => [node('a', { since: minutes }), node('b')];
    expect(found(clusterWith([ready, unready()], { nodes: nodes(10) }))).toHaveLength(1);
    expect(found(clusterWith([ready, unready()], { nodes: nodes(10 - 1 / 60) }))).toHaveLength(0);
  });

  it('counts a crash from its first sight, as a pod without a probe is ready whenever it runs', () => {
    const cluster = clusterWith([ready, crashing('calico-node-a', { ...own, notReady: 30 })]);
    expect(findingsAfter(10, cniGap, cluster)).toBe(1);
    expect(findingsAfter(10 - 1 / 60, cniGap, cluster)).toBe(0);
  });
});

describe('cni-gap is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['where every pod is ready', clusterWith([ready, podWith('calico-node-a', own)], { daemonsets: [calico({ ready: 2 })] })],
    ['while a rolling update replaces one pod after the other', clusterWith([ready, unready({ notReady: 1 })])],
    ['while the pod of a node ends and the next is not made yet', clusterWith([ready, unready({ deleting: true })])],
    ['where the controller has not seen the newest spec', clusterWith([ready], { daemonsets: [calico({ unobserved: true })] })],
    [
      'about a pod that was out of memory and is ready again',
      clusterWith([ready, podWith('calico-node-a', { ...own, containers: [{ last: { reason: 'OOMKilled' } }] })]),
    ],
    ['about a virtual node', clusterWith([ready, unready()], { nodes: [node('a', { labels: { type: 'virtual-kubelet' } }), node('b')] })],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
  });

  const places = elsewhere((options) => unready(options)).filter(([what]) => /^(on a node|that is)/.test(what));
  it.each(places)('about a pod %s', (_, cluster) => {
    expect(found({ ...cluster, daemonsets: [calico({ desired: 1, ready: 0 })] })).toEqual([]);
  });
});

describe('cni-gap does not apply', () => {
  it.each<[string, ClusterFixture]>([
    ['where no such DaemonSet is seen, as with k3s', { nodes: [node('a')] }],
    ['to an application of that name', clusterWith([], { daemonsets: [calico({ namespace: 'shop' })] })],
  ])('%s', (_, cluster) => {
    expect(verdictOf(cniGap, cluster)).toBe(
      'NotApplicable: No DaemonSet of a well-known network plugin and no kube-proxy is seen in a platform namespace.',
    );
  });
});

it('cni-gap is unknown, not healthy, where DaemonSets cannot be read', () => {
  const message = 'the operator may not list and watch daemonsets.apps: forbidden';
  expect(verdictOf(cniGap, { knowledge: { daemonsets: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
