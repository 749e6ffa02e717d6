import { clusterOf, node, pod } from '../../test/fixtures/cluster.ts';
import { createStore, type Stored } from '../runtime/store.ts';
import { createClusterView, type Needs, unmetNeed } from './cluster-view.ts';

describe('a view of a cluster', () => {
  const view = clusterOf({ nodes: [node('a'), node('b')], pods: [pod('web', { namespace: 'shop' })], version: 'v1.36.3-eks-3025e55' });

  it('lists the objects of a resource, as often as it is asked', () => {
    const nodes = view.list('nodes');
    expect([...nodes].map(({ name }) => name)).toEqual(['a', 'b']);
    expect([...nodes].map(({ name }) => name)).toEqual(['a', 'b']);
    expect(view.count('nodes')).toBe(2);
  });

  it('finds what is cluster-scoped by name, and what is not by namespace and name', () => {
    expect(view.get('nodes', 'a')?.name).toBe('a');
    expect(view.get('pods', 'shop/web')?.namespace).toBe('shop');
    expect(view.get('pods', 'web')).toBeUndefined();
    expect(view.get('nodes', 'c')).toBeUndefined();
  });

  it('gives the answers of probes', () => {
    expect(view.probe('version')).toEqual({ gitVersion: 'v1.36.3-eks-3025e55', major: 1, minor: 36, patch: 3 });
    expect(clusterOf({ version: '' }).probe('version')).toBeUndefined();
  });

  it('shows the cluster as it is now, not as it was when the view was made', () => {
    const store = createStore<Stored>();
    const live = createClusterView({
      cluster: 'prod-eu',
      store: () => store,
      probe: () => undefined,
      knowledge: () => ({ state: 'Current' }),
    });
    store.put({ name: 'late' });
    expect(live.cluster).toBe('prod-eu');
    expect(live.list('nodes').map(({ name }) => name)).toEqual(['late']);
  });
});

describe('what a check needs', () => {
  const needs: Needs = { resources: ['nodes', 'pods'], optional: ['cluster-autoscaler-status'], probes: ['version'] };

  it('is met where all is current', () => {
    expect(unmetNeed(clusterOf(), needs)).toBeUndefined();
  });

  it.each([
    ['Unknown', 'NotPermitted', 'nodes'],
    ['Unknown', 'Stale', 'pods'],
    ['Unknown', 'Stale', 'version'],
    ['NotApplicable', 'NotInstalled', 'pods'],
  ] as const)('gives %s where it is %s: %s', (outcome, state, name) => {
    expect(unmetNeed(clusterOf({ knowledge: { [name]: { state, message: 'why' } } }), needs)).toEqual({ outcome, message: 'why' });
  });

  it('is met without what is optional', () => {
    const knowledge = { 'cluster-autoscaler-status': { state: 'NotPermitted', message: 'why' } } as const;
    expect(unmetNeed(clusterOf({ knowledge }), needs)).toBeUndefined();
  });

  it('does not depend on what other checks need', () => {
    expect(unmetNeed(clusterOf({ knowledge: { pods: { state: 'Stale', message: 'why' } } }), { resources: ['nodes'] })).toBeUndefined();
  });

  it('is met where nothing is needed', () => {
    expect(unmetNeed(clusterOf(), {})).toBeUndefined();
  });
});
