import { minutesAgo, pod as plainPod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { crashing, elsewhere, type PodStateFixture, podWith, shopWith } from '../../../test/fixtures/workloads.ts';
import { containerWaiting } from './container-waiting.ts';

const waiting = (options: PodStateFixture & { reason?: string } = {}) =>
  podWith('web-1', { notReady: 90, containers: [{ waiting: options.reason ?? 'CreateContainerConfigError' }], ...options });
const found = (...pods: object[]) => findingsOf(containerWaiting, shopWith(pods));

describe('container-waiting fires', () => {
  it('on the Deployment of a container that is not started, and names why', () => {
    expect(found(waiting())).toEqual([
      {
        object: 'Deployment/shop/web',
        severity: 'warning',
        reason: 'ContainerWaiting',
        message:
          'Containers of Deployment/shop/web are not started: main waits (CreateContainerConfigError) (pod web-1). See the Events: kubectl -n shop describe pod.',
      },
    ]);
  });

  it.each(['ContainerCreating', 'CreateContainerError', 'RunContainerError', 'ErrImageNeverPull'])('for %s', (reason) => {
    expect(found(waiting({ reason }))).toHaveLength(1);
  });

  it('for an init container', () => {
    const initContainers = [{ name: 'migrate', waiting: 'CreateContainerConfigError' }];
    const pod = podWith('web-1', { notReady: 90, initializing: true, initContainers, containers: [{ waiting: 'PodInitializing' }] });
    expect(found(pod)[0]?.message).toContain('not started: migrate waits (CreateContainerConfigError) (pod web-1)');
  });

  it('once for the pods of all Jobs of a CronJob, which do not fail but wait', () => {
    const minute = Math.floor(Date.parse(minutesAgo(120)) / 60_000);
    const stuck = { notReady: 90, containers: [{ waiting: 'CreateContainerConfigError' }], age: 100 };
    const of = (shift: number) => podWith(`report-${shift}`, { ...stuck, owner: `Job/report-${minute + shift}` });
    expect(found(of(0), of(15)).map(({ object }) => object)).toEqual(['CronJob/shop/report']);
  });
});

describe('container-waiting at its boundaries', () => {
  it('fires at exactly one hour and not a second before', () => {
    expect(found(waiting({ notReady: 60 }))).toHaveLength(1);
    expect(found(waiting({ notReady: 60 - 1 / 60 }))).toHaveLength(0);
  });

  it('counts from the end of the init containers', () => {
    expect(found(waiting({ notReady: 300, initialized: 60 }))).toHaveLength(1);
    expect(found(waiting({ reason: 'ContainerCreating', notReady: 300, initialized: 1 }))).toHaveLength(0);
  });

  it('counts from the pod that has waited longest', () => {
    const young = podWith('web-2', { notReady: 1, containers: [{ waiting: 'CreateContainerConfigError' }] });
    expect(found(young, waiting())).toHaveLength(1);
  });

  it('counts from when its node became ready', () => {
    const nodes = [
      { metadata: { name: 'a' }, status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: minutesAgo(59) }] } },
    ];
    expect(findingsOf(containerWaiting, { nodes, pods: [waiting()] })).toEqual([]);
  });
});

describe('container-waiting is silent', () => {
  it.each<[string, object]>([
    ['for a pod that runs', podWith('web-1')],
    ['for a pod that starts', waiting({ reason: 'ContainerCreating', notReady: 1 })],
    ['while init containers work', podWith('web-1', { notReady: 90, initializing: true, containers: [{ waiting: 'PodInitializing' }] })],
    ['for a crash loop', crashing('web-1', { notReady: 90 })],
    ['for a crash loop of a Job that tries again', crashing('web-1', { notReady: 90, owner: 'Job/report' })],
    ['for an image that cannot be pulled', waiting({ reason: 'ErrImagePull' })],
    ['for one that is tried later', waiting({ reason: 'ImagePullBackOff' })],
    ['for the name of an image that is none', waiting({ reason: 'InvalidImageName' })],
    [
      'for a pod that no node takes',
      plainPod('web-1', { namespace: 'shop', unschedulable: '0/1 nodes are available: 1 Insufficient cpu.' }),
    ],
  ])('%s', (_, pod) => {
    expect(found(pod)).toEqual([]);
  });

  it.each(elsewhere((options) => waiting(options)))('for a pod %s', (_, cluster, agreement) => {
    expect(findingsOf(containerWaiting, cluster, {}, agreement)).toEqual([]);
  });

  it('for the network plugin, of which cni-gap tells', () => {
    const daemonsets = [{ metadata: { name: 'aws-node', namespace: 'kube-system' } }];
    const pod = waiting({ namespace: 'kube-system', owner: 'DaemonSet/aws-node' });
    expect(findingsOf(containerWaiting, shopWith([pod], { daemonsets }))).toEqual([]);
  });
});

it('container-waiting is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'the operator may not list and watch nodes: nodes is forbidden';
  expect(verdictOf(containerWaiting, { knowledge: { nodes: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
