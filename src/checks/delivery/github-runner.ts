import { objectName } from '../../kube/types.ts';
import { unmetNeed } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { RunnerPartView, RunnerSetView } from '../../observe/resources/github-runners.ts';
import { type Context, defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { isJudged } from '../workloads/pod-states.ts';
import { causeWords } from './cause-words.ts';
import { classify } from './classify.ts';
import { judgeDeliveries, nameOf } from './deliveries.ts';

const resources = ['autoscalingrunnersets', 'ephemeralrunners', 'autoscalinglisteners'] as const;
const hourMs = 60 * 60_000;
/** A changed setting, an update and a drain within one hour make a listener's pod anew three times, and are no fault. */
const tooOften = 4;

export const githubRunner = defineCheck({
  id: 'github-runner',
  area: 'Delivery',
  tier: 'Level3',
  title: 'Runners for jobs of GitHub Actions are not there, or nothing listens for jobs',
  severity: 'warning',
  for: '15m',
  needs: {
    resources: ['autoscalingrunnersets', 'pods', 'namespaces'],
    optional: ['ephemeralrunners', 'autoscalinglisteners', 'listener-pods'],
  },
  remediation:
    'Look at the log of the controller of Actions Runner Controller and of the listener: they say whether GitHub refuses the credentials of githubConfigSecret, is not reached, or the pods of runners cannot be made. A failed EphemeralRunner counts against maxRunners until it is deleted.',
  references: [
    'Actions Runner Controller: phases of AutoscalingRunnerSet and EphemeralRunner',
    'own default: 15m; a listener started 4 times within an hour',
  ],
  parameters: noParameters,
  evaluate: (context) =>
    judgeDeliveries(context, 'GitHubActionsRunner', resources, (resource) => {
      if (resource === 'ephemeralrunners') return failedRunners(context);
      if (resource === 'autoscalinglisteners') return [...listenersDown(context).values()];
      return context.view.list('autoscalingrunnersets').flatMap((set) => notReady(context, set) ?? []);
    }),
});

const setName = (runnerSet: string) => `AutoscalingRunnerSet/${runnerSet}`;

/** Of a runner the namespace of its set is what is covered: both are the same. */
function isOurs(context: Context, { runnerSet }: RunnerPartView): boolean {
  return isJudged(context, runnerSet.split('/')[0] ?? '');
}

/** By their set, which is what people know. */
function failedRunners(context: Context): Observation[] {
  const failed = context.view
    .list('ephemeralrunners')
    .filter((runner) => runner.state === 'Failing' && isJudged(context, runner.namespace));
  const bySet = Map.groupBy(failed, (runner) => (runner.runnerSet ? setName(runner.runnerSet) : nameOf(runner)));
  return [...bySet].map(([object, runners]) => startFailed(object, runners));
}

/** The first that failed says why: which that is does not change while it is there. */
function startFailed(object: string, runners: readonly RunnerPartView[]): Observation {
  const [first] = runners.toSorted((a, b) => compare(a.since ?? '', b.since ?? '') || compare(a.name, b.name));
  const { stage, cause, subject } = classify({ text: first?.failure?.text ?? '', reason: first?.failure?.reason, kind: 'EphemeralRunner' });
  const why = cause === 'Unknown' ? 'their status does not say by what' : causeWords[cause];
  return {
    object,
    reason: 'RunnersFail',
    ...{ stage, cause },
    ...(subject ? { subject } : {}),
    message: `${object} has runners that could not be started and are not tried again: ${why}${subject ? ` (${subject})` : ''}. See which, and delete them once that is mended: kubectl -n ${first?.namespace} get ephemeralrunners.actions.github.com.`,
    since: instantOf(first?.since),
    dateMoves: true,
  };
}

/** By set: no pod is there to listen for jobs, or it is made anew again and again. Of a pod that is there and not ready other checks tell. */
function listenersDown(context: Context): ReadonlyMap<string, Observation> {
  const { view } = context;
  return view.derive('listeners that are down', () => {
    const down = view
      .list('autoscalinglisteners')
      .filter((listener) => listener.runnerSet !== '' && isOurs(context, listener))
      .flatMap((listener) => {
        const observation = listenerDown(context, listener);
        return observation ? [[listener.runnerSet, observation] as const] : [];
      });
    return new Map(down);
  });
}

function listenerDown({ view, now }: Context, { name, namespace, runnerSet }: RunnerPartView): Observation | undefined {
  const key = `${namespace}/${name}`;
  const recent = (view.get('listener-pods', key)?.madeAt ?? []).filter(
    (at) => now.epochMilliseconds - (instantOf(at)?.epochMilliseconds ?? 0) < hourMs,
  );
  const words =
    recent.length >= tooOften
      ? `is started again and again: ${tooOften} times within an hour, or more`
      : view.get('pods', key) === undefined && 'has no pod that runs';
  if (!words) return undefined;
  const object = setName(runnerSet);
  return {
    object,
    reason: 'ListenerDown',
    stage: 'Queue',
    cause: 'RunnerUnavailable',
    message: `${object} hears of no job: its listener ${objectName('AutoscalingListener', name, namespace)} ${words}. Read its log, or where there is none its controller's: kubectl -n ${namespace} logs ${name}.`,
  };
}

/** Where the listener, or why runners failed, is told of, that is why. */
function notReady(context: Context, set: RunnerSetView): Observation | undefined {
  const { name, namespace, state, minRunners } = set;
  if (!isJudged(context, namespace) || state === 'Suspended') return undefined;
  const words = notSetUp(set) ?? shortOf(context, `${namespace}/${name}`, minRunners);
  if (!words) return undefined;
  const object = nameOf(set);
  return {
    object,
    reason: 'NotReady',
    stage: 'Queue',
    cause: 'RunnerUnavailable',
    message: `${object} ${words}. See it and its runners: kubectl -n ${namespace} describe autoscalingrunnersets.actions.github.com ${name}.`,
  };
}

function notSetUp({ state }: RunnerSetView): string | undefined {
  if (state === 'Failing')
    return 'takes no jobs, because its runner is too old (phase Outdated): GitHub serves it no longer. Set a newer image of the runner';
  if (state === 'Progressing') return 'takes no jobs: its controller does not get it set up (phase Pending)';
  return undefined;
}

function shortOf(context: Context, runnerSet: string, minRunners: number): string | undefined {
  const { view } = context;
  if (minRunners === 0 || unmetNeed(view, { resources: ['ephemeralrunners'] }) || listenersDown(context).has(runnerSet)) return undefined;
  const runners = runnersBySet(context).get(runnerSet) ?? [];
  if (runners.length >= minRunners || runners.some(({ state }) => state === 'Failing')) return undefined;
  return `has ${runners.length} of the ${minRunners} runners that should be there at least (minRunners)`;
}

function runnersBySet({ view }: Context): ReadonlyMap<string, RunnerPartView[]> {
  return view.derive('runners by set', () => Map.groupBy(view.list('ephemeralrunners'), ({ runnerSet }) => runnerSet));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
