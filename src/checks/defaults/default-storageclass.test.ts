import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { classOf } from '../../../test/fixtures/defaults.ts';
import { correctionsOf, findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import type { AgreementInput } from '../agreement.ts';
import { defaultStorageClass } from './default-storageclass.ts';

const annotation = 'storageclass.kubernetes.io/is-default-class';
const storageClass = classOf(annotation);
const found = (storageclasses: object[], agreement: AgreementInput = {}) =>
  findingsOf(defaultStorageClass, { storageclasses }, {}, agreement);
const corrected = (storageclasses: object[], agreement: AgreementInput = {}) =>
  correctionsOf(defaultStorageClass, { storageclasses }, agreement);
/** A baseline that says which StorageClasses are the default. */
const approved = (classes: Record<string, string>): AgreementInput => ({
  approved: Object.entries(classes).map(([name, value]) => ({ object: `StorageClass/${name}`, value: { default: value } })),
});

describe('default-storageclass fires', () => {
  it('where none is the default', () => {
    expect(found([storageClass('slow'), storageClass('fast', { default: 'false' })])).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'NoDefault',
        message:
          'No StorageClass is the default, so a PersistentVolumeClaim that names none stays Pending. There are fast, slow: mark one of them with the annotation storageclass.kubernetes.io/is-default-class=true.',
      },
    ]);
  });

  it('where several are, and names the one that Kubernetes takes', () => {
    const classes = [storageClass('a', { default: 'true', age: 90 }), storageClass('b', { default: 'true', age: 5 }), storageClass('c')];
    expect(found(classes)).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'SeveralDefaults',
        message:
          '2 StorageClasses are marked as the default: a, b. Kubernetes takes the newest, b. Take the mark from every one but that which was agreed.',
      },
    ]);
  });

  it('as info on EKS, which marks none', () => {
    const cluster = { storageclasses: [storageClass('gp2')], version: 'v1.36.3-eks-3025e55' };
    expect(findingsOf(defaultStorageClass, cluster)).toMatchObject([{ severity: 'info', reason: 'NoDefault' }]);
  });

  it('as a warning on EKS too where several are', () => {
    const classes = ['a', 'b'].map((name) => storageClass(name, { default: 'true' }));
    const cluster = { storageclasses: classes, version: 'v1.36.3-eks-3025e55' };
    expect(findingsOf(defaultStorageClass, cluster)).toMatchObject([{ severity: 'warning', reason: 'SeveralDefaults' }]);
  });

  it('where none is the default although the baseline is approved: that is a state, not a change', () => {
    expect(found([storageClass('a'), storageClass('b')], approved({ a: 'true', b: 'false' }))).toHaveLength(1);
  });

  it('where the approved baseline says nothing about which is the default', () => {
    const classes = [storageClass('a', { default: 'true' }), storageClass('b', { default: 'true' })];
    expect(found(classes, { approved: [{ object: 'StorageClass/a', value: { provisioner: 'x' } }] })).toHaveLength(1);
  });
});

describe('default-storageclass suggests', () => {
  const command = (name: string, value: string) => `kubectl annotate storageclasses ${name} ${annotation}=${value} --overwrite`;

  it('to mark the only class there is', () => {
    expect(corrected([storageClass('a')])).toEqual([command('a', 'true')]);
  });

  it('or the one that was agreed', () => {
    expect(corrected([storageClass('a'), storageClass('b')], approved({ a: 'false', b: 'true' }))).toEqual([command('b', 'true')]);
  });

  it('nothing where it cannot know which', () => {
    expect(corrected([storageClass('a'), storageClass('b')])).toEqual([]);
    expect(corrected([storageClass('a'), storageClass('b')], approved({ a: 'true', b: 'true' }))).toEqual([]);
  });

  it('to take the mark from all but the one that is taken now', () => {
    const classes = ['c', 'a', 'b'].map((name, index) => storageClass(name, { default: 'true', age: index === 0 ? 1 : 5 }));
    expect(corrected(classes)).toEqual([command('a', 'false'), command('b', 'false')]);
  });
});

describe('default-storageclass at its boundaries', () => {
  it('fires 15 minutes after the first sight and not a second before', () => {
    const cluster = { storageclasses: [storageClass('a')] };
    expect(findingsAfter(15, defaultStorageClass, cluster)).toBe(1);
    expect(findingsAfter(15 - 1 / 60, defaultStorageClass, cluster)).toBe(0);
  });

  it('takes the first by name where two are equally old', () => {
    const classes = ['b', 'a'].map((name) => storageClass(name, { default: 'true' }));
    expect(found(classes)[0]?.message).toContain('takes the newest, a.');
  });

  it('counts the beta annotation, which Kubernetes still obeys', () => {
    const beta = classOf('storageclass.beta.kubernetes.io/is-default-class');
    expect(found([beta('a', { default: 'true' })])).toEqual([]);
    expect(found([beta('a', { default: 'true' }), storageClass('b', { default: 'true' })])).toHaveLength(1);
  });
});

describe('default-storageclass is silent', () => {
  it('where exactly one is the default', () => {
    expect(found([storageClass('a', { default: 'true' }), storageClass('b', { default: 'false' }), storageClass('c')])).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ['agreed', { a: 'true', b: 'true' }],
    ['drift’s to report', { a: 'true', b: 'false' }],
    ['drift’s to report of both', { a: 'false', b: 'false' }],
    ['drift’s to report as a new class', { a: 'true' }],
  ])('where several are and that is %s', (_, classes) => {
    expect(found([storageClass('a', { default: 'true' }), storageClass('b', { default: 'true' })], approved(classes))).toEqual([]);
  });
});

it('default-storageclass is not applicable where the cluster has no StorageClass', () => {
  expect(verdictOf(defaultStorageClass, {})).toBe('NotApplicable: The cluster has no StorageClass: it provisions no volumes.');
});

it('default-storageclass is unknown, not healthy, where StorageClasses cannot be read', () => {
  const message = 'the operator may not list and watch storageclasses.storage.k8s.io: forbidden';
  const cluster: ClusterFixture = { knowledge: { storageclasses: { state: 'NotPermitted', message } } };
  expect(verdictOf(defaultStorageClass, cluster)).toBe(`Unknown: ${message}`);
});
