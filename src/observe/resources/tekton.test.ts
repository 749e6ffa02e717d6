import fc from 'fast-check';
import { minutesAgo } from '../../../test/fixtures/cluster.ts';
import { failedTask, type RunFixture, tektonRun } from '../../../test/fixtures/tekton.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { DeliveryView } from '../delivery.ts';
import { runsKept } from '../runs.ts';
import { failedTasks, pipelineruns, taskruns } from './tekton.ts';

const gathered = (...runs: object[]) =>
  runs.reduce<DeliveryView | undefined>((before, run) => pipelineruns.project(run as KubeObject, before), undefined);
const keyOf = (run: object) => pipelineruns.gather!.keyOf(run as KubeObject);
const ok = { status: 'True' } as const;

it('a pipeline remembers how its runs ended, the first failure of the row and the last success', () => {
  const view = gathered(tektonRun('build', 90, ok), tektonRun('build', 60), tektonRun('build', 30, { message: 'the last' }));
  expect(view).toMatchObject({ kind: 'Pipeline', name: 'build', namespace: 'shop', state: 'Failing', since: minutesAgo(60) });
  expect(view).toMatchObject({ lastSuccessAt: minutesAgo(90), failure: { reason: 'Failed', text: 'the last' } });
  expect(view?.runs?.map(({ at, ok }) => [at, ok])).toEqual([
    [minutesAgo(90), true],
    [minutesAgo(60), false],
    [minutesAgo(30), false],
  ]);
});

it('is healthy again when a later run succeeds, and says no longer why it failed', () => {
  const view = gathered(tektonRun('build', 30), tektonRun('build', 10, ok));
  expect(view).toMatchObject({ state: 'Healthy', failure: undefined, since: minutesAgo(10), lastSuccessAt: minutesAgo(10) });
});

describe('runs belong to one pipeline', () => {
  const without = { generateName: undefined };
  it.each<[string, string, RunFixture]>([
    ['by the pipeline that they refer to', 'shop/build', { spec: { pipelineRef: { name: 'build' } }, metadata: { generateName: 'pr-' } }],
    ['by the name that they were made from', 'shop/pr', { spec: { pipelineRef: { resolver: 'git' } }, metadata: { generateName: 'pr-' } }],
    ['by their label', 'shop/nightly', { metadata: { ...without, labels: { 'tekton.dev/pipeline': 'nightly' } } }],
    ['alone, by their own name', 'shop/once', { name: 'once', metadata: without }],
  ])('%s', (_, key, options) => {
    expect(keyOf(tektonRun('other', 5, options))).toBe(key);
  });
});

it.each<[string, object]>([
  ['that goes on', tektonRun('build', 5, { status: 'Unknown' })],
  ['that was cancelled', tektonRun('build', 5, { reason: 'Cancelled' })],
  ['that was cancelled, in the words of old versions', tektonRun('build', 5, { reason: 'PipelineRunCancelled' })],
  ['that was stopped, so that a task of it failed', tektonRun('build', 5, { spec: { status: 'StoppedRunFinally' } })],
  ['that will be tried again', tektonRun('build', 5, { reason: 'ToBeRetried' })],
  ['without a status', { metadata: { name: 'build-1', namespace: 'shop', generateName: 'build-' } }],
  ['without conditions', { metadata: { name: 'build-1', namespace: 'shop' }, status: { completionTime: minutesAgo(5) } }],
  [
    'whose end is no time',
    { ...tektonRun('build', 5), status: { completionTime: 'soon', conditions: [{ type: 'Succeeded', status: 'True' }] } },
  ],
])('a run %s changes nothing, whether or not others are known', (_, run) => {
  const before = gathered(tektonRun('build', 60, ok));
  expect(pipelineruns.project(run as KubeObject, before)).toBe(before);
  expect(pipelineruns.project(run as KubeObject)).toBeUndefined();
});

it('runs of tasks by themselves are read alone, and of those of pipelines the first that failed', () => {
  expect(taskruns.labelSelector).toBe('!tekton.dev/pipelineRun');
  expect(taskruns.project(tektonRun('scan', 5) as KubeObject)).toMatchObject({ kind: 'Task', name: 'scan' });
  expect(failedTasks.labelSelector).toBe('tekton.dev/pipelineRun');
  const [early, late] = [failedTask('build-1', 'compile', 'a', 30), failedTask('build-1', 'report', 'b', 20)];
  for (const order of [
    [early, late],
    [late, early],
  ]) {
    const [first, second] = order as KubeObject[];
    const view = failedTasks.project(second!, failedTasks.project(first!));
    expect(view).toMatchObject({ name: 'build-1', namespace: 'shop', task: 'compile', failure: { reason: 'Failed', text: 'a' } });
    expect(failedTasks.gather?.keyOf(first!)).toBe('shop/build-1');
  }
  expect(failedTasks.project(tektonRun('compile', 5, { reason: 'TaskRunCancelled' }) as KubeObject)).toBeUndefined();
});

it('what is remembered is the same whatever the order of the runs, and however often each is seen', () => {
  const run = fc
    .record({ minutes: fc.integer({ min: 0, max: 300 }), status: fc.constantFrom('True', 'False', 'Unknown') })
    .map(({ minutes, status }) =>
      tektonRun('build', minutes, { status, name: `build-${minutes % 7}`, message: `at ${minutes} ${status}` }),
    );
  const runs = fc.uniqueArray(run, {
    maxLength: 2 * runsKept,
    size: 'max',
    selector: ({ metadata, status }) => metadata.name + status.completionTime,
  });
  fc.assert(
    fc.property(
      runs.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length }))),
      ([once, shuffledTwice]) => {
        expect(gathered(...shuffledTwice)).toEqual(gathered(...once));
      },
    ),
    { numRuns: 200 },
  );
});

it('ten thousand runs with long messages leave little behind', () => {
  const runs = Array.from({ length: 10_000 }, (_, index) =>
    tektonRun('build', index / 10, { name: `build-${index}`, message: 'x'.repeat(8_192) }),
  );
  const view = gathered(...runs);
  expect(view?.runs).toHaveLength(runsKept);
  expect(JSON.stringify(view).length).toBeLessThan(12_000);
  expect(view?.failure?.text).toHaveLength(2_048);
});
