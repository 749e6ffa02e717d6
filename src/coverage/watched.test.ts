import type { CoverageBaseline } from '../api/v1alpha1/coveragebaseline.ts';
import { contentHash } from '../baseline/capture.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Change } from '../runtime/store.ts';
import { type CoverageView, projectBaseline, projectCoverage, userChanged } from './watched.ts';

const object = (metadata: object = {}, rest: object = {}): KubeObject =>
  ({
    metadata: { name: 'production', namespace: 'support', uid: 'u1', generation: 1, ...metadata },
    spec: { tier: 'Level1' },
    ...rest,
  }) as KubeObject;
const updated = (before: KubeObject, next: KubeObject): Change<CoverageView> => ({
  type: 'updated',
  old: projectCoverage(before),
  object: projectCoverage(next),
});

describe('a SupportCoverage as it is watched', () => {
  it('keeps everything but who owns which field', () => {
    const view = projectCoverage(
      object({ managedFields: [{ manager: 'kubectl' }], labels: { a: 'b' } }, { status: { lastCheckTime: 'x' } }),
    );
    expect(view).toEqual({
      name: 'production',
      namespace: 'support',
      coverage: {
        metadata: { name: 'production', namespace: 'support', uid: 'u1', generation: 1, labels: { a: 'b' } },
        spec: { tier: 'Level1' },
        status: { lastCheckTime: 'x' },
      },
    });
  });
});

describe('a coverage comes back', () => {
  it.each<[string, Change<CoverageView>]>([
    ['when it is created', { type: 'added', object: projectCoverage(object()) }],
    ['when it is deleted', { type: 'deleted', object: projectCoverage(object()) }],
    ['when its spec changes', updated(object(), object({ generation: 2 }))],
    ['when run-at is set', updated(object(), object({ annotations: { 'platformsupport.io/run-at': '1' } }))],
    ['when its deletion begins', updated(object(), object({ deletionTimestamp: '2026-11-23T12:00:00Z' }))],
    ['when it was deleted and created anew unseen', updated(object(), object({ uid: 'u2' }))],
  ])('%s', (_, change) => {
    expect(userChanged(change)).toBe(true);
  });

  it.each<[string, Change<CoverageView>]>([
    ['for a status that the operator wrote', updated(object(), object({ resourceVersion: '2' }, { status: { lastCheckTime: 'x' } }))],
    ['for the health label that the operator wrote', updated(object(), object({ labels: { 'platformsupport.io/health': 'healthy' } }))],
    ['for an annotation of somebody else', updated(object(), object({ annotations: { 'example.com/seen': '1' } }))],
    ['when a watch begins again with the same object', updated(object(), object())],
  ])('not %s', (_, change) => {
    expect(userChanged(change)).toBe(false);
  });
});

describe('a CoverageBaseline as it is watched', () => {
  const spec = { cluster: 'local', facts: [{ fact: 'f', object: 'o', value: { a: '1' } }] };
  const approval = { approvedBy: 'jane', approvedAt: '2026-11-01T00:00:00Z' };
  const project = (changes: object) =>
    projectBaseline({ metadata: { name: 'base', namespace: 'support' }, spec: { ...spec, ...changes } } as KubeObject);

  it('says of which cluster it is, whether it is approved, and what was approved', () => {
    const approved: CoverageBaseline['spec'] = { ...spec, approval };
    expect(project({ approval })).toEqual({
      name: 'base',
      namespace: 'support',
      cluster: 'local',
      approved: true,
      hash: contentHash(approved),
    });
    expect(project({}).approved).toBe(false);
  });

  it('has another hash with another content or another approval', () => {
    const changed = [
      {},
      { approval },
      { approval: { ...approval, approvedBy: 'joe' } },
      { approval, cluster: 'other' },
      { approval, facts: [] },
    ];
    expect(new Set(changed.map((changes) => project(changes).hash)).size).toBe(changed.length);
  });
});
