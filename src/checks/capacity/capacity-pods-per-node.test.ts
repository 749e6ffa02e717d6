import { clusterOf, type NodeFixture, node, now, type PodFixture, pod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { capacityPodsPerNode } from './capacity-pods-per-node.ts';

const podsOn = (nodeName: string, count: number, options: PodFixture = {}) =>
  Array.from({ length: count }, (_, index) => pod(`${nodeName}-${index}`, { nodeName, ...options }));
const allowing = (name: string, pods: string, options: NodeFixture = {}) => {
  const made = node(name, options);
  return { ...made, status: { ...made.status, allocatable: { cpu: '4', memory: '16Gi', pods } } };
};
const found = (cluster: Parameters<typeof clusterOf>[0], setting = {}) => findingsOf(capacityPodsPerNode, cluster ?? {}, setting);
const b = node('b');

describe('capacity-pods-per-node fires', () => {
  it('once, for all nodes that run nearly as many pods as they may, and names the first', () => {
    const nodes = [allowing('a', '20'), allowing('b', '10'), node('c')];
    expect(found({ nodes, pods: [...podsOn('a', 19), ...podsOn('b', 10), ...podsOn('c', 19)] })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'PodLimitNear',
        message:
          '2 nodes run at least 95% of the pods that may run there: a (of 20), b (of 10). Past the limit no pod is placed there. Add nodes, or raise the limit.',
      },
    ]);
  });

  it('for one node, which may be cordoned', () => {
    expect(found({ nodes: [allowing('a', '20', { cordoned: true }), b], pods: podsOn('a', 20) })).toMatchObject([
      { message: expect.stringMatching(/^One node runs at least 95% .*: a \(of 20\)\./) },
    ]);
  });
});

describe('capacity-pods-per-node at its boundaries', () => {
  it('counts from exactly 95%', () => {
    const nodes = [allowing('a', '100'), b];
    expect([95, 94].map((count) => found({ nodes, pods: podsOn('a', count) }).length)).toEqual([1, 0]);
  });

  it('takes another threshold from the coverage', () => {
    expect(found({ nodes: [allowing('a', '10'), b], pods: podsOn('a', 5) }, { parameters: { ratio: '0.5' } })).toHaveLength(1);
  });

  it('opens when it has held for 15 minutes since it was first seen', () => {
    const { checks } = configureChecks([capacityPodsPerNode], []);
    const cluster = clusterOf({ nodes: [allowing('a', '2'), b], pods: podsOn('a', 2) });
    const { observations, holdMs } = runCheck(checks[0]!, cluster, now, createAgreement());
    expect([holdMs, observations.map(({ since }) => since)]).toEqual([900_000, [undefined]]);
  });
});

describe('capacity-pods-per-node is silent', () => {
  it.each<[string, object, object[]]>([
    ['where there is room', allowing('a', '20'), podsOn('a', 18)],
    ['about pods that have completed', allowing('a', '20'), podsOn('a', 20, { phase: 'Succeeded' })],
    ['about pods that are being deleted', allowing('a', '20'), podsOn('a', 20, { deleting: true })],
    ['for a node that is made for one pod, as on EKS Fargate', allowing('a', '1'), podsOn('a', 1)],
    ['for a node that is being removed', allowing('a', '20', { taints: ['karpenter.sh/disrupted'] }), podsOn('a', 20)],
    ['for a virtual node', allowing('a', '20', { labels: { type: 'virtual-kubelet' } }), podsOn('a', 20)],
    ['for a node that has not yet said how many it allows', { metadata: { name: 'a' } }, podsOn('a', 3)],
    ['about pods that wait for a node', allowing('a', '20'), podsOn('', 20)],
  ])('%s', (_, first, pods) => {
    expect(found({ nodes: [first, b], pods })).toEqual([]);
  });
});

it.each(['nodes', 'pods'] as const)('capacity-pods-per-node is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `the operator may not list and watch ${name}: forbidden`;
  expect(verdictOf(capacityPodsPerNode, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
