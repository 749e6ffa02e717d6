import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { apiServer } from '../../../test/fixtures/versions.ts';
import type { AppliedObject } from '../../observe/probes/applied-apis.ts';
import type { ApiServer } from '../../observe/probes/deprecated-apis.ts';
import { apiDeprecatedApplied } from './api-deprecated-applied.ts';

const device: AppliedObject = { object: 'DeviceClass/gpu', group: 'resource.k8s.io', version: 'v1beta1', resource: 'deviceclasses' };
const policy: AppliedObject = {
  object: 'MutatingAdmissionPolicy/labels',
  group: 'admissionregistration.k8s.io',
  version: 'v1alpha1',
  resource: 'mutatingadmissionpolicies',
};
const api = 'resource.k8s.io/v1beta1 deviceclasses';
const long = { started: 1000, firstSeen: 100 };

function cluster(objects: readonly AppliedObject[], servers?: readonly ApiServer[], known = true): ClusterFixture {
  return { probes: { 'applied-apis': { nextMinor: '1.38', known, objects }, ...(servers ? { 'deprecated-apis': servers } : {}) } };
}
const found = (...parts: Parameters<typeof cluster>) => findingsOf(apiDeprecatedApplied, cluster(...parts));

describe('api-deprecated-applied fires', () => {
  it('once, as info, with a count and the first objects, where requests cannot be measured', () => {
    expect(found([device, policy])).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'RemovedApiApplied',
        message:
          '2 objects were applied as admissionregistration.k8s.io/v1alpha1, resource.k8s.io/v1beta1, which Kubernetes 1.38 removes: DeviceClass/gpu, MutatingAdmissionPolicy/labels. Change the apiVersion of their manifests.',
      },
    ]);
  });

  it('for an API that is requested, and only for that', () => {
    expect(found([device, policy], [apiServer(long, { api, grown: 1 })])[0]?.message).toMatch(
      /^An object was applied as .*: DeviceClass\/gpu\./,
    );
  });

  it('while it cannot be said yet whether the API is requested', () => {
    expect(found([device], [apiServer({ started: 1000, firstSeen: 1 }, { api })])).toHaveLength(1);
  });
});

describe('api-deprecated-applied at its boundaries', () => {
  it.each([
    [24, 1],
    [24 + 1 / 3600, 0],
  ])('%d hours after the last request gives %d', (grown, count) => {
    expect(found([device], [apiServer(long, { api, grown })])).toHaveLength(count);
  });

  it('takes another time from the coverage', () => {
    const setting = { parameters: { hours: '1' } };
    expect(findingsOf(apiDeprecatedApplied, cluster([device], [apiServer(long, { api, grown: 2 })]), setting)).toEqual([]);
  });
});

describe('api-deprecated-applied is silent', () => {
  it.each<[string, AppliedObject[], ApiServer[] | undefined]>([
    ['where nothing was applied in a version that goes', [], undefined],
    ['for an API that nobody has requested since the API server started', [device], [apiServer(long)]],
    ['for an API that nobody requests any more', [device], [apiServer(long, { api, grown: 30 })]],
    [
      'where another resource of the same version is requested',
      [device],
      [apiServer(long, { api: 'resource.k8s.io/v1beta1 x', grown: 1 })],
    ],
  ])('%s', (_, objects, servers) => {
    expect(found(objects, servers)).toEqual([]);
    expect(verdictOf(apiDeprecatedApplied, cluster(objects, servers))).toBeUndefined();
  });
});

describe('api-deprecated-applied is unknown, not healthy,', () => {
  it('where this release does not know what the next minor removes', () => {
    expect(verdictOf(apiDeprecatedApplied, cluster([], [], false))).toBe(
      'Unknown: What Kubernetes 1.38 removes is not known to this release. Upgrade the operator.',
    );
  });

  it('where the objects cannot be read', () => {
    expect(verdictOf(apiDeprecatedApplied, { knowledge: { 'applied-apis': { state: 'NotPermitted', message: 'forbidden' } } })).toBe(
      'Unknown: forbidden',
    );
  });
});
