import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { crds } from './crds.ts';

type Version = { name: string; served: boolean; storage?: boolean };
const v1: Version = { name: 'v1', served: true, storage: true };
const v1beta1: Version = { name: 'v1beta1', served: true };
const crd = (versions: Version[], metadata: object = {}) => ({
  metadata: { name: 'certificates.cert-manager.io', ...metadata },
  spec: { group: 'cert-manager.io', names: { kind: 'Certificate' }, versions },
});
const found = (...customresourcedefinitions: object[]) => collect([crds], clusterOf({ customresourcedefinitions })).entries;
const drift = (agreed: object[], actual: object[]) =>
  compare([crds], found(...agreed), found(...actual)).map(({ object, path, expected, actual: now }) => [object, path, expected, now]);

describe('custom resources drift', () => {
  it('with a version that is served besides, or not any more', () => {
    const object = 'CustomResourceDefinition/certificates.cert-manager.io';
    expect(drift([crd([v1])], [crd([v1, v1beta1])])).toEqual([[object, 'served', 'v1', 'v1, v1beta1']]);
    expect(drift([crd([v1, v1beta1])], [crd([v1, { ...v1beta1, served: false }])])).toEqual([[object, 'served', 'v1, v1beta1', 'v1']]);
  });

  it('with a definition that is new and one that is gone', () => {
    expect(drift([crd([v1])], [crd([v1], { name: 'issuers.cert-manager.io' })])).toEqual([
      ['CustomResourceDefinition/certificates.cert-manager.io', '', 'served=v1', ''],
      ['CustomResourceDefinition/issuers.cert-manager.io', '', '', 'served=v1'],
    ]);
  });
});

describe('custom resources do not drift', () => {
  it('with the order of versions, or one that is there and not served', () => {
    expect(drift([crd([v1, v1beta1])], [crd([v1beta1, v1, { name: 'v1alpha1', served: false }])])).toEqual([]);
  });

  it('with their schema, conversion, status and managedFields', () => {
    const changed = crd([{ ...v1, schema: { openAPIV3Schema: { type: 'object' } } } as Version], { managedFields: [{ manager: 'helm' }] });
    const conversion = { strategy: 'Webhook', webhook: { clientConfig: { caBundle: 'bmV3' } } };
    const status = { storedVersions: ['v1'], conditions: [{ type: 'Established', status: 'True' }] };
    expect(drift([crd([v1])], [{ ...changed, spec: { ...changed.spec, conversion }, status }])).toEqual([]);
  });

  it('with those that the provider keeps, which an upgrade can add', () => {
    const labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
    expect(drift([], [crd([v1], { name: 'backendconfigs.cloud.google.com', labels })])).toEqual([]);
  });
});

it('says who changed the versions, and who made a definition', () => {
  const source = (path: string) => crds.source('CustomResourceDefinition/certificates.cert-manager.io', path, '', clusterOf());
  expect(source('served')).toMatchObject({ type: { resource: 'customresourcedefinitions' }, fields: ['spec', 'versions'] });
  expect(source('')).toMatchObject({ name: 'certificates.cert-manager.io', fields: [] });
});
