import { clusterOf, type NodeFixture, node, now, type PodFixture, pod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { supportAll } from '../../../test/fixtures/judgement.ts';
import { advance } from '../../findings/lifecycle.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { capacityRequestsHigh } from './capacity-requests-high.ts';

const tenCores: NodeFixture = { cpu: '10', memory: '100Gi' };
const nodes = [node('a', tenCores), node('b', tenCores)];
/** One pod on node a that asks for so much and for next to no memory. */
const cpu = (amount: string, options: PodFixture = {}) => pod('load', { nodeName: 'a', cpu: amount, memory: '1Mi', ...options });
const found = (...pods: object[]) => findingsOf(capacityRequestsHigh, { nodes, pods });
const severities = (cluster: Parameters<typeof clusterOf>[0], setting = {}) =>
  findingsOf(capacityRequestsHigh, cluster ?? {}, setting).map(({ reason, severity }) => [reason, severity]);

describe('capacity-requests-high fires', () => {
  it('where pods have reserved most of the CPU, and names the share, the whole and the threshold', () => {
    expect(found(cpu('17.4'))).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'CpuRequestsHigh',
        message: 'Pods have reserved at least 85% of the cpu of the nodes (20); the threshold is 85%. Add nodes or lower requests.',
      },
    ]);
  });

  it('where pods have reserved most of the memory', () => {
    expect(found(pod('load', { nodeName: 'a', cpu: '1m', memory: '180Gi' }))).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'MemoryRequestsHigh',
        message: 'Pods have reserved at least 90% of the memory of the nodes (200Gi); the threshold is 85%. Add nodes or lower requests.',
      },
    ]);
  });

  it('as critical where next to nothing is left, and names that threshold', () => {
    const [finding] = found(cpu('19.5'));
    expect(finding?.severity).toBe('critical');
    expect(finding?.message).toContain('at least 95% of the cpu of the nodes (20); the threshold is 95%');
  });

  it('as info where cluster-autoscaler adds nodes: a full cluster is what it works towards', () => {
    const status = { metadata: { name: 'cluster-autoscaler-status', namespace: 'kube-system' }, data: { status: 'nodes: …' } };
    expect(severities({ nodes, pods: [cpu('19.5')], 'cluster-autoscaler-status': [status] })).toEqual([['CpuRequestsHigh', 'info']]);
  });

  it('as info where Karpenter made the nodes', () => {
    const made = nodes.map(({ metadata }) => node(metadata!.name!, { ...tenCores, labels: { 'karpenter.sh/nodepool': 'general' } }));
    expect(severities({ nodes: made, pods: [cpu('18')] })).toEqual([['CpuRequestsHigh', 'info']]);
  });

  it('where the pods of a node that is being removed no longer fit on the others', () => {
    const shrinking = [node('a', { ...tenCores, taints: ['ToBeDeletedByClusterAutoscaler'] }), node('b', tenCores)];
    expect(severities({ nodes: shrinking, pods: [cpu('9')] })).toEqual([['CpuRequestsHigh', 'warning']]);
  });
});

describe('capacity-requests-high at its boundaries', () => {
  it('is a warning from exactly 85% and nothing below', () => {
    expect(severities({ nodes, pods: [cpu('17')] })).toEqual([['CpuRequestsHigh', 'warning']]);
    expect(severities({ nodes, pods: [cpu('16.999')] })).toEqual([]);
  });

  it('is critical from exactly 95% and a warning below', () => {
    expect(severities({ nodes, pods: [cpu('19')] })).toEqual([['CpuRequestsHigh', 'critical']]);
    expect(severities({ nodes, pods: [cpu('18.999')] })).toEqual([['CpuRequestsHigh', 'warning']]);
  });

  it('takes other thresholds from the coverage', () => {
    const parameters = { warningRatio: '0.5', criticalRatio: '0.6' };
    expect(severities({ nodes, pods: [cpu('10')] }, { parameters })).toEqual([['CpuRequestsHigh', 'warning']]);
    expect(severities({ nodes, pods: [cpu('12')] }, { parameters })).toEqual([['CpuRequestsHigh', 'critical']]);
  });

  it('opens when it has held for 15 minutes since it was first seen', () => {
    const { checks } = configureChecks([capacityRequestsHigh], []);
    const at = (seconds: number, memory: Parameters<typeof advance>[0]) => {
      const time = now.add({ seconds });
      return advance(
        memory,
        [runCheck(checks[0]!, clusterOf({ nodes, pods: [cpu('18')] }), time, createAgreement())],
        'local',
        time,
        supportAll,
      );
    };
    const first = at(0, { findings: [], pending: [] });
    expect(first.findings).toEqual([]);
    expect(at(899, first).findings).toEqual([]);
    expect(at(900, first).findings).toHaveLength(1);
  });

  it('keeps its message while pods come and go, within steps of five percent', () => {
    const message = (amount: string) => found(cpu(amount))[0]?.message;
    expect(message('17.9')).toBe(message('17.0'));
    expect(message('18.0')).not.toBe(message('17.9'));
  });
});

describe('capacity-requests-high is silent', () => {
  it.each<[string, object]>([
    ['where there is room', cpu('10')],
    ['about pods that wait for a node, which are pod-unschedulable’s', pod('waiting', { cpu: '19' })],
    ['about pods that are being deleted', cpu('19', { deleting: true })],
    ['about pods that have completed', cpu('19', { phase: 'Succeeded' })],
    ['about pods that have failed', cpu('19', { phase: 'Failed' })],
  ])('%s', (_, load) => {
    expect(found(load)).toEqual([]);
  });

  it('while a node is cordoned for maintenance: it still counts', () => {
    const upgrading = [node('a', tenCores), node('b', { ...tenCores, cordoned: true })];
    expect(severities({ nodes: upgrading, pods: [cpu('10')] })).toEqual([]);
  });

  it('when a node joins that has not yet said what it can give', () => {
    expect(severities({ nodes: [...nodes, { metadata: { name: 'new' } }], pods: [cpu('10')] })).toEqual([]);
  });
});

describe('capacity-requests-high says what it cannot judge', () => {
  it.each(['nodes', 'pods'] as const)('as unknown, not healthy, where %s cannot be read', (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(capacityRequestsHigh, { nodes, knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(
      `Unknown: ${message}`,
    );
  });

  it('as not applicable where no node says what it can give', () => {
    expect(verdictOf(capacityRequestsHigh, { nodes: [{ metadata: { name: 'new' } }] })).toBe(
      'NotApplicable: No node says what it can give.',
    );
  });

  it('but judges without the status of an autoscaler, which need not be there', () => {
    const message = 'the operator may not list and watch configmaps: forbidden';
    const knowledge = { 'cluster-autoscaler-status': { state: 'NotPermitted', message } } as const;
    expect(severities({ nodes, pods: [cpu('18')], knowledge })).toEqual([['CpuRequestsHigh', 'warning']]);
  });
});
