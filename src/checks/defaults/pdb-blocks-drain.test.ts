import { type BudgetFixture, budget } from '../../../test/fixtures/defaults.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { pdbBlocksDrain } from './pdb-blocks-drain.ts';

const found = (options: BudgetFixture) => findingsOf(pdbBlocksDrain, { poddisruptionbudgets: [budget('web', options)] });

describe('pdb-blocks-drain fires', () => {
  it('for a single replica that must stay', () => {
    expect(found({})).toEqual([
      {
        object: 'PodDisruptionBudget/shop/web',
        severity: 'warning',
        reason: 'NoDisruptionAllowed',
        message:
          'PodDisruptionBudget shop/web (minAvailable 1) lets no pod be evicted although all that it is about are healthy: the drain of a node with one of them does not come to an end. Run one pod more, or let the budget give one up.',
      },
    ]);
  });

  it.each<[string, BudgetFixture]>([
    ['maxUnavailable 0', { spec: { maxUnavailable: 0 }, expected: 3 }],
    ['minAvailable 100%', { spec: { minAvailable: '100%' }, expected: 5 }],
    ['minAvailable 2', { spec: { minAvailable: 2 }, expected: 2 }],
    ['maxUnavailable 0', { spec: { maxUnavailable: 0 }, expected: 3, selects: { app: 'rook-ceph-mon' } }],
    ['maxUnavailable 0', { spec: { maxUnavailable: 0 }, expected: 3, selects: { 'topology.kubernetes.io/zone': 'a' } }],
    ['minAvailable 1', { selects: { 'cluster-name': 'db', 'spilo-role': 'replica' } }],
    ['minAvailable 1', { selects: { 'operator.libopenstorage.org/name': 'px-operator' } }],
  ])('for %s, also where it was chosen on purpose', (rule, options) => {
    expect(found(options)[0]?.message).toContain(`(${rule})`);
  });

  it('while more pods are healthy than are expected', () => {
    expect(found({ expected: 2, healthy: 3 })).toHaveLength(1);
  });

  it('for each such budget', () => {
    const poddisruptionbudgets = [budget('a'), budget('b', { allowed: 1 }), budget('c', { namespace: 'cart' })];
    const objects = findingsOf(pdbBlocksDrain, { poddisruptionbudgets }).map(({ object }) => object);
    expect(objects.sort()).toEqual(['PodDisruptionBudget/cart/c', 'PodDisruptionBudget/shop/a']);
  });
});

describe('pdb-blocks-drain at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    expect(found({ since: 15 })).toHaveLength(1);
    expect(found({ since: 15 - 1 / 60 })).toEqual([]);
  });

  it('fires with as many healthy pods as are expected and not with one less', () => {
    expect(found({ expected: 3, healthy: 3 })).toHaveLength(1);
    expect(found({ expected: 3, healthy: 2 })).toEqual([]);
  });
});

describe('pdb-blocks-drain is silent', () => {
  it.each<[string, BudgetFixture]>([
    ['where one pod may go', { expected: 2, allowed: 1 }],
    ['while pods are not healthy, as in a rolling update or with a node away', { expected: 2, healthy: 1 }],
    ['where the budget is about no pod, as with a workload scaled to zero', { expected: 0 }],
    ['where its controller has not seen the newest spec', { unobserved: true }],
    ['where it is being deleted', { deleting: true }],
    ['for a moment, as between two replicas of a release', { since: 2 }],
    ['about the primary of CloudNativePG, which moves it', { selects: { 'cnpg.io/cluster': 'db', 'cnpg.io/instanceRole': 'primary' } }],
    [
      'about the master of Zalando’s Postgres operator, which moves it off a node that is cordoned',
      { selects: { 'cluster-name': 'db', 'spilo-role': 'master' } },
    ],
    [
      'about the brokers of Strimzi, which its Drain Cleaner has moved',
      { spec: { minAvailable: 3 }, expected: 3, selects: { 'strimzi.io/cluster': 'events', 'strimzi.io/name': 'events-kafka' } },
    ],
    ['about a virtual machine, which KubeVirt migrates', { selects: { 'kubevirt.io/created-by': '3f2c' } }],
    [
      'about the OSDs of another host while Rook’s Ceph recovers from a drain',
      { spec: { maxUnavailable: 0 }, expected: 4, selects: { app: 'rook-ceph-osd', 'topology-location-host': 'node-a' } },
    ],
    [
      'about those of another zone, by newer releases of Rook',
      { spec: { maxUnavailable: 0 }, expected: 4, selects: { 'topology-location-zone': 'a' } },
    ],
    ['about all OSDs while Rook’s Ceph rebalances', { spec: { maxUnavailable: 0 }, expected: 12, selects: { app: 'rook-ceph-osd' } }],
    [
      'about the pod of a node, which Portworx releases',
      { selects: { name: 'portworx', 'operator.libopenstorage.org/node-name': 'node-a' } },
    ],
    ['about an instance manager, which Longhorn releases', { selects: { 'longhorn.io/component': 'instance-manager' } }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('about a budget that nobody has looked at yet', () => {
    const fresh = { metadata: { name: 'web', namespace: 'shop', generation: 1 }, spec: { minAvailable: 1 } };
    expect(findingsOf(pdbBlocksDrain, { poddisruptionbudgets: [fresh] })).toEqual([]);
  });
});

it('pdb-blocks-drain is unknown, not healthy, where PodDisruptionBudgets cannot be read', () => {
  const message = 'the operator may not list and watch poddisruptionbudgets.policy: forbidden';
  expect(verdictOf(pdbBlocksDrain, { knowledge: { poddisruptionbudgets: { state: 'NotPermitted', message } } })).toBe(
    `Unknown: ${message}`,
  );
});
