import { instantOf } from '../../observe/resource.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { defineCheck, type Observation } from '../check.ts';
import { nameOf } from '../observability/workloads.ts';
import { noParameters } from '../parameters.ts';
import { isJudged } from '../workloads/pod-states.ts';
import { notCovered } from './deliveries.ts';
import { gitLabRunners } from './gitlab-runners.ts';

export const gitlabRunner = defineCheck({
  id: 'gitlab-runner',
  area: 'Delivery',
  tier: 'Level3',
  title: 'A runner manager of GitLab is not ready',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['deployments', 'statefulsets', 'namespaces'] },
  remediation:
    'Look at the pods of the runner manager: their log says whether GitLab refuses its token (`403 Forbidden`, `runner is not registered`) or cannot be reached, their Events whether they cannot be made or placed.',
  references: ['GitLab Runner: chart, readiness probe of the runner manager', 'own default: 15m, longer than an update takes'],
  parameters: noParameters,
  evaluate: (context) => {
    const declined = notCovered(context, 'GitLabRunner');
    if (declined) return declined;
    const runners = gitLabRunners(context.view);
    if (runners.length === 0)
      return { outcome: 'NotApplicable', message: 'no Deployment or StatefulSet has the labels of a runner manager of GitLab' };
    return { observations: runners.flatMap((runner) => (isJudged(context, runner.namespace) ? notReady(runner) : [])) };
  },
});

/** Its numbers are about the newest spec, or else nothing can be said; with no replicas it is meant to stand still. */
function notReady(runner: WorkloadView): Observation[] {
  const { kind, name, namespace, desired, ready, observed, unavailableSince } = runner;
  if (!observed || ready >= desired) return [];
  const object = nameOf(runner);
  const loss = ready === 0 ? ', so that it takes no jobs' : '';
  return [
    {
      object,
      reason: 'NotReady',
      stage: 'Queue',
      cause: 'RunnerUnavailable',
      message: `${object} (runner manager of GitLab) has ${ready} of ${desired} pods ready${loss}. Read the log, and the Events of its pods: kubectl -n ${namespace} logs ${kind.toLowerCase()}/${name}.`,
      since: instantOf(unavailableSince),
    },
  ];
}
