import type { KubeObject } from '../../kube/types.ts';
import { addressOf, type Conditions, conditionOf, type DeliveryFailure, type DeliveryView, failureOf } from '../delivery.ts';
import { defineResource, instantOf } from '../resource.ts';
import { isOver, presentRow, type Run, withRun } from '../runs.ts';

/**
 * Tekton: runs of pipelines, and of tasks by themselves. There may be thousands that have ended, and what cleans up deletes them all the time;
 * so that what is kept is one view of each pipeline, which remembers how its last runs ended. Both versions of the API say that alike.
 */

interface TektonRun extends KubeObject {
  spec?: { status?: string; pipelineRef?: { name?: string }; taskRef?: { name?: string } };
  status?: { conditions?: Conditions; completionTime?: string; provenance?: { refSource?: { uri?: string } } };
}

/**
 * In the spec, or as the reason: somebody wanted it to end. As the reason alone: it will be tried again, or its failure is allowed. None of
 * these says anything about the pipeline.
 */
const stopped: ReadonlySet<string> = new Set([
  ...['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally', 'PipelineRunCancelled', 'PipelineRunStopped', 'TaskRunCancelled'],
  ...['CancelledRunningFinally', 'StoppedRunningFinally', 'ToBeRetried', 'FailureIgnored'],
]);

/** How it ended; undefined while it goes on, and where that says nothing about the pipeline. */
function endOf({ metadata, spec, status }: TektonRun): { run: Run; failure: DeliveryFailure | undefined } | undefined {
  const succeeded = conditionOf(status?.conditions, 'Succeeded');
  const at = status?.completionTime ?? succeeded?.lastTransitionTime ?? '';
  const name = metadata?.name ?? '';
  if (!name || !instantOf(at)) return undefined;
  if (succeeded?.status === 'True') return { run: { name, at, ok: true }, failure: undefined };
  if (succeeded?.status !== 'False' || stopped.has(succeeded.reason ?? '') || stopped.has(spec?.status ?? '')) return undefined;
  return { run: { name, at, ok: false }, failure: failureOf(succeeded.reason, succeeded.message) };
}

/**
 * What it is a run of: what it refers to by name, else the name it was made from, since the label comes only once a pipeline from elsewhere has
 * been fetched, and of one that is part of the run it is the run's own name.
 */
function nameOf({ metadata }: TektonRun, reference: { name?: string } | undefined, label: string): string {
  const { name = '', generateName, labels } = metadata ?? {};
  return reference?.name || generateName?.replace(/[-.]+$/, '') || labels?.[label] || name;
}

function runsOf(kind: 'Pipeline' | 'Task', resource: string, labelSelector?: string) {
  const own = (object: TektonRun) =>
    kind === 'Pipeline'
      ? nameOf(object, object.spec?.pipelineRef, 'tekton.dev/pipeline')
      : nameOf(object, object.spec?.taskRef, 'tekton.dev/task');
  return defineResource({
    type: { group: 'tekton.dev', version: 'v1', resource, kind: `${kind}Run`, namespaced: true },
    otherVersions: ['v1beta1'],
    ...(labelSelector ? { labelSelector } : {}),
    gather: {
      keyOf: (object: TektonRun) => `${object.metadata?.namespace ?? ''}/${own(object)}`,
      counts: ({ runs = [] }: DeliveryView, now) => !isOver(runs, now),
    },
    project: (object: TektonRun, before?: DeliveryView): DeliveryView | undefined => {
      const end = endOf(object);
      if (!end) return before;
      const { run, failure } = end;
      const runs = withRun(before?.runs ?? [], run);
      const last = runs.at(-1) ?? run;
      const isLast = last.name === run.name && last.at === run.at;
      const success = run.ok && run.at > (before?.lastSuccessAt ?? '') ? run.at : before?.lastSuccessAt;
      return {
        ...{ kind, name: own(object), namespace: object.metadata?.namespace ?? '' },
        state: last.ok ? 'Healthy' : 'Failing',
        since: presentRow(runs)[0]?.at,
        failure: isLast ? failure : before?.failure,
        source: isLast ? addressOf(object.status?.provenance?.refSource?.uri) : (before?.source ?? ''),
        revision: '',
        lastSuccessAt: success,
        owned: false,
        waitsFor: [],
        runs,
      };
    },
  });
}

export const pipelineruns = runsOf('Pipeline', 'pipelineruns');
/** Those of a PipelineRun are apart: what their failure means is that one's to say. */
export const taskruns = runsOf('Task', 'taskruns', '!tekton.dev/pipelineRun');

/** The task by which a PipelineRun failed, since of that the PipelineRun says no more than how many did. */
export interface FailedTaskView {
  /** Of the PipelineRun. */
  name: string;
  namespace: string;
  /** As the pipeline calls it. */
  task: string;
  /** When it failed, RFC 3339. */
  at: string;
  failure: DeliveryFailure;
}

const pipelineRunOf = ({ metadata }: TektonRun) => metadata?.labels?.['tekton.dev/pipelineRun'] ?? '';

/** The first that failed: others may have been for what it did not make. */
export const failedTasks = defineResource({
  type: taskruns.type,
  otherVersions: ['v1beta1'],
  label: 'taskruns.tekton.dev/of-pipelineruns',
  labelSelector: 'tekton.dev/pipelineRun',
  gather: {
    keyOf: (object: TektonRun) => `${object.metadata?.namespace ?? ''}/${pipelineRunOf(object)}`,
    counts: ({ task, at }: FailedTaskView, now) => !isOver([{ name: task, at, ok: false }], now),
  },
  project: (object: TektonRun, before?: FailedTaskView): FailedTaskView | undefined => {
    const { run, failure } = endOf(object) ?? {};
    const name = pipelineRunOf(object);
    if (!name || !run || !failure) return before;
    const task = object.metadata?.labels?.['tekton.dev/pipelineTask'] ?? run.name;
    if (before && (before.at < run.at || (before.at === run.at && before.task <= task))) return before;
    return { name, namespace: object.metadata?.namespace ?? '', task, at: run.at, failure };
  },
});
