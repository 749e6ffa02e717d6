import { minutesAgo } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { configureChecks } from '../run.ts';
import { crdStoredVersion } from './crd-stored-version.ts';

interface CrdFixture {
  stored: string[];
  served: string[];
  /** Versions that are there but not answered. */
  unserved?: string[];
  storage?: string;
  deleting?: boolean;
  labels?: Record<string, string>;
}

function crd({ stored, served, unserved = [], storage = 'v1', deleting, labels = {} }: CrdFixture): object {
  const version = (name: string, isServed: boolean) => ({ name, served: isServed, storage: name === storage });
  return {
    metadata: { name: 'widgets.example.com', labels, ...(deleting ? { deletionTimestamp: minutesAgo(1) } : {}) },
    spec: {
      group: 'example.com',
      names: { kind: 'Widget' },
      versions: [...served.map((name) => version(name, true)), ...unserved.map((name) => version(name, false))],
    },
    status: { storedVersions: stored },
  };
}

const found = (options: CrdFixture) => findingsOf(crdStoredVersion, { customresourcedefinitions: [crd(options)] });

describe('crd-stored-version fires', () => {
  it('for several stored versions', () => {
    expect(found({ stored: ['v1beta1', 'v1'], served: ['v1beta1', 'v1'] })).toEqual([
      {
        object: 'CustomResourceDefinition/widgets.example.com',
        severity: 'warning',
        reason: 'SeveralStoredVersions',
        message:
          'Widget objects of CustomResourceDefinition/widgets.example.com may be stored as v1beta1, v1. Write them all as v1 and correct status.storedVersions: an upgrade that drops one of the others is refused until then.',
      },
    ]);
  });

  it('for a stored version that is no longer served, and says only that', () => {
    expect(found({ stored: ['v1beta1', 'v1'], served: ['v1'], unserved: ['v1beta1'] })).toEqual([
      {
        object: 'CustomResourceDefinition/widgets.example.com',
        severity: 'warning',
        reason: 'StoredVersionNotServed',
        message:
          'Widget objects of CustomResourceDefinition/widgets.example.com may be stored as v1beta1, which is no longer served. Write them as v1 and correct status.storedVersions before the CRD is upgraded.',
      },
    ]);
  });

  it('for the only stored version, where it is not served', () => {
    expect(found({ stored: ['v1beta1'], served: ['v1'], unserved: ['v1beta1'] }).map(({ reason }) => reason)).toEqual([
      'StoredVersionNotServed',
    ]);
  });
});

describe('crd-stored-version at its boundaries', () => {
  it.each([
    [['v1'], 0],
    [['v1', 'v1beta1'], 1],
    [[], 0],
  ])('%j gives %d', (stored, count) => {
    expect(found({ stored, served: ['v1beta1', 'v1'] })).toHaveLength(count);
  });

  it('waits 24 hours, so that an upgrade may migrate what is stored', () => {
    expect(configureChecks([crdStoredVersion], []).checks[0]?.holdMs).toBe(24 * 3_600_000);
  });
});

describe('crd-stored-version is silent', () => {
  it('for a CRD that serves several versions and stores one', () => {
    expect(found({ stored: ['v1'], served: ['v1alpha1', 'v1beta1', 'v1'] })).toEqual([]);
  });

  it('for a version that is neither served nor stored', () => {
    expect(found({ stored: ['v1'], served: ['v1'], unserved: ['v1beta1'] })).toEqual([]);
  });

  it('for a CRD that is being deleted', () => {
    expect(found({ stored: ['v1beta1', 'v1'], served: ['v1'], deleting: true })).toEqual([]);
  });

  it('for a CRD that the provider keeps as it wants it', () => {
    const labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
    expect(found({ stored: ['v1beta1', 'v1'], served: ['v1'], labels })).toEqual([]);
  });

  it('for a CRD of which nothing is stored yet', () => {
    expect(findingsOf(crdStoredVersion, { customresourcedefinitions: [{ metadata: { name: 'new.example.com' } }] })).toEqual([]);
  });
});

it('crd-stored-version is unknown, not healthy, where CRDs cannot be read', () => {
  const knowledge = { customresourcedefinitions: { state: 'NotPermitted', message: 'forbidden' } } as const;
  expect(verdictOf(crdStoredVersion, { knowledge })).toBe('Unknown: forbidden');
});
