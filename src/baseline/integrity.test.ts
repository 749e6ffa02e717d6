import type { CoverageBaseline } from '../api/v1alpha1/coveragebaseline.ts';
import { contentHash } from './capture.ts';
import { baselineState } from './integrity.ts';

const approval = { approvedBy: 'jane@example.com', approvedAt: '2026-11-23T12:00:00Z' };
const facts = [{ fact: 'cluster-version', object: 'Cluster/prod-eu', value: { version: '1.36.3' } }];
const name = 'production.prod-eu';

function baseline(spec: Partial<CoverageBaseline['spec']> = {}): CoverageBaseline {
  return { metadata: { name, namespace: 'platform-support' }, spec: { cluster: 'prod-eu', facts, ...spec } };
}

const approved = baseline({ approval });
const remembered = { name, contentHash: contentHash(approved.spec) };
const alteration = (now: CoverageBaseline | undefined) => {
  const state = baselineState(now, name, remembered);
  return state.state === 'Altered' ? state.observation : state.state;
};

describe('a baseline that was never approved', () => {
  it('is absent until one is captured', () => {
    expect(baselineState(undefined, name, undefined)).toEqual({ state: 'Absent' });
  });

  it('waits for approval', () => {
    expect(baselineState(baseline(), name, undefined).state).toBe('Unapproved');
  });

  it('may be deleted and captured anew', () => {
    expect(baselineState(undefined, name, undefined).state).toBe('Absent');
    expect(baselineState(baseline({ facts: [] }), name, undefined).state).toBe('Unapproved');
  });

  it('is in force once it is approved, and gives the hash to remember', () => {
    expect(baselineState(approved, name, undefined)).toEqual({ state: 'Approved', baseline: approved, hash: contentHash(approved.spec) });
  });
});

describe('a baseline that was approved', () => {
  it('stays in force while it is as it was approved', () => {
    expect(baselineState(approved, name, remembered).state).toBe('Approved');
  });

  it('stays in force when only its metadata changes, or it is restored with the same content', () => {
    const restored = { ...approved, metadata: { ...approved.metadata, uid: 'another', resourceVersion: '99', labels: { a: 'b' } } };
    expect(baselineState(restored, name, remembered).state).toBe('Approved');
  });

  it('is a finding where it was deleted, and says what to do', () => {
    expect(alteration(undefined)).toEqual({
      object: 'CoverageBaseline/production.prod-eu',
      reason: 'BaselineDeleted',
      message:
        'The approved baseline production.prod-eu was deleted. Restore it as it was approved, or have a new one approved and name it in scope.clusters[].baselineName.',
    });
  });

  it.each<[string, CoverageBaseline, string]>([
    ['one that nobody approved', baseline(), 'was deleted and replaced by one that nobody approved'],
    ['one with other facts', baseline({ approval, facts: [] }), 'was deleted and replaced by one with another content'],
    [
      'one that somebody else approved',
      baseline({ approval: { ...approval, approvedBy: 'mallory@example.com' } }),
      'was deleted and replaced by one with another content',
    ],
  ])('is a finding where it was replaced by %s', (_, now, words) => {
    expect(alteration(now)).toMatchObject({ reason: 'BaselineReplaced', message: expect.stringContaining(words) });
  });

  it('may be left for another one that the coverage names', () => {
    const next = { ...baseline({ approval, facts: [] }), metadata: { name: 'prod-eu-2027-q1', namespace: 'platform-support' } };
    expect(baselineState(next, 'prod-eu-2027-q1', remembered).state).toBe('Approved');
    expect(baselineState(undefined, 'prod-eu-2027-q1', remembered).state).toBe('Absent');
  });
});
