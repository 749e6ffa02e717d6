import { clusterOf, type NodeFixture, node, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import type { NodeUsage } from '../../observe/probes/node-metrics.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { capacityUsageHigh } from './capacity-usage-high.ts';

const Gi = 2 ** 30;
const idle: NodeUsage = { cpu: 1, memory: Gi };
const using = (usage: Partial<NodeUsage>, options: NodeFixture = {}) => ({
  nodes: [node('a', { cpu: '10', memory: '100Gi', ...options }), node('b')],
  probes: {
    'node-metrics': new Map([
      ['a', { ...idle, ...usage }],
      ['b', idle],
    ]),
  },
});
const found = (...given: Parameters<typeof using>) => findingsOf(capacityUsageHigh, using(...given));

describe('capacity-usage-high fires', () => {
  it('for a node that uses nearly all of its CPU, and names the threshold and the whole', () => {
    expect(found({ cpu: 9.4 })).toEqual([
      {
        object: 'Node/a',
        severity: 'warning',
        reason: 'CpuUsageHigh',
        message: 'Node a uses at least 90% of the 10 CPU that it can give to pods, the threshold. Spread its pods, or add nodes.',
      },
    ]);
  });

  it('for a node that uses nearly all of its memory', () => {
    expect(found({ memory: 85 * Gi })).toMatchObject([
      { reason: 'MemoryUsageHigh', message: expect.stringContaining('at least 80% of the 100Gi of memory') },
    ]);
  });

  it('for both, and for a cordoned node, whose pods run on', () => {
    expect(found({ cpu: 10, memory: 99 * Gi }, { cordoned: true }).map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['CpuUsageHigh', 'MemoryUsageHigh']),
    );
  });
});

describe('capacity-usage-high at its boundaries', () => {
  it('counts from exactly 90% of CPU and 80% of memory', () => {
    expect([found({ cpu: 9 }), found({ cpu: 8.999 })].map(({ length }) => length)).toEqual([1, 0]);
    expect([found({ memory: 80 * Gi }), found({ memory: 79.999 * Gi })].map(({ length }) => length)).toEqual([1, 0]);
  });

  it('takes other thresholds from the coverage', () => {
    const parameters = { cpuRatio: '0.5', memoryRatio: '0.1' };
    expect(findingsOf(capacityUsageHigh, using({ cpu: 5, memory: 10 * Gi }), { parameters })).toHaveLength(2);
  });

  it('opens when it has held for 15 minutes since it was first seen, with a message that does not tick', () => {
    const { checks } = configureChecks([capacityUsageHigh], []);
    const { observations, holdMs } = runCheck(checks[0]!, clusterOf(using({ cpu: 9.1 })), now, createAgreement());
    expect([holdMs, observations.map(({ since }) => since)]).toEqual([900_000, [undefined]]);
    expect(found({ cpu: 9.9 })).toEqual(found({ cpu: 9.1 }));
  });
});

describe('capacity-usage-high is silent', () => {
  it.each<[string, Partial<NodeUsage>, NodeFixture]>([
    ['for a node with room', {}, {}],
    ['for a node that is being removed', { cpu: 10 }, { taints: ['ToBeDeletedByClusterAutoscaler'] }],
    ['for a virtual node, which stands for machines of somebody else', { cpu: 10 }, { labels: { type: 'virtual-kubelet' } }],
    ['about memory under pressure, which is node-pressure’s', { memory: 99 * Gi }, { conditions: { MemoryPressure: 'True' } }],
  ])('%s', (_, usage, options) => {
    expect(found(usage, options)).toEqual([]);
  });

  it('for a node that has not yet said what it can give, and for one that is gone', () => {
    const probes = {
      'node-metrics': new Map([
        ['new', { cpu: 9, memory: 9 }],
        ['gone', { cpu: 9, memory: 9 }],
      ]),
    };
    expect(findingsOf(capacityUsageHigh, { nodes: [{ metadata: { name: 'new' } }], probes })).toEqual([]);
  });
});

describe('capacity-usage-high says what it cannot judge', () => {
  const none = { 'node-metrics': new Map([['b', idle]]) };
  const verdict = (options: NodeFixture) => verdictOf(capacityUsageHigh, { nodes: [node('a', options), node('b')], probes: none });

  it('as unknown, not healthy, where metrics are not answered', () => {
    const message = 'the probe node-metrics failed: the server is currently unable to handle the request';
    expect(verdictOf(capacityUsageHigh, { knowledge: { 'node-metrics': { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
  });

  it('as not applicable where nothing serves metrics', () => {
    const message = 'the probe node-metrics failed: the server could not find the requested resource';
    expect(verdictOf(capacityUsageHigh, { knowledge: { 'node-metrics': { state: 'NotInstalled', message } } })).toBe(
      `NotApplicable: ${message}`,
    );
  });

  it('as unknown for a node of which metrics say nothing', () => {
    expect(verdict({})).toBe('Unknown: metrics.k8s.io does not say what a use; metrics-server’s log says why');
    expect(verdict({ since: 5 })).toBeDefined();
  });

  it.each<[string, NodeFixture]>([
    ['has just become ready', { since: 4.9 }],
    ['is not ready, which is node-not-ready’s', { ready: 'False' }],
    ['is being removed', { taints: ['ToBeDeletedByClusterAutoscaler'] }],
  ])('but not for a node that %s', (_, options) => {
    expect(verdict(options)).toBeUndefined();
  });
});
