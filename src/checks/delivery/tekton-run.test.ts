import { type ClusterFixture, clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { failedTask, type RunFixture, tektonRun } from '../../../test/fixtures/tekton.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { tektonRun as check } from './tekton-run.ts';

const withTekton = { deliveryTooling: ['Tekton' as const] };
const found = (cluster: ClusterFixture, parameters: Record<string, string> = {}) => findingsOf(check, cluster, { parameters }, withTekton);
const ok = { status: 'True' } as const;
const builds = (...runs: [minutes: number, options?: RunFixture][]) =>
  runs.map(([minutes, options]) => tektonRun('build', minutes, options));
const observed = (cluster: ClusterFixture) =>
  runCheck(configureChecks([check], []).checks[0]!, clusterOf(cluster), now, createAgreement(withTekton)).observations;

describe('tekton-run fires', () => {
  it('on a pipeline whose last two runs failed, with the task and the step', () => {
    const cluster = {
      pipelineruns: builds([90, ok], [60], [30]),
      'failed-tasks': [failedTask('build-30', 'compile', '"step-make" exited with code 1')],
    };
    expect(found(cluster)).toEqual([
      {
        object: 'Pipeline/shop/build',
        severity: 'warning',
        reason: 'RunsFail',
        message:
          'Pipeline/shop/build has failed in 2 runs in a row, or more, the last time in its task compile: a step of the build ended with an error (step make). See its runs: kubectl -n shop get pipelineruns.tekton.dev --sort-by=.status.completionTime.',
      },
    ]);
    expect(observed(cluster)).toMatchObject([{ stage: 'Build', cause: 'BuildFailed', dateMoves: true }]);
  });

  it('with the same message after the next failure', () => {
    const [one] = found({ pipelineruns: builds([90], [60]) });
    expect(found({ pipelineruns: builds([90], [60], [30]) })).toEqual([one]);
  });

  it('on one that failed three times within an hour, the last time too, though it succeeded between', () => {
    const [finding] = found({ pipelineruns: builds([80], [70, ok], [60], [50, ok], [40]) });
    expect(finding?.message).toContain('Pipeline/shop/build has failed 3 times within an hour, or more: its controller says Failed.');
  });

  it('on a task that is run by itself', () => {
    const run = (minutes: number) => tektonRun('scan', minutes, { message: '"step-test" exited with code 1' });
    const [finding] = found({ taskruns: [run(60), run(30)] });
    expect(finding).toMatchObject({ object: 'Task/shop/scan', reason: 'RunsFail' });
    expect(finding?.message).toContain(': a test failed (step test). See its runs: kubectl -n shop get taskruns.tekton.dev');
  });

  it('with why no task was run, where none was', () => {
    const message = 'Error retrieving pipeline for pipelinerun shop/build-30: error when listing: pipelines.tekton.dev "build" not found';
    const cluster = {
      pipelineruns: builds([60], [30, { reason: 'CouldntGetPipeline', message }]),
      'failed-tasks': [failedTask('build-30', 'compile', '"step-make" exited with code 1')],
    };
    expect(found(cluster)[0]?.message).toContain('in a row, or more: what it names is not there (Pipeline build).');
  });

  it('with the reason alone where nothing is known of its words, however long or foreign they are', () => {
    const message = `${'geht nicht '.repeat(10_000)}https://me:hunter2@git.example.com`;
    const [finding] = found({ pipelineruns: builds([60], [30, { reason: 'Kaputt', message }]) });
    expect(finding?.message).toContain('its controller says Kaputt.');
    expect(finding?.message).not.toContain('hunter2');
  });

  it('as often as it is set', () => {
    const pipelineruns = builds([90], [60], [30]);
    expect(found({ pipelineruns }, { inARow: '3' })[0]?.message).toContain('in 3 runs in a row');
    expect(found({ pipelineruns }, { inARow: '4', withinAnHour: '4' })).toEqual([]);
  });
});

describe('tekton-run at its boundaries', () => {
  it('counts three failures that lie an hour apart, and not a minute more', () => {
    const runs = (first: number) => builds([first], [70, ok], [60], [50, ok], [40]);
    expect(found({ pipelineruns: runs(100) })).toHaveLength(1);
    expect(found({ pipelineruns: runs(101) })).toEqual([]);
  });

  it('dates it from the failure by which it became one too many', () => {
    expect(observed({ pipelineruns: builds([200, ok], [90], [60], [30]) })[0]?.since?.toString()).toBe('2026-11-23T11:00:00Z');
    expect(observed({ pipelineruns: builds([80], [70, ok], [60], [50, ok], [40]) })[0]?.since?.toString()).toBe('2026-11-23T11:20:00Z');
  });

  it('tells of it until 48 hours after the last run', () => {
    const last = 48 * 60;
    expect(found({ pipelineruns: builds([last + 60], [last - 1]) })).toHaveLength(1);
    expect(observed({ pipelineruns: builds([last + 60], [last]) })).toEqual([]);
  });
});

describe('tekton-run is silent', () => {
  it.each<[string, object[]]>([
    ['a pipeline whose last run succeeded', builds([60], [50], [40], [30, ok])],
    ['one that failed once after a success', builds([60, ok], [30])],
    ['one whose failures were cancelled', builds([90, ok], [60, { reason: 'Cancelled' }], [30, { reason: 'Cancelled' }])],
    ['one whose failures will be tried again', builds([90, ok], [60, { reason: 'ToBeRetried' }], [30, { reason: 'ToBeRetried' }])],
    ['one whose failures have a cancellation between them and a success after', builds([90], [60, { reason: 'Cancelled' }], [50, ok])],
    ['one on its first run', builds([5, { status: 'Unknown' }])],
    ['one of which no controller has seen a run', [{ metadata: { name: 'build-1', namespace: 'shop' } }]],
    ['two pipelines that failed once each', [...builds([60]), tektonRun('test', 30)]],
    ['one pipeline in two namespaces', [...builds([60]), ...builds([30, { namespace: 'store' }])]],
  ])('about %s', (_, pipelineruns) => {
    expect(found({ pipelineruns })).toEqual([]);
  });

  it('about runs that are being deleted, which count all the same', () => {
    const metadata = { deletionTimestamp: '2026-11-23T11:59:00Z' };
    expect(found({ pipelineruns: builds([60], [30, { ...ok, metadata }]) })).toEqual([]);
    expect(found({ pipelineruns: builds([60, { metadata }], [30, { metadata }]) })).toHaveLength(1);
  });

  it('about a namespace that is not covered', () => {
    const cluster = { pipelineruns: builds([60], [30]) };
    expect(findingsOf(check, cluster, {}, { ...withTekton, namespaces: { exclude: ['shop'] } })).toEqual([]);
  });
});

describe('tekton-run leaves what is unknown, not healthy', () => {
  const absent = { state: 'NotInstalled', message: 'the cluster does not serve pipelineruns' } as const;

  it('where one failure is all that is left of the runs: what was found before stays', () => {
    expect(observed({ pipelineruns: builds([30]) })).toMatchObject([{ object: 'Pipeline/shop/build', uncertain: true }]);
  });

  it('and no longer where a success is known before it', () => {
    expect(observed({ pipelineruns: builds([60, ok], [30]) })).toEqual([]);
  });

  it('where the coverage does not name Tekton, or it is not installed', () => {
    expect(verdictOf(check, {})).toBe('NotApplicable: scope.deliveryTooling does not name Tekton');
    expect(verdictOf(check, { knowledge: { pipelineruns: absent, taskruns: absent } }, withTekton)).toBe(
      `NotApplicable: ${absent.message}`,
    );
  });

  it('where one kind of run may not be read, and tells of the others all the same', () => {
    const denied = { state: 'NotPermitted', message: 'the operator may not list and watch taskruns' } as const;
    const cluster = { knowledge: { taskruns: denied }, pipelineruns: builds([60], [30]) };
    expect(verdictOf(check, cluster, withTekton)).toBe(`Unknown: ${denied.message}`);
    expect(found(cluster)).toHaveLength(1);
  });
});
