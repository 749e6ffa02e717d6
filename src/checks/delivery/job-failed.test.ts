import { type ClusterFixture, clusterOf, minutesAgo, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { jobFailed } from './job-failed.ts';

interface JobFixture {
  owner?: string;
  /** Minutes since it failed or succeeded; absent: it runs. */
  failed?: number;
  succeeded?: number;
  reason?: string;
  /** Default: 10 minutes before its end. */
  started?: number;
  deleting?: boolean;
}

function job(name: string, { owner = '', failed, succeeded, reason = 'BackoffLimitExceeded', started, deleting }: JobFixture = {}): object {
  const [kind, of] = owner.split('/');
  const ended = failed ?? succeeded ?? 0;
  const condition = (type: string) => ({ type, status: 'True', reason, lastTransitionTime: minutesAgo(ended) });
  return {
    metadata: {
      ...{ name, namespace: 'shop', creationTimestamp: minutesAgo(started ?? ended + 10) },
      ...(owner ? { ownerReferences: [{ apiVersion: 'batch/v1', kind, name: of, uid: 'u', controller: true }] } : {}),
      ...(deleting ? { deletionTimestamp: minutesAgo(1) } : {}),
    },
    status: {
      startTime: minutesAgo(started ?? ended + 10),
      conditions: [...(failed === undefined ? [] : [condition('Failed')]), ...(succeeded === undefined ? [] : [condition('Complete')])],
    },
  };
}

const run = (name: string, options: JobFixture) => job(name, { owner: 'CronJob/report', ...options });
/** It is Monday, 12:00. */
const report = (spec: object = {}, status: object = {}, metadata: object = {}) => ({
  metadata: { name: 'report', namespace: 'shop', creationTimestamp: minutesAgo(60 * 24 * 30), ...metadata },
  spec: { schedule: '0 * * * *', timeZone: 'Etc/UTC', ...spec },
  status: { lastScheduleTime: minutesAgo(0), ...status },
});
const found = (cluster: ClusterFixture) => findingsOf(jobFailed, cluster);
const alone = (options: JobFixture) => found({ jobs: [job('import', options)] });
const runs = (...jobs: object[]) => found({ jobs, cronjobs: [report()] });
const late = (spec: object, lastMinutes: number, status: object = {}) =>
  found({ cronjobs: [report(spec, { lastScheduleTime: minutesAgo(lastMinutes), ...status })] });

describe('job-failed fires', () => {
  it('on a Job by itself that is not tried again', () => {
    expect(alone({ failed: 60 })).toEqual([
      {
        object: 'Job/shop/import',
        severity: 'warning',
        reason: 'JobFailed',
        message:
          'Job/shop/import has failed and is not tried again (BackoffLimitExceeded). Read why: kubectl -n shop logs job/import. It is told of for 24h, or until the Job is deleted.',
      },
    ]);
  });

  it.each([
    ['BackoffLimitExceeded', 'CrashLoop'],
    ['DeadlineExceeded', 'DeadlineExceeded'],
    ['PodFailurePolicy', 'Unknown'],
  ])('and puts %s down to %s', (reason, cause) => {
    const { checks } = configureChecks([jobFailed], []);
    const { observations } = runCheck(checks[0]!, clusterOf({ jobs: [job('import', { failed: 60, reason })] }), now, createAgreement());
    expect(observations).toEqual([expect.objectContaining({ stage: 'Deploy', cause })]);
  });

  it('once for all runs of a CronJob, with the reason of the last', () => {
    const found = runs(run('report-1', { failed: 200 }), run('report-2', { failed: 60, reason: 'DeadlineExceeded' }));
    expect(found.map(({ object, message }) => [object, message])).toEqual([
      [
        'CronJob/shop/report',
        'A run of CronJob/shop/report has failed and none has succeeded since (DeadlineExceeded). See its Jobs and their logs: kubectl -n shop get jobs.',
      ],
    ]);
  });

  it('and says where three have failed in a row', () => {
    const three = [1, 2, 3].map((index) => run(`report-${index}`, { failed: 60 * index }));
    expect(runs(...three)[0]?.message).toContain('The last 3 runs of CronJob/shop/report, or more, have failed');
    expect(runs(run('report-0', { succeeded: 90 }), ...three)[0]?.message).toContain('A run of CronJob/shop/report has failed');
  });

  it('while only an older run has succeeded, and while a new one runs', () => {
    expect(runs(run('report-1', { succeeded: 120 }), run('report-2', { failed: 60 }), run('report-3', {}))).toHaveLength(1);
  });

  it('on a CronJob that was not started when it should have been', () => {
    expect(late({}, 120)).toEqual([
      {
        object: 'CronJob/shop/report',
        severity: 'warning',
        reason: 'NotScheduled',
        message:
          'CronJob/shop/report has not been started since 2026-11-23T10:00:00Z, though its schedule "0 * * * *" says so. See its Events, and whether kube-controller-manager runs: kubectl -n shop describe cronjob report.',
      },
    ]);
  });

  it('on one that was never started', () => {
    expect(found({ cronjobs: [report({}, { lastScheduleTime: undefined }, { creationTimestamp: minutesAgo(100) })] })).toHaveLength(1);
  });
});

describe('job-failed at its boundaries', () => {
  it('fires after exactly 15 minutes, for a Job and for a run that is missing', () => {
    expect([alone({ failed: 15 }), alone({ failed: 15 - 1 / 60 })].map(({ length }) => length)).toEqual([1, 0]);
    expect([late({ schedule: '45 * * * *' }, 75), late({ schedule: '46 * * * *' }, 74)].map(({ length }) => length)).toEqual([1, 0]);
  });

  it('tells of a Job by itself for 24 hours, and of a CronJob for as long as it lasts', () => {
    expect([alone({ failed: 24 * 60 - 1 }), alone({ failed: 24 * 60 })].map(({ length }) => length)).toEqual([1, 0]);
    expect(runs(run('report-1', { failed: 48 * 60 }))).toHaveLength(1);
  });

  it('waits for a day more where nobody says in which zone, and an hour where that makes no difference to the hour', () => {
    const daily = { schedule: '0 2 * * *', timeZone: undefined };
    expect([late(daily, 11 * 60), late(daily, 35 * 60), late(daily, 80 * 60)].map(({ length }) => length)).toEqual([0, 0, 1]);
    const hourly = { timeZone: undefined };
    expect([late(hourly, 120), late(hourly, 240)].map(({ length }) => length)).toEqual([0, 1]);
    const weekly = { schedule: '0 2 * * 1', timeZone: undefined };
    expect(late(weekly, 6 * 24 * 60)).toEqual([]);
  });
});

describe('job-failed is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['about a Job that has succeeded', { jobs: [job('import', { succeeded: 60 })] }],
    ['about one that is still tried', { jobs: [job('import', { started: 600 })] }],
    ['about one that is being deleted', { jobs: [job('import', { failed: 60, deleting: true })] }],
    ['about one of a workflow, which decides', { jobs: [job('import', { failed: 60, owner: 'Workflow/nightly' })] }],
    [
      'about a run after which one has succeeded',
      { cronjobs: [report()], jobs: [run('report-1', { failed: 120 }), run('report-2', { succeeded: 60 })] },
    ],
    [
      'about one after which one has succeeded and is gone',
      { cronjobs: [report({}, { lastSuccessfulTime: minutesAgo(60) })], jobs: [run('report-1', { failed: 120 })] },
    ],
    ['about runs of a CronJob that is suspended', { cronjobs: [report({ suspend: true })], jobs: [run('report-1', { failed: 120 })] }],
    ['about runs of one that is gone', { jobs: [run('report-1', { failed: 120 })] }],
    ['about one that is suspended and so not started', { cronjobs: [report({ suspend: true }, { lastScheduleTime: minutesAgo(6000) })] }],
    ['about one that is not due', { cronjobs: [report({ schedule: '0 2 * * *' }, { lastScheduleTime: minutesAgo(600) })] }],
    [
      'about one that waits for the run before',
      { cronjobs: [report({ concurrencyPolicy: 'Forbid' }, { lastScheduleTime: minutesAgo(600), active: [{ name: 'report-1' }] })] },
    ],
    ['about one that may leave out a run', { cronjobs: [report({ startingDeadlineSeconds: 60 }, { lastScheduleTime: minutesAgo(600) })] }],
    ['about a schedule in another form', { cronjobs: [report({ schedule: '@every 1h' }, { lastScheduleTime: minutesAgo(600) })] }],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
  });

  it('in a namespace that is not covered', () => {
    expect(findingsOf(jobFailed, { jobs: [job('import', { failed: 60 })] }, {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });
});

it('job-failed is unknown, not healthy, where Jobs cannot be read', () => {
  const message = 'the operator may not list and watch jobs: jobs is forbidden';
  expect(verdictOf(jobFailed, { knowledge: { jobs: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
