import type { ClusterView } from '../../observe/cluster-view.ts';
import type { FalseCondition } from '../../observe/resources/gateway-conditions.ts';
import type { RouteView } from '../../observe/resources/routes.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { unreadable } from '../observability/operator-instances.ts';
import { noParameters } from '../parameters.ts';
import { beginOf, said } from './gateway-problems.ts';
import { routeResources } from './service-users.ts';

type Parent = RouteView['parents'][number];

export const routeUnresolved = defineCheck({
  id: 'route-unresolved',
  area: 'Networking',
  tier: 'Level2',
  title: 'A Gateway does not accept a route, or the route leads to what is not there',
  severity: 'warning',
  for: '5m',
  needs: { resources: ['gateways'], optional: routeResources },
  remediation:
    'Read the conditions of each parent in the status of the route with `kubectl describe`: they name the Service that is missing, the ReferenceGrant that is needed, or the listener that takes no route of this kind, host or namespace.',
  references: ['Gateway API: conditions Accepted and ResolvedRefs of a route', 'own default: 5m'],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const observations = routeResources.flatMap((resource) =>
      view.list(resource).flatMap((route) => (route.deleting || !agreement.isCovered(route.namespace) ? [] : unresolved(route, view))),
    );
    const unknown = routeResources.map((name) => unreadable(view, name)).find((problem) => problem !== undefined);
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});

function unresolved(route: RouteView, view: ClusterView): Observation[] {
  const parents = route.parents.flatMap((parent) => {
    const problems = ownProblems(parent, view);
    return problems.length > 0 ? [{ ...parent, problems }] : [];
  });
  if (parents.length === 0) return [];
  const object = `${route.kind}/${route.namespace}/${route.name}`;
  const all = parents.flatMap(({ problems }) => problems);
  return [
    {
      object,
      reason: all.some(({ type }) => type === 'Accepted') ? 'NotAccepted' : 'RefsNotResolved',
      message: `${object} does not work as it is asked to for ${inBrief(parents.map(nameOf))}. Look at its conditions: kubectl -n ${route.namespace} describe ${route.kind.toLowerCase()} ${route.name}.`,
      since: beginOf(all),
    },
  ];
}

/** That a Gateway which is itself refused accepts nothing is gateway-not-programmed's. */
function ownProblems({ parent, problems }: Parent, view: ClusterView): readonly FalseCondition[] {
  const [kind, ...key] = parent.split('/');
  const gateway = kind === 'Gateway' ? view.get('gateways', key.join('/')) : undefined;
  return gateway?.problems.some(({ type }) => type === 'Accepted') ? problems.filter(({ type }) => type !== 'Accepted') : problems;
}

function nameOf({ parent, listener, problems }: Parent): string {
  return `${parent}${listener ? ` listener ${listener}` : ''} (${said(problems)})`;
}
