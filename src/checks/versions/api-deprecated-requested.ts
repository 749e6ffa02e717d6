import * as z from 'zod';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { type ApiUse, apisInUse, withinHours } from './requested-apis.ts';
import { minorOf } from './support-calendar.ts';

export const apiDeprecatedRequested = defineCheck({
  id: 'api-deprecated-requested',
  area: 'Versions',
  tier: 'Level1',
  title: 'Something still requests an API that a coming Kubernetes removes',
  severity: 'warning',
  for: '0s',
  needs: { probes: ['version', 'deprecated-apis'] },
  remediation:
    'Find the client in the audit log, where such requests carry the annotation k8s.io/deprecated, and upgrade it or move its manifests to the version that stays, before the upgrade of Kubernetes.',
  references: [
    'Kubernetes: apiserver_requested_deprecated_apis and apiserver_request_total',
    'Kubernetes: deprecated API migration guide',
    'EKS upgrade insights: deprecated APIs, error where the next version removes them',
    'own default: 24h, so that what runs once a day is seen',
  ],
  parameters: z.strictObject({ hours: withinHours }),
  evaluate: ({ view, parameters, now }): Evaluation => {
    const server = view.probe('version');
    const apis = apisInUse(view, now, parameters.hours);
    if (!server || !apis) return { outcome: 'Unknown', message: 'The metrics of the API server are not known.' };
    const unsure = apis.filter(({ use }) => use === 'Unknown').map(({ group, version, resource }) => `${resource} of ${group}/${version}`);
    return {
      observations: observe(apis, server.minor + 1),
      ...(unsure.length > 0
        ? {
            unknown: `Since the API server started somebody requested ${inBrief(unsure)}; whether within ${parameters.hours} hours shows once the counters have been watched for as long`,
          }
        : {}),
    };
  },
});

/** One observation a group and version, which has an APIService of its own. */
function observe(apis: readonly ApiUse[], nextMinor: number): Observation[] {
  const requested = Map.groupBy(
    apis.filter(({ use }) => use === 'Requested'),
    ({ group, version }) => `${version}.${group}`,
  );
  return [...requested].map(([name, resources]) => ({
    object: `APIService/${name}`,
    reason: 'DeprecatedApiRequested',
    severity: resources.some(({ removedIn }) => minorOf(removedIn) <= nextMinor) ? 'critical' : 'warning',
    message: `Something still requests ${inBrief(resources.map(({ resource, removedIn }) => `${resource} (removed in ${removedIn})`))} of ${name}. Find the client in the audit log and move it to a version that stays.`,
  }));
}
