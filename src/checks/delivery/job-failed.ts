import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { CronJobView } from '../../observe/resources/cronjobs.ts';
import type { JobView } from '../../observe/resources/jobs.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { earliest, isJudged } from '../workloads/pod-states.ts';
import { classify } from './classify.ts';
import { missingFrom } from './cron-times.ts';

/** A Job by itself is told of for a day; nobody runs it again to take it back. */
const toldForMs = 24 * 60 * 60_000;
/** Runs of a CronJob that have failed in a row, from which on the message says so. */
const row = 3;

export const jobFailed = defineCheck({
  id: 'job-failed',
  area: 'Delivery',
  tier: 'Level3',
  title: 'A Job has failed for good, or a CronJob does not run',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['jobs', 'cronjobs', 'namespaces'] },
  remediation:
    'Read the log of the pods of the Job, as long as they are there, and its Events. A CronJob is over it when its next run succeeds: `kubectl create job --from=cronjob/<name> <name>-now` makes one now, which counts only as a Job by itself.',
  references: [
    'kubernetes-mixin: KubeJobFailed (15m)',
    'Kubernetes: Job conditions, CronJob status',
    'own default: 24h for a Job by itself',
  ],
  alerts: ['KubeJobFailed'],
  parameters: noParameters,
  evaluate: (context) => {
    const { view, now } = context;
    const isOurs = ({ namespace, deleting }: JobView | CronJobView) => !deleting && isJudged(context, namespace);
    const alone = view.list('jobs').filter((job) => job.owner === '' && isOurs(job));
    const runs = runsByCronJob(view);
    const cronJobs = view.list('cronjobs').filter((cronJob) => isOurs(cronJob) && !cronJob.suspended);
    return {
      observations: [
        ...alone.flatMap((job) => failedAlone(job, now) ?? []),
        ...cronJobs.flatMap((cronJob) => failedRuns(cronJob, runs.get(nameOf(cronJob)) ?? []) ?? notScheduled(cronJob, now) ?? []),
      ],
    };
  },
});

const nameOf = ({ namespace, name }: CronJobView) => objectName('CronJob', name, namespace);

function runsByCronJob(view: ClusterView): ReadonlyMap<string, JobView[]> {
  const runs = view.list('jobs').filter(({ owner, deleting }) => owner.startsWith('CronJob/') && !deleting);
  return Map.groupBy(runs, ({ owner, namespace }) => objectName('CronJob', owner.slice('CronJob/'.length), namespace));
}

/** Of Jobs that something else controls, such as a workflow, that one decides what their failure means. */
function failedAlone({ name, namespace, failed }: JobView, now: Temporal.Instant): Observation | undefined {
  const at = instantOf(failed?.at);
  if (!failed || !at || now.epochMilliseconds - at.epochMilliseconds >= toldForMs) return undefined;
  const object = objectName('Job', name, namespace);
  return {
    object,
    reason: 'JobFailed',
    ...placeOf(failed.reason),
    message: `${object} has failed and is not tried again${inBrackets(failed.reason)}. Read why: kubectl -n ${namespace} logs job/${name}. It is told of for 24h, or until the Job is deleted.`,
    since: at,
  };
}

/** Until a run that began later succeeds. */
function failedRuns(cronJob: CronJobView, runs: readonly JobView[]): Observation | undefined {
  const success = runs.reduce((newest, { succeeded, startedAt }) => (succeeded && startedAt > newest ? startedAt : newest), '');
  const failures = runs
    .filter(({ failed, startedAt }) => failed && startedAt > success && !isBefore(failed.at, cronJob.lastSuccessAt))
    .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const [last] = failures;
  if (!last?.failed) return undefined;
  const object = nameOf(cronJob);
  const which = failures.length >= row ? `The last ${row} runs of ${object}, or more, have failed` : `A run of ${object} has failed`;
  return {
    object,
    reason: 'JobFailed',
    ...placeOf(last.failed.reason),
    message: `${which} and none has succeeded since${inBrackets(last.failed.reason)}. See its Jobs and their logs: kubectl -n ${cronJob.namespace} get jobs.`,
    since: earliest(failures.map(({ failed }) => instantOf(failed?.at))),
  };
}

/** RFC 3339 in UTC, as the API server writes it, is in the order of its text. */
function isBefore(at: string | undefined, success: string | undefined): boolean {
  return at !== undefined && success !== undefined && at < success;
}

/** One with a starting deadline leaves out what it could not start in time, as after a suspension, which is no fault. */
function notScheduled(cronJob: CronJobView, now: Temporal.Instant): Observation | undefined {
  const last = instantOf(cronJob.lastAt);
  if (!last || cronJob.hasStartingDeadline || cronJob.waitsForItsJob) return undefined;
  const since = missingFrom(cronJob, last);
  if (!since || Temporal.Instant.compare(since, now) > 0) return undefined;
  const object = nameOf(cronJob);
  return {
    object,
    reason: 'NotScheduled',
    stage: 'Queue',
    cause: 'Unknown',
    message: `${object} has not been started since ${cronJob.lastAt}, though its schedule "${cronJob.schedule}" says so. See its Events, and whether kube-controller-manager runs: kubectl -n ${cronJob.namespace} describe cronjob ${cronJob.name}.`,
    since,
  };
}

function placeOf(reason: string): Pick<Observation, 'stage' | 'cause'> {
  const { stage, cause } = classify({ text: '', reason, kind: 'Job' });
  return { stage, cause };
}

function inBrackets(reason: string): string {
  return reason ? ` (${reason})` : '';
}
