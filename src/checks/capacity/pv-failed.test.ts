import { type VolumeFixture, volume } from '../../../test/fixtures/capacity.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { pvFailed } from './pv-failed.ts';

const found = (options: VolumeFixture) => findingsOf(pvFailed, { persistentvolumes: [volume(options)] });

describe('pv-failed fires', () => {
  it('for a volume that could not be reclaimed, and names its claim and policy', () => {
    expect(found({ phase: 'Failed' })).toEqual([
      {
        object: 'PersistentVolume/pv-1',
        severity: 'critical',
        reason: 'Failed',
        message:
          'PersistentVolume/pv-1 is Failed: its claim PersistentVolumeClaim/shop/data is gone, and it could not be reclaimed (policy Delete). Its disk may still be there, with its data. See `kubectl describe pv pv-1`.',
      },
    ]);
  });

  it('for a volume that no claim is known of', () => {
    expect(found({ phase: 'Failed', claimed: false })[0]?.message).toContain(
      'is Failed: its volume could not be reclaimed (policy Delete).',
    );
  });
});

describe('pv-failed at its boundaries', () => {
  it('fires at exactly 5 minutes in the phase and not a second before', () => {
    expect([5, 5 - 1 / 60].map((since) => found({ phase: 'Failed', since }).length)).toEqual([1, 0]);
  });
});

describe('pv-failed is silent', () => {
  it.each<[string, VolumeFixture]>([
    ['for a volume in use', { phase: 'Bound' }],
    ['for a volume that waits for a claim', { phase: 'Available', claimed: false }],
    ['for a volume that is kept after its claim is gone', { phase: 'Released' }],
    ['for a volume that is being deleted', { phase: 'Failed', deleting: true }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('for a volume that nobody has looked at yet', () => {
    expect(findingsOf(pvFailed, { persistentvolumes: [{ metadata: { name: 'new' } }] })).toEqual([]);
  });
});

it('pv-failed is unknown, not healthy, where volumes cannot be read', () => {
  const message = 'the operator may not list and watch persistentvolumes: forbidden';
  expect(verdictOf(pvFailed, { knowledge: { persistentvolumes: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
