import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { csiDrivers } from './csi-drivers.ts';

const driver = (spec: object = {}, metadata: object = {}) => ({ metadata: { name: 'csi.example.com', ...metadata }, spec });
const found = (...csidrivers: object[]) => collect([csiDrivers], clusterOf({ csidrivers })).entries;
const drift = (agreed: object[], actual: object[]) => compare([csiDrivers], found(...agreed), found(...actual));
const changes = (agreed: object, actual: object) =>
  drift([driver(agreed)], [driver(actual)]).map(({ path, expected, actual: now }) => [path, expected, now]);

describe('CSI drivers drift', () => {
  it.each<[object, [string, string, string]]>([
    [{ attachRequired: false }, ['attachRequired', 'true', 'false']],
    [{ podInfoOnMount: true }, ['podInfoOnMount', 'false', 'true']],
    [{ storageCapacity: true }, ['storageCapacity', 'false', 'true']],
    [{ requiresRepublish: true }, ['requiresRepublish', 'false', 'true']],
    [{ seLinuxMount: true }, ['seLinuxMount', 'false', 'true']],
    [{ fsGroupPolicy: 'None' }, ['fsGroupPolicy', 'ReadWriteOnceWithFSType', 'None']],
    [{ volumeLifecycleModes: ['Persistent', 'Ephemeral'] }, ['volumeLifecycleModes', 'Persistent', 'Ephemeral, Persistent']],
    [{ tokenRequests: [{ audience: 'vault' }, { audience: '' }] }, ['tokenAudiences', '', '(the API server), vault']],
  ])('with %j', (actual, expected) => {
    expect(changes({}, actual)).toEqual([expected]);
  });

  it('with a driver that is new and one that is gone', () => {
    expect(drift([driver()], [driver({}, { name: 'other' })]).map(({ object, path }) => [object, path])).toEqual([
      ['CSIDriver/csi.example.com', ''],
      ['CSIDriver/other', ''],
    ]);
  });
});

describe('CSI drivers do not drift', () => {
  it('when defaults are spelled out, as the API server of a newer version does', () => {
    const spelledOut = {
      ...{ attachRequired: true, podInfoOnMount: false, storageCapacity: false, requiresRepublish: false, seLinuxMount: false },
      ...{ fsGroupPolicy: 'ReadWriteOnceWithFSType', volumeLifecycleModes: ['Persistent'], tokenRequests: [] },
      nodeAllocatableUpdatePeriodSeconds: 60,
    };
    expect(changes({}, spelledOut)).toEqual([]);
  });

  it('with the order of modes and audiences', () => {
    const spec = (reverse: boolean) => {
      const modes = ['Persistent', 'Ephemeral'];
      const tokens = [{ audience: 'a' }, { audience: 'b', expirationSeconds: 600 }];
      return reverse
        ? { volumeLifecycleModes: modes.toReversed(), tokenRequests: tokens.toReversed() }
        : { volumeLifecycleModes: modes, tokenRequests: tokens };
    };
    expect(changes(spec(false), spec(true))).toEqual([]);
  });

  it('with labels, annotations and managedFields', () => {
    const written = driver({}, { labels: { a: 'b' }, annotations: { a: 'b' }, managedFields: [{ manager: 'helm' }] });
    expect(drift([driver()], [written])).toEqual([]);
  });

  it('with those that the provider keeps', () => {
    expect(drift([], [driver({}, { name: 'disk.csi.azure.com', labels: { 'kubernetes.azure.com/managedby': 'aks' } })])).toEqual([]);
  });
});

it.each([
  ['', []],
  ['attachRequired', ['spec', 'attachRequired']],
  ['tokenAudiences', ['spec', 'tokenRequests']],
])('knows where the value at the path %p is written', (path, fields) => {
  expect(csiDrivers.source('CSIDriver/csi.example.com', path, '', clusterOf())).toMatchObject({
    type: { group: 'storage.k8s.io', resource: 'csidrivers' },
    name: 'csi.example.com',
    fields,
  });
});
