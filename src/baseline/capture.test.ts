import { clusterOf, node } from '../../test/fixtures/cluster.ts';
import type { CoverageBaselineSpec, FactEntry } from '../api/v1alpha1/coveragebaseline.ts';
import { createAgreement } from '../checks/agreement.ts';
import { captureBaseline, collect, contentHash, maxBaselineBytes, tooLarge } from './capture.ts';
import { clusterAdmins } from './facts/cluster-admins.ts';
import { clusterVersion } from './facts/cluster-version.ts';
import { helmReleases } from './facts/helm-releases.ts';
import { ingressWaf } from './facts/ingress-waf.ts';
import { nodePools } from './facts/node-pools.ts';
import { storageClasses } from './facts/storage-classes.ts';

const facts = [clusterVersion, nodePools, storageClasses, clusterAdmins];
const cluster = {
  nodes: [node('a'), node('b')],
  storageclasses: [{ metadata: { name: 'slow' } }, { metadata: { name: 'fast' }, parameters: { type: 'gp3' } }],
};

describe('collecting facts', () => {
  it('gives every fact of the cluster, sorted by fact and object', () => {
    const { entries, missing } = collect(facts, clusterOf(cluster));
    expect(entries.map(({ fact, object }) => `${fact} ${object}`)).toEqual([
      'cluster-version Cluster/local',
      'node-pools NodePool/default',
      'storage-classes StorageClass/fast',
      'storage-classes StorageClass/slow',
    ]);
    expect(missing).toEqual([]);
  });

  it('gives the same text for the same state, in whatever order it was seen', () => {
    const reversed = { nodes: cluster.nodes.toReversed(), storageclasses: cluster.storageclasses.toReversed() };
    expect(JSON.stringify(collect(facts.toReversed(), clusterOf(reversed)))).toBe(JSON.stringify(collect(facts, clusterOf(cluster))));
  });

  it('names the facts that could not be read, with why, and gives the others', () => {
    const message = 'the operator may not list and watch storageclasses.storage.k8s.io: forbidden';
    const { entries, missing } = collect(
      facts,
      clusterOf({ ...cluster, knowledge: { storageclasses: { state: 'NotPermitted', message } } }),
    );
    expect(missing).toEqual([{ fact: 'storage-classes', message }]);
    expect(new Set(entries.map(({ fact }) => fact))).toEqual(new Set(['cluster-version', 'node-pools']));
  });

  it('takes one API that is not installed as empty, beside another that is, and one that may not be read as unknown', () => {
    const ingress = { metadata: { name: 'web', namespace: 'shop', annotations: { 'haproxy-ingress.github.io/waf': 'modsecurity' } } };
    const of = (state: 'NotInstalled' | 'Stale') =>
      collect([ingressWaf], clusterOf({ ingresses: [ingress], knowledge: { backendconfigs: { state, message: 'why' } } }));
    expect(of('NotInstalled')).toMatchObject({ entries: [{ object: 'Ingress/shop/web' }], missing: [] });
    expect(of('Stale')).toMatchObject({ entries: [], missing: [{ fact: 'ingress-waf', message: 'why' }] });
  });

  it('takes a fact of an API that is not installed as empty: there is nothing to agree about', () => {
    const knowledge = { storageclasses: { state: 'NotInstalled', message: 'not served' } } as const;
    const { entries, missing } = collect(facts, clusterOf({ ...cluster, knowledge }));
    expect(missing).toEqual([]);
    expect(entries.some(({ fact }) => fact === 'storage-classes')).toBe(false);
  });
});

