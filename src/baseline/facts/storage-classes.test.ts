import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { storageClasses } from './storage-classes.ts';

const isDefault = 'storageclass.kubernetes.io/is-default-class';
const zones = (...values: string[]) => ({ key: 'topology.kubernetes.io/zone', values });
const term = (...matchLabelExpressions: object[]) => ({ matchLabelExpressions });

interface Fields {
  annotations?: Record<string, string>;
  [field: string]: unknown;
}

function storageClass(name: string, { annotations = {}, ...fields }: Fields = {}): object {
  return { metadata: { name, annotations }, provisioner: 'ebs.csi.aws.com', ...fields };
}

const found = (...storageclasses: object[]) => collect([storageClasses], clusterOf({ storageclasses })).entries;
const drift = (agreed: object[], actual: object[]) => compare([storageClasses], found(...agreed), found(...actual));
const changes = (agreed: Fields, actual: Fields) =>
  drift([storageClass('fast', agreed)], [storageClass('fast', actual)]).map(({ path, expected, actual: now }) => [path, expected, now]);

describe('storage classes drift', () => {
  it.each<[string, Fields, Fields, [string, string, string]]>([
    ['provisioner', {}, { provisioner: 'other' }, ['provisioner', 'ebs.csi.aws.com', 'other']],
    ['reclaim policy', {}, { reclaimPolicy: 'Retain' }, ['reclaimPolicy', 'Delete', 'Retain']],
    ['binding mode', {}, { volumeBindingMode: 'WaitForFirstConsumer' }, ['volumeBindingMode', 'Immediate', 'WaitForFirstConsumer']],
    ['expansion', { allowVolumeExpansion: true }, {}, ['allowVolumeExpansion', 'true', 'false']],
    [
      'mount options',
      { mountOptions: ['noatime'] },
      { mountOptions: ['noatime', 'discard'] },
      ['mountOptions', 'noatime', 'discard,noatime'],
    ],
    ['parameter', { parameters: { type: 'gp2' } }, { parameters: { type: 'gp3' } }, ['parameters.type', 'gp2', 'gp3']],
    ['new parameter', {}, { parameters: { iops: '3000' } }, ['parameters.iops', '', '3000']],
    ['default mark', { annotations: { [isDefault]: 'true' } }, {}, ['default', 'true', 'false']],
  ])('with another %s', (_, agreed, actual, expected) => {
    expect(changes(agreed, actual)).toEqual([expected]);
  });

  it('with other topologies', () => {
    expect(changes({ allowedTopologies: [term(zones('a', 'b'))] }, { allowedTopologies: [term(zones('a'))] })).toHaveLength(1);
  });

  it('with a class that is new and one that is gone', () => {
    expect(drift([storageClass('old')], [storageClass('new')]).map(({ object, path }) => [object, path])).toEqual([
      ['StorageClass/new', ''],
      ['StorageClass/old', ''],
    ]);
  });
});

describe('storage classes do not drift', () => {
  it('when a default is spelled out', () => {
    const spelledOut = {
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
      allowVolumeExpansion: false,
      mountOptions: [],
      parameters: {},
    };
    expect(changes({}, spelledOut)).toEqual([]);
    expect(changes({}, { annotations: { [isDefault]: 'false' } })).toEqual([]);
  });

  it('with the order of mount options', () => {
    expect(changes({ mountOptions: ['noatime', 'discard'] }, { mountOptions: ['discard', 'noatime'] })).toEqual([]);
  });

  it('with the order of topologies, of their expressions and of their values', () => {
    const rack = { key: 'rack', values: ['r1'] };
    expect(
      changes(
        { allowedTopologies: [term(zones('a', 'b'), rack), term(zones('c'))] },
        { allowedTopologies: [term(zones('c')), term(rack, zones('b', 'a'))] },
      ),
    ).toEqual([]);
  });

  it('with the order of parameters', () => {
    expect(changes({ parameters: { a: '1', b: '2' } }, { parameters: { b: '2', a: '1' } })).toEqual([]);
  });

  it('with other annotations and labels', () => {
    expect(changes({}, { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } })).toEqual([]);
  });

  it('when the default is marked by the annotation’s beta spelling, which Kubernetes obeys too', () => {
    const beta = { annotations: { 'storageclass.beta.kubernetes.io/is-default-class': 'true' } };
    expect(changes({ annotations: { [isDefault]: 'true' } }, beta)).toEqual([]);
  });
});

it.each([
  ['', []],
  ['reclaimPolicy', ['reclaimPolicy']],
  ['default', ['metadata', 'annotations', isDefault]],
  ['parameters.csi.storage.k8s.io/fstype', ['parameters', 'csi.storage.k8s.io/fstype']],
])('knows where the value at the path %p is written', (path, fields) => {
  expect(storageClasses.source('StorageClass/fast', path, '', clusterOf())).toMatchObject({
    type: { group: 'storage.k8s.io', resource: 'storageclasses' },
    name: 'fast',
    fields,
  });
});
