import { minutesAgo, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { helmReleaseStuck } from './helm-release-stuck.ts';

interface RevisionFixture {
  release?: string;
  /** Minutes since the status was last written; default 60. */
  changed?: number;
  /** Helm writes modifiedAt only when it changes a status. */
  onlyCreated?: boolean;
}

function revision(version: number, status: string, { release = 'shop', changed = 60, onlyCreated }: RevisionFixture = {}): object {
  const modifiedAt = String(Math.floor((now.epochMilliseconds - changed * 60_000) / 1000));
  return {
    metadata: {
      name: `sh.helm.release.v1.${release}.v${version}`,
      namespace: 'shop',
      creationTimestamp: minutesAgo(onlyCreated ? changed : 6000),
      labels: { owner: 'helm', name: release, version: String(version), status, ...(onlyCreated ? {} : { modifiedAt }) },
    },
  };
}

const found = (...revisions: object[]) => findingsOf(helmReleaseStuck, { 'helm-release-secrets': revisions });

describe('helm-release-stuck fires', () => {
  it('for a release whose newest revision failed', () => {
    expect(found(revision(1, 'deployed'), revision(2, 'failed'))).toEqual([
      {
        object: 'Release/shop/shop',
        severity: 'warning',
        reason: 'ReleaseStuck',
        message: 'The last operation on the Helm release shop/shop failed. Mend its cause and upgrade again, or roll back.',
      },
    ]);
  });

  it.each(['pending-install', 'pending-upgrade', 'pending-rollback'])('for one that stays %s', (status) => {
    expect(found(revision(1, status))[0]?.message).toBe(
      `The Helm release shop/shop is ${status}: the operation did not end. Roll back, unless helm still runs.`,
    );
  });

  it('for what retries forever, whose newest failure is always fresh', () => {
    const retries = [
      revision(8, 'deployed', { changed: 600 }),
      revision(9, 'failed', { changed: 40 }),
      revision(10, 'failed', { changed: 10 }),
    ];
    expect(found(...retries)).toHaveLength(1);
    expect(found(...retries, revision(11, 'pending-upgrade', { changed: 1 }))).toHaveLength(1);
  });

  it('for each release by itself', () => {
    const others = [revision(1, 'deployed', { release: 'dns' }), revision(1, 'failed', { release: 'logs' })];
    expect(found(revision(1, 'failed'), ...others).map(({ object }) => object)).toEqual(
      expect.arrayContaining(['Release/shop/shop', 'Release/shop/logs']),
    );
  });
});

describe('helm-release-stuck at its boundaries', () => {
  it.each([false, true])('fires at exactly 30 minutes and not a second before, dated by its creation: %s', (onlyCreated) => {
    expect(found(revision(2, 'pending-upgrade', { changed: 30, onlyCreated }))).toHaveLength(1);
    expect(found(revision(2, 'pending-upgrade', { changed: 30 - 1 / 60, onlyCreated }))).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    const secrets = [revision(2, 'failed', { changed: 5 })];
    expect(findingsOf(helmReleaseStuck, { 'helm-release-secrets': secrets }, { for: '5m' })).toHaveLength(1);
  });
});

describe('helm-release-stuck is silent', () => {
  it.each<[string, object[]]>([
    ['for a release that is deployed', [revision(1, 'superseded'), revision(2, 'deployed')]],
    ['for a failure that a newer revision mended, in the order of numbers', [revision(9, 'failed'), revision(10, 'deployed')]],
    ['for a failure that was rolled back', [revision(1, 'superseded'), revision(2, 'failed'), revision(3, 'deployed')]],
    ['for an upgrade that runs', [revision(1, 'deployed', { changed: 900 }), revision(2, 'pending-upgrade', { changed: 5 })]],
    [
      'for a fresh failure after an old one that was mended',
      [revision(1, 'failed', { changed: 900 }), revision(2, 'deployed', { changed: 600 }), revision(3, 'failed', { changed: 5 })],
    ],
    ['for a release whose history is kept after it was uninstalled', [revision(1, 'failed'), revision(2, 'uninstalled')]],
    ['for one that is being uninstalled', [revision(2, 'uninstalling')]],
    ['for a Secret without Helm’s labels', [{ metadata: { name: 'odd', namespace: 'shop' } }]],
  ])('%s', (_, revisions) => {
    expect(found(...revisions)).toEqual([]);
  });

  it('and not applicable where its switch is off', () => {
    const knowledge = {
      'helm-release-secrets': { state: 'SwitchedOff', message: "needs the chart's value features.helmReleases: true" },
    } as const;
    expect(verdictOf(helmReleaseStuck, { knowledge })).toBe("NotApplicable: needs the chart's value features.helmReleases: true");
  });
});

it('helm-release-stuck is unknown, not healthy, where the Secrets cannot be read', () => {
  const knowledge = { 'helm-release-secrets': { state: 'NotPermitted', message: 'forbidden' } } as const;
  expect(verdictOf(helmReleaseStuck, { knowledge })).toBe('Unknown: forbidden');
});
