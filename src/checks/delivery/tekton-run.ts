import * as z from 'zod';
import type { DeliveryView } from '../../observe/delivery.ts';
import { instantOf } from '../../observe/resource.ts';
import { isOver, presentRow, type Run, runsKept } from '../../observe/runs.ts';
import { type Context, defineCheck, type Observation } from '../check.ts';
import { wholeNumber } from '../parameters.ts';
import { deliveriesOf, failedDeliveries, judgeDeliveries } from './deliveries.ts';

const hourMs = 60 * 60_000;

/** From how many failures on a pipeline is told of. */
interface Limits {
  inARow: number;
  withinAnHour: number;
}

export const tektonRun = defineCheck({
  id: 'tekton-run',
  area: 'Delivery',
  tier: 'Level3',
  title: 'A pipeline of Tekton fails again and again',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['pipelineruns', 'namespaces'], optional: ['taskruns', 'failed-tasks'] },
  remediation:
    'Look at the last run: which task and step failed, and its log (`tkn pipelinerun logs --last`). What the cause names comes first: a Secret, a registry, a quota or policy that refuses the pod of a task. The finding ends when a run succeeds.',
  references: ['Tekton: condition Succeeded of PipelineRun and TaskRun', 'own default: 2 failures in a row, or 3 within an hour'],
  parameters: z.strictObject({
    inARow: wholeNumber(2, 'After how many failed runs in a row it is told of.', { min: 2, max: runsKept }),
    withinAnHour: wholeNumber(3, 'After how many failed runs within an hour, though others succeeded between them.', {
      min: 2,
      max: runsKept,
    }),
  }),
  evaluate: (context) =>
    judgeDeliveries(context, 'Tekton', ['pipelineruns', 'taskruns'], (resource) =>
      deliveriesOf(context, resource).flatMap((delivery) => judge(context, delivery, context.parameters)),
    ),
});

function judge(context: Context, delivery: DeliveryView, limits: Limits): Observation[] {
  const { runs = [], state, kind, namespace } = delivery;
  if (state !== 'Failing' || isOver(runs, context.now)) return [];
  const often = howOften(runs, limits);
  const task = kind === 'Pipeline' ? failedTaskOf(context, delivery) : undefined;
  const resource = `${kind.toLowerCase()}runs.tekton.dev`;
  const telling = {
    reason: 'RunsFail',
    what: `${often?.words ?? ''}${task ? `, the last time in its task ${task.task}` : ''}`,
    resource,
    look: `See its runs: kubectl -n ${namespace} get ${resource} --sort-by=.status.completionTime.`,
  };
  if (often) return failedDeliveries([{ ...delivery, since: often.since, failure: task?.failure ?? delivery.failure }], telling);
  // After a restart those before may have been deleted: as often as was known it may have failed.
  return runs.every(({ ok }) => !ok) ? failedDeliveries([{ ...delivery, state: 'Progressing' }], telling) : [];
}

/** Since when it has failed so often that it is told of; undefined where it has not. The hour is the one up to the last failure. */
function howOften(runs: readonly Run[], { inARow, withinAnHour }: Limits): { words: string; since: string | undefined } | undefined {
  const row = presentRow(runs);
  if (row.length >= inARow) return { words: `has failed in ${inARow} runs in a row, or more`, since: row[inARow - 1]?.at };
  const last = instantOf(runs.at(-1)?.at)?.epochMilliseconds ?? 0;
  const recent = runs.filter(({ ok, at }) => !ok && last - (instantOf(at)?.epochMilliseconds ?? 0) <= hourMs);
  if (recent.length < withinAnHour) return undefined;
  return { words: `has failed ${withinAnHour} times within an hour, or more`, since: recent[withinAnHour - 1]?.at };
}

/** Of a run whose tasks failed the run itself says only how many; one that failed before it came to a task says why. */
function failedTaskOf({ view }: Context, { runs = [], namespace, failure }: DeliveryView) {
  return failure?.reason === 'Failed' ? view.get('failed-tasks', `${namespace}/${runs.at(-1)?.name ?? ''}`) : undefined;
}
