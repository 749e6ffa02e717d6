import type { CronJob } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface CronJobView {
  name: string;
  namespace: string;
  /** Of its pods, as far as its template says. */
  podLabels: Readonly<Record<string, string>>;
  /** As it is written. */
  schedule: string;
  /** '' where it says none: then it is that of kube-controller-manager, which nobody can ask. */
  timeZone: string;
  /** A run that comes later than it may is left out. */
  hasStartingDeadline: boolean;
  suspended: boolean;
  /** A run is left out because the one before has not ended. */
  waitsForItsJob: boolean;
  /** RFC 3339: when it was last started, or else made, and when a run of it last succeeded. */
  lastAt: string;
  lastSuccessAt: string | undefined;
  deleting: boolean;
}

export const cronjobs = defineResource({
  type: { group: 'batch', version: 'v1', resource: 'cronjobs', kind: 'CronJob', namespaced: true },
  project: ({ metadata, spec, status }: CronJob): CronJobView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    podLabels: spec?.jobTemplate?.spec?.template?.metadata?.labels ?? {},
    schedule: spec?.schedule ?? '',
    timeZone: spec?.timeZone ?? '',
    hasStartingDeadline: spec?.startingDeadlineSeconds !== undefined,
    suspended: spec?.suspend === true,
    waitsForItsJob: spec?.concurrencyPolicy === 'Forbid' && (status?.active ?? []).length > 0,
    lastAt: status?.lastScheduleTime ?? metadata?.creationTimestamp ?? '',
    lastSuccessAt: status?.lastSuccessfulTime,
    deleting: metadata?.deletionTimestamp !== undefined,
  }),
});
