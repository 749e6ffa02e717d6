import type { ManagedFieldsEntry } from '../kube/types.ts';
import { keyed } from './fact.ts';
import { lastWriter } from './last-writer.ts';

function entry(manager: string, time: string | undefined, fieldsV1: object, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry {
  return {
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(time ? { time } : {}),
    ...more,
  };
}

/** As the API server keeps them for a StorageClass that Flux applied and somebody patched later. */
const storageClass = [
  entry(
    'kustomize-controller',
    '2026-09-01T08:00:00Z',
    {
      'f:metadata': { 'f:annotations': { '.': {}, 'f:storageclass.kubernetes.io/is-default-class': {} } },
      'f:parameters': { '.': {}, 'f:type': {}, 'f:csi.storage.k8s.io/fstype': {} },
      'f:provisioner': {},
      'f:reclaimPolicy': {},
    },
    { operation: 'Apply' },
  ),
  entry('kubectl-patch', '2026-11-20T10:30:00Z', { 'f:parameters': { 'f:type': {} }, 'f:allowVolumeExpansion': {} }),
];

describe('the last writer', () => {
  it.each([
    ['a field', ['allowVolumeExpansion'], 'kubectl-patch', '2026-11-20T10:30:00Z'],
    ['a field below another', ['parameters', 'csi.storage.k8s.io/fstype'], 'kustomize-controller', '2026-09-01T08:00:00Z'],
    ['a field that two own is the later one', ['parameters', 'type'], 'kubectl-patch', '2026-11-20T10:30:00Z'],
    ['a map is who wrote something in it last', ['parameters'], 'kubectl-patch', '2026-11-20T10:30:00Z'],
    [
      'an annotation with dots and slashes in its name',
      ['metadata', 'annotations', 'storageclass.kubernetes.io/is-default-class'],
      'kustomize-controller',
      '2026-09-01T08:00:00Z',
    ],
    ['the whole object is who wrote anything of it last', [], 'kubectl-patch', '2026-11-20T10:30:00Z'],
  ])('of %s', (_, fields, manager, changedAt) => {
    expect(lastWriter(storageClass, fields)).toEqual({ manager, changedAt });
    expect(lastWriter(storageClass.toReversed(), fields)).toEqual({ manager, changedAt });
  });

  it('of a field that nobody owns any more is not known', () => {
    expect(lastWriter(storageClass, ['mountOptions'])).toBeUndefined();
    expect(lastWriter(storageClass, ['parameters', 'iops'])).toBeUndefined();
    expect(lastWriter([], [])).toBeUndefined();
  });

  it('is not who writes the status, however often', () => {
    const kubelet = entry('kubelet', '2026-11-23T11:59:00Z', { 'f:status': { 'f:conditions': {} } }, { subresource: 'status' });
    const controller = entry('kube-controller-manager', '2026-11-10T09:00:00Z', { 'f:spec': { 'f:taints': {} } });
    expect(lastWriter([controller, kubelet], [])?.manager).toBe('kube-controller-manager');
    expect(lastWriter([controller, kubelet], ['spec', 'taints'])?.manager).toBe('kube-controller-manager');
    expect(lastWriter([kubelet], [])).toBeUndefined();
  });

  it('of a label is who wrote it through the status, which the API server lets some do', () => {
    const labels = { 'f:metadata': { 'f:labels': { 'f:team': {} } } };
    const installer = entry('kubeadm', '2026-01-05T10:00:00Z', labels);
    const cloud = entry('cloud-controller', '2026-11-20T10:00:00Z', labels, { subresource: 'status' });
    expect(lastWriter([installer, cloud], ['metadata', 'labels', 'team'])?.manager).toBe('cloud-controller');
  });

  it('of the whole object is not who wrote its status without the subresource', () => {
    const old = entry('old-agent', '2026-11-23T11:59:00Z', { 'f:status': { 'f:phase': {} } });
    expect(lastWriter([...storageClass, old], [])?.manager).toBe('kubectl-patch');
  });

  it('is who wrote a list as a whole, such as the subjects of a binding', () => {
    const binding = [
      entry('helm', '2026-01-05T10:00:00Z', { 'f:roleRef': {}, 'f:subjects': {} }),
      entry('kubectl-edit', '2026-11-22T22:14:00Z', { 'f:subjects': {} }),
    ];
    expect(lastWriter(binding, ['subjects'])).toEqual({ manager: 'kubectl-edit', changedAt: '2026-11-22T22:14:00Z' });
  });

  it('of one container is not who wrote another', () => {
    const container = (name: string, fields: object) => ({
      'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { [`k:{"name":"${name}"}`]: { '.': {}, ...fields } } } } },
    });
    const workload = [
      entry('helm', '2026-01-05T10:00:00Z', container('main', { 'f:image': {}, 'f:resources': {} })),
      entry('image-updater', '2026-11-20T10:00:00Z', container('main', { 'f:image': {} })),
      entry('injector', '2026-11-21T10:00:00Z', container('sidecar', { 'f:image': {} })),
    ];
    const of = (name: string, field: string) =>
      lastWriter(workload, ['spec', 'template', 'spec', 'containers', keyed(name), field])?.manager;
    expect([of('main', 'image'), of('main', 'resources'), of('sidecar', 'image')]).toEqual(['image-updater', 'helm', 'injector']);
  });

  it('is named without a time where the API server kept none, but only if nobody with a time owns the field', () => {
    const timeless = entry('before-first-apply', undefined, { 'f:provisioner': {}, 'f:mountOptions': {} });
    expect(lastWriter([timeless, ...storageClass], ['provisioner'])?.manager).toBe('kustomize-controller');
    expect(lastWriter([...storageClass, timeless], ['provisioner'])?.manager).toBe('kustomize-controller');
    expect(lastWriter([timeless], ['mountOptions'])).toEqual({ manager: 'before-first-apply', changedAt: undefined });
  });

  it('is not read from entries that name nobody or own nothing', () => {
    const nameless = { time: '2026-11-23T00:00:00Z', fieldsV1: { 'f:provisioner': {} } };
    const empty = { manager: 'empty', time: '2026-11-23T00:00:00Z' };
    expect(lastWriter([nameless, empty, ...storageClass], ['provisioner'])?.manager).toBe('kustomize-controller');
  });
});
