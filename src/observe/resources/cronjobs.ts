import type { CronJob } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface CronJobView {
  name: string;
  namespace: string;
  /** Of its pods, as far as its template says. */
  podLabels: Readonly<Record<string, string>>;
}

export const cronjobs = defineResource({
  type: { group: 'batch', version: 'v1', resource: 'cronjobs', kind: 'CronJob', namespaced: true },
  project: ({ metadata, spec }: CronJob): CronJobView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    podLabels: spec?.jobTemplate?.spec?.template?.metadata?.labels ?? {},
  }),
});
