import { type ClusterFixture, type NodeFixture, node, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { podWith } from '../../../test/fixtures/workloads.ts';
import type { KubeletAnswer, PodUsage } from '../../observe/probes/kubelet-stats.ts';
import { capacityUsageHigh } from '../capacity/capacity-usage-high.ts';
import { nodePressure } from '../nodes/node-pressure.ts';
import { nodeSaturation } from './node-saturation.ts';

const Gi = 2 ** 30;
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const pressed: NodeFixture = { conditions: { MemoryPressure: 'True' } };

/** Six nodes of 4 cores and 16Gi, some of which are not as the others. */
function cluster(special: Record<string, NodeFixture>, more: ClusterFixture = {}): ClusterFixture {
  return { nodes: names.map((name) => node(name, special[name])), ...more };
}

/** Shares of CPU and memory that nodes use. */
function usage(shares: Record<string, { cpu?: number; memory?: number }>) {
  return new Map(Object.entries(shares).map(([name, { cpu = 0.3, memory = 0.3 }]) => [name, { cpu: cpu * 4, memory: memory * 16 * Gi }]));
}

function answer(name: string, memoryStall: number | undefined, most: PodUsage[] = [], minutes = 0): KubeletAnswer {
  const answeredAt = now.subtract({ seconds: Math.round(minutes * 60) });
  return { node: name, askedAt: now, answeredAt, volumes: [], memoryStall, most, problem: '' };
}

const found = (fixture: ClusterFixture, setting = {}) => findingsOf(nodeSaturation, fixture, setting);
const reasons = (fixture: ClusterFixture, setting = {}) => found(fixture, setting).map(({ reason, object }) => `${reason} ${object}`);
const third = ['NodesSaturated Cluster/local'];
const stalls = (...answers: KubeletAnswer[]) => cluster({}, { probes: { 'kubelet-stats': answers } });

describe('node-saturation fires', () => {
  it('as critical, once, where a third of the nodes is short of something', () => {
    expect(found(cluster({ a: pressed, b: { conditions: { DiskPressure: 'True' } } }))).toEqual([
      {
        object: 'Cluster/local',
        severity: 'critical',
        reason: 'NodesSaturated',
        message:
          'At least a third of the nodes have no disk, memory left to give: a, b. kubectl top pods -A --sort-by=memory shows which pods use most.',
      },
    ]);
  });

  it('with the workloads that use most there, where kubelets were asked', () => {
    const most = [
      { pod: 'shop/web-1', cpu: 1, memory: 6 * Gi },
      { pod: 'shop/web-2', cpu: 1, memory: 5 * Gi },
      { pod: 'shop/gone', cpu: 0, memory: 8 * Gi },
      { pod: 'shop/small', cpu: 0, memory: 1 },
      { pod: 'shop/smaller', cpu: 0, memory: 0 },
    ];
    const fixture = cluster(
      { a: pressed, b: pressed },
      {
        pods: [podWith('web-1'), podWith('web-2')],
        probes: { 'kubelet-stats': [answer('a', 0, most), answer('c', 0, [{ pod: 'x/y', cpu: 9, memory: 99 * Gi }])] },
      },
    );
    expect(found(fixture)[0]?.message).toContain('Most memory there is used by Deployment/shop/web, Pod/shop/gone, Pod/shop/small.');
  });

  it('for nodes that use all of their CPU or memory, by what metrics.k8s.io says', () => {
    const fixture = cluster({}, { probes: { 'node-metrics': usage({ a: { cpu: 0.99 }, b: { cpu: 0.96 }, c: {} }) } });
    expect(found(fixture)).toMatchObject([
      { message: expect.stringContaining('have no CPU left to give: a, b. kubectl top pods -A --sort-by=cpu') },
    ]);
    expect(reasons(cluster({}, { probes: { 'node-metrics': usage({ a: { memory: 1.02 }, b: { cpu: 0.96 } }) } }))).toEqual(third);
  });

  it('where the only node of a cluster is short', () => {
    expect(reasons({ nodes: [node('a', pressed)] })).toEqual(third);
  });

  it('as a warning for a node on which all work waits for memory, though its kubelet reports nothing', () => {
    const most = [{ pod: 'shop/web-1', cpu: 1, memory: 6 * Gi }];
    expect(found(stalls(answer('a', 0.15, most), answer('b', 0)))).toEqual([
      {
        object: 'Node/a',
        severity: 'warning',
        reason: 'MemoryStall',
        message:
          'All work on node a has waited for memory for at least 10% of the time, the threshold, although its kubelet reports no pressure. Most memory there is used by Pod/shop/web-1.',
      },
    ]);
  });
});

describe('node-saturation at its boundaries', () => {
  it('is about a third of the nodes, and at least two', () => {
    expect(reasons(cluster({ a: pressed }))).toEqual([]);
    expect(reasons({ nodes: [node('a', pressed), node('b'), node('c')] })).toEqual([]);
    expect(reasons({ nodes: [...names, 'g'].map((name) => node(name, 'ab'.includes(name) ? pressed : {})) })).toEqual([]);
  });

  it('counts usage from 95% on, inclusive', () => {
    const at = (share: number) => cluster({ a: pressed }, { probes: { 'node-metrics': usage({ b: { memory: share } }) } });
    expect(reasons(at(0.95))).toEqual(third);
    expect(reasons(at(0.949))).toEqual([]);
  });

  it('counts stalls from 10% on, inclusive, and only what was said within ten minutes', () => {
    expect(reasons(stalls(answer('a', 0.1)))).toEqual(['MemoryStall Node/a']);
    expect(reasons(stalls(answer('a', 0.099)))).toEqual([]);
    expect(reasons(stalls(answer('a', 0.5, [], 10)))).toEqual(['MemoryStall Node/a']);
    expect(reasons(stalls(answer('a', 0.5, [], 10 + 1 / 60)))).toEqual([]);
  });

  it('fires ten minutes after it was first seen, and not a second before', () => {
    expect(findingsAfter(10, nodeSaturation, cluster({ a: pressed, b: pressed }))).toBe(1);
    expect(findingsAfter(10 - 1 / 60, nodeSaturation, cluster({ a: pressed, b: pressed }))).toBe(0);
  });

  it('takes other thresholds from the coverage', () => {
    const fixture = cluster({}, { probes: { 'node-metrics': usage({ a: { cpu: 0.96 }, b: { cpu: 0.97 } }) } });
    expect(reasons(fixture, { parameters: { cpuRatio: '1' } })).toEqual([]);
    expect(reasons(stalls(answer('a', 0.15)), { parameters: { memoryStallRatio: '0.2' } })).toEqual([]);
  });
});

describe('node-saturation is silent', () => {
  it('about one node of many, of which node-pressure and capacity-usage-high tell', () => {
    const probes = { 'node-metrics': usage(Object.fromEntries(names.map((name) => [name, name === 'b' ? { memory: 0.99 } : {}]))) };
    const seen = (special: Record<string, NodeFixture>) => {
      const fixture = cluster(special, { probes });
      return [nodePressure, capacityUsageHigh, nodeSaturation].map((check) => findingsOf(check, fixture).map(({ object }) => object));
    };
    expect(seen({})).toEqual([[], ['Node/b'], []]);
    expect(seen({ b: pressed })).toEqual([['Node/b'], [], []]);
  });

  it('about stalls of a node of whose memory another check tells already', () => {
    const probes = { 'kubelet-stats': [answer('a', 0.5)] };
    expect(reasons(cluster({ a: pressed }, { probes }))).toEqual([]);
    expect(reasons(cluster({}, { probes: { ...probes, 'node-metrics': usage({ a: { memory: 0.97 } }) } }))).toEqual([]);
  });

  it.each<[string, NodeFixture]>([
    ['that the autoscaler removes', { ...pressed, taints: ['ToBeDeletedByClusterAutoscaler'] }],
    ['that are virtual', { ...pressed, labels: { type: 'virtual-kubelet' } }],
    ['that do not report', { conditions: { MemoryPressure: 'Unknown' } }],
  ])('about nodes %s', (_, options) => {
    expect(reasons(cluster({ a: options, b: options, c: options }))).toEqual([]);
  });

  it('about nodes that are well used', () => {
    const probes = { 'node-metrics': usage(Object.fromEntries(names.map((name) => [name, { cpu: 0.9, memory: 0.9 }]))) };
    expect(reasons(cluster({}, { probes }))).toEqual([]);
  });

  it('about kernels that do not measure stalls', () => {
    expect(reasons(stalls(answer('a', undefined)), { parameters: { memoryStallRatio: '0' } })).toEqual([]);
  });
});

describe('node-saturation is unknown, not healthy,', () => {
  it('where nodes cannot be read, or what they use is not said', () => {
    const message = 'nodes is forbidden';
    expect(verdictOf(nodeSaturation, { knowledge: { nodes: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
    expect(verdictOf(nodeSaturation, { knowledge: { 'node-metrics': { state: 'Stale', message } } })).toBe(
      `Unknown: What nodes use is not known: ${message}.`,
    );
  });

  it('but judges what kubelets report where nothing serves metrics.k8s.io and nobody may ask kubelets', () => {
    const knowledge = {
      'node-metrics': { state: 'NotInstalled', message: 'not served' },
      'kubelet-stats': { state: 'SwitchedOff', message: 'off' },
    } as const;
    expect(verdictOf(nodeSaturation, cluster({}, { knowledge }))).toBeUndefined();
    expect(reasons(cluster({ a: pressed, b: pressed }, { knowledge }))).toEqual(third);
  });
});
