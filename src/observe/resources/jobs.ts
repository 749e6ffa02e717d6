import type { Job } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

/** How a Job has ended, if it has. There may be thousands, so that nothing is kept of what it runs. */
export interface JobView {
  name: string;
  namespace: string;
  /** `CronJob/report`, or what else controls it; '' where nothing does. */
  owner: string;
  /** When it began, RFC 3339. */
  startedAt: string;
  /** It will not be tried again: why, in a word, and since when. */
  failed: { reason: string; at: string | undefined } | undefined;
  succeeded: boolean;
  deleting: boolean;
}

export const jobs = defineResource({
  type: { group: 'batch', version: 'v1', resource: 'jobs', kind: 'Job', namespaced: true },
  project: ({ metadata, status }: Job): JobView => {
    const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
    const isTrue = (of: string) => status?.conditions?.find(({ type, status: value }) => type === of && value === 'True');
    const failed = isTrue('Failed');
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      owner: owner ? `${owner.kind}/${owner.name}` : '',
      startedAt: status?.startTime ?? metadata?.creationTimestamp ?? '',
      failed: failed && { reason: failed.reason ?? '', at: failed.lastTransitionTime },
      succeeded: isTrue('Complete') !== undefined,
      deleting: metadata?.deletionTimestamp !== undefined,
    };
  },
});
