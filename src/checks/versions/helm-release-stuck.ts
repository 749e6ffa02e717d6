import { instantOf } from '../../observe/resource.ts';
import type { HelmReleaseSecretView } from '../../observe/resources/helm-release-secrets.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

export const helmReleaseStuck = defineCheck({
  id: 'helm-release-stuck',
  area: 'Versions',
  tier: 'Level1',
  title: 'A Helm release failed, or an operation on it never ended',
  severity: 'warning',
  for: '30m',
  needs: { resources: ['helm-release-secrets'] },
  remediation:
    'See what happened (`helm history`, `helm status`). After a failure mend the cause and upgrade again, or `helm rollback`; a pending release whose helm process is gone blocks every upgrade until it is rolled back.',
  references: [
    'Helm: release status pending-install, pending-upgrade, pending-rollback, failed',
    'own default: 30m, longer than helm waits',
  ],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const releases = new Map<string, HelmReleaseSecretView[]>();
    for (const secret of view.list('helm-release-secrets')) {
      const key = `${secret.namespace}/${secret.release}`;
      const revisions = releases.get(key);
      if (revisions) revisions.push(secret);
      else releases.set(key, [secret]);
    }
    return { observations: [...releases].flatMap(([key, revisions]) => observe(key, revisions)) };
  },
});

const inTrouble = /^(pending-.+|failed)$/;

/** The newest revision counts. What retries makes a revision each time, so the time is that of the first one since the last good one. */
function observe(key: string, revisions: HelmReleaseSecretView[]): Observation[] {
  revisions.sort((a, b) => b.revision - a.revision);
  const [newest] = revisions;
  if (!newest || !inTrouble.test(newest.status)) return [];
  const lastGood = revisions.findIndex(({ status }) => !inTrouble.test(status));
  const first = revisions.at(lastGood === -1 ? -1 : lastGood - 1);
  const failed = newest.status === 'failed';
  return [
    {
      object: `Release/${key}`,
      // One reason for both: what retries goes back and forth between them.
      reason: 'ReleaseStuck',
      message: failed
        ? `The last operation on the Helm release ${key} failed. Mend its cause and upgrade again, or roll back.`
        : `The Helm release ${key} is ${newest.status}: the operation did not end. Roll back, unless helm still runs.`,
      since: instantOf(first?.changedAt),
    },
  ];
}
