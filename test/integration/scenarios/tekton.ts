import { installApis, put } from './delivered.ts';
import { ago } from './own-nodes.ts';
import { namespace, type Scenario, type World } from './scenario.ts';

/** Scenarios of Tekton: runs as its controller leaves them. */

const check = 'tekton-run';

interface Ended {
  hoursAgo: number;
  reason?: string;
  status?: 'True' | 'False' | 'Unknown';
  inNamespace?: string;
}

/** A run of the pipeline, by whose name and time it is called. */
async function ran(
  world: World,
  pipeline: string,
  { hoursAgo, status = 'False', reason = 'Failed', inNamespace = check }: Ended,
): Promise<void> {
  const at = ago({ minutes: hoursAgo * 60 });
  const succeeded = { type: 'Succeeded', status, reason, message: 'Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 1' };
  await put(world, 'pipelineruns', `${pipeline}-${hoursAgo}`, inNamespace, {
    spec: { pipelineRef: { name: pipeline } },
    status: { conditions: [{ ...succeeded, lastTransitionTime: at }], ...(status === 'Unknown' ? {} : { completionTime: at }) },
  });
}

/** The task of a failed run that made it fail. */
async function taskFailed(world: World, pipelineRun: string): Promise<void> {
  const at = ago({ hours: 1 });
  const message = '"step-compile" exited with code 1';
  await put(world, 'taskruns', `${pipelineRun}-build`, check, {
    labels: { 'tekton.dev/pipelineRun': pipelineRun, 'tekton.dev/pipelineTask': 'build' },
    status: { completionTime: at, conditions: [{ type: 'Succeeded', status: 'False', reason: 'Failed', message, lastTransitionTime: at }] },
  });
}

const failsTwice = async (world: World, pipeline: string, more: Partial<Ended> = {}) => {
  await ran(world, pipeline, { hoursAgo: 2, ...more });
  await ran(world, pipeline, { hoursAgo: 1, ...more });
};

export const tekton: readonly Scenario[] = [
  {
    check,
    object: `Pipeline/${check}/shop`,
    prepare: async (world) => {
      await installApis(world, check, { pipelineruns: undefined, taskruns: undefined });
      await ran(world, 'shop', { hoursAgo: 3, status: 'True', reason: 'Succeeded' });
    },
    fault: async (world) => {
      await failsTwice(world, 'shop');
      await taskFailed(world, 'shop-1');
      // What cleans up takes none of it back.
      await world.remove('pipelineruns.tekton.dev', 'shop-2', check);
    },
    mend: (world) => ran(world, 'shop', { hoursAgo: 0.5, status: 'True', reason: 'Succeeded' }),
    lookAlikes: [
      { what: 'a pipeline that was cancelled twice', arrange: (world) => failsTwice(world, 'cancelled', { reason: 'Cancelled' }) },
      {
        what: 'one that runs for the first time',
        arrange: (world) => ran(world, 'first', { hoursAgo: 1, status: 'Unknown', reason: 'Running' }),
      },
      { what: 'one that failed once', arrange: (world) => ran(world, 'once', { hoursAgo: 1 }) },
      {
        what: 'one that failed and then succeeded',
        arrange: async (world) => {
          await failsTwice(world, 'mended');
          await ran(world, 'mended', { hoursAgo: 0.5, status: 'True', reason: 'Succeeded' });
        },
      },
      {
        what: 'one of a namespace that is not covered',
        arrange: async (world) => {
          await world.apply(namespace(`other-${check}`));
          await failsTwice(world, 'shop', { inNamespace: `other-${check}` });
        },
      },
    ],
  },
];