describe('a baseline', () => {
  it('says which facts were looked at, also those of which nothing was found, and not those behind a switch that is off', () => {
    const off = { 'helm-release-secrets': { state: 'SwitchedOff', message: 'needs a switch' } } as const;
    const captured = captureBaseline([...facts, helmReleases], clusterOf({ ...cluster, knowledge: off }), createAgreement());
    expect(captured).toMatchObject({
      spec: { cluster: 'local', collected: ['cluster-version', 'node-pools', 'storage-classes', 'cluster-admins'] },
    });
  });

  const large = (fact: string, bytes: number): FactEntry[] =>
    Array.from({ length: Math.ceil(bytes / 1000) }, (_, index) => ({ fact, object: `Thing/${index}`, value: { text: 'x'.repeat(950) } }));

  it('that fits can be stored', () => {
    expect(tooLarge(collect(facts, clusterOf(cluster)).entries)).toBeUndefined();
    expect(tooLarge(large('node-pools', 0.9 * maxBaselineBytes))).toBeUndefined();
  });

  it('that is too large is refused, and its largest facts are named first with their sizes', () => {
    const message = tooLarge([...large('storage-classes', 50_000), ...large('node-pools', maxBaselineBytes)]);
    expect(message).toMatch(
      /^the baseline would be \d+ KiB, over the limit of 900 KiB: node-pools \(\d+ KiB\), storage-classes \(\d+ KiB\)$/,
    );
  });

  it('of more subjects in one binding than a value can hold is refused, and the binding is named', () => {
    const subjects = Array.from({ length: 300 }, (_, index) => ({ kind: 'User', name: `user-${index}@example.com` }));
    const binding = { metadata: { name: 'everybody' }, roleRef: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects };
    expect(tooLarge(collect(facts, clusterOf({ ...cluster, clusterrolebindings: [binding] })).entries)).toBe(
      'the baseline cannot hold cluster-admins of ClusterRoleBinding/everybody: value: subjects: Too big: expected string to have <=4096 characters',
    );
  });

  it('of more objects than a list can hold is refused, and the facts with most are named first', () => {
    const many = Array.from({ length: 5001 }, (_, index) => ({ fact: index % 3 === 0 ? 'a' : 'b', object: `Thing/${index}`, value: {} }));
    expect(tooLarge(many)).toMatch(/^the baseline cannot hold so many objects: Too big: .+: b \(3334\), a \(1667\)$/);
  });

  it('is measured in bytes, not in characters', () => {
    const text = 'é'.repeat(950);
    expect(tooLarge(Array.from({ length: 600 }, (_, index) => ({ fact: 'a', object: `Thing/${index}`, value: { text } })))).toBeDefined();
  });
});

describe('the hash of a baseline', () => {
  const spec: CoverageBaselineSpec = {
    cluster: 'prod-eu',
    facts: [{ fact: 'storage-classes', object: 'StorageClass/fast', value: { provisioner: 'a', default: 'true' } }],
    approval: { approvedBy: 'jane@example.com', approvedAt: '2026-11-23T12:00:00Z', note: 'CHG-1' },
  };

  it('does not depend on the order of keys', () => {
    const reordered: CoverageBaselineSpec = {
      approval: { note: 'CHG-1', approvedAt: '2026-11-23T12:00:00Z', approvedBy: 'jane@example.com' },
      facts: [{ value: { default: 'true', provisioner: 'a' }, object: 'StorageClass/fast', fact: 'storage-classes' }],
      cluster: 'prod-eu',
    };
    expect(contentHash(reordered)).toBe(contentHash(spec));
    expect(contentHash(spec)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Partial<CoverageBaselineSpec>]>([
    ['another value', { facts: [{ ...spec.facts[0]!, value: { provisioner: 'b', default: 'true' } }] }],
    ['another object', { facts: [{ ...spec.facts[0]!, object: 'StorageClass/slow' }] }],
    ['a fact less', { facts: [] }],
    ['another cluster', { cluster: 'prod-us' }],
    ['another approver', { approval: { ...spec.approval!, approvedBy: 'joe@example.com' } }],
    ['another time of approval', { approval: { ...spec.approval!, approvedAt: '2026-11-24T12:00:00Z' } }],
    ['another note', { approval: { ...spec.approval!, note: 'CHG-2' } }],
  ])('changes with %s', (_, changed) => {
    expect(contentHash({ ...spec, ...changed })).not.toBe(contentHash(spec));
  });
});
