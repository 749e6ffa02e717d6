import { clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { namespace } from '../../../test/fixtures/defaults.ts';
import { deployment } from '../../../test/fixtures/observability.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { createAgreement } from '../agreement.ts';
import type { Check } from '../check.ts';
import { networkpolicyOrphan } from '../networking/networkpolicy-orphan.ts';
import { obsScrapeOrphan } from './obs-scrape-orphan.ts';

const policy = (name: string) => ({
  metadata: { name, namespace: 'shop', creationTimestamp: '2026-11-01T00:00:00Z' },
  spec: { podSelector: { matchLabels: { app: name } } },
});
const pod = { metadata: { name: 'web-1', namespace: 'shop' }, status: { phase: 'Running' } };

/** How often the Deployments were gone through. */
function looksAtDeployments(check: Check, policies: readonly object[]): number {
  const view = clusterOf({ namespaces: [namespace('shop')], pods: [pod], deployments: [deployment('web', {})], networkpolicies: policies });
  let looks = 0;
  const counting: ClusterView = {
    ...view,
    list: (resource) => {
      if (resource === 'deployments') looks += 1;
      return view.list(resource);
    },
  };
  check.evaluate({ view: counting, parameters: {}, now, holdMs: 0, agreement: createAgreement({}) });
  return looks;
}

it.each([
  ['where nothing selects, no workload is gone through', [], 0],
  ['where much selects, the workloads are gone through once', [policy('web'), policy('api'), policy('db')], 1],
])('%s', (_, policies, expected) => {
  expect(looksAtDeployments(networkpolicyOrphan, policies)).toBe(expected);
});

it('without a monitor no workload is gone through', () => {
  expect(looksAtDeployments(obsScrapeOrphan, [])).toBe(0);
});
