import { matchesGlob } from '../../kube/glob.ts';
import { type LabelSelector, matchesLabels } from '../../kube/label-selector.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { isKeptByProvider } from '../../observe/provider.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';

/** What runs there is the distribution's, and its operators would take back what is changed. */
const vendorNamespaces = ['openshift-*', 'gke-managed-*', 'gmp-*'];

export const pdbMissing = defineCheck({
  id: 'pdb-missing',
  area: 'Defaults',
  tier: 'Level1',
  title: 'Workloads of the platform with two pods or more have no PodDisruptionBudget',
  severity: 'info',
  for: '1h',
  needs: { resources: ['deployments', 'statefulsets', 'poddisruptionbudgets'] },
  remediation:
    'Give each workload a PodDisruptionBudget with maxUnavailable: 1 (most charts have a value for it), so that a drain takes its pods one after the other.',
  references: ['polaris: missingPodDisruptionBudget', 'own default: 1h', 'Kubernetes: specifying a PodDisruptionBudget'],
  parameters: noParameters,
  evaluate: ({ view, agreement }) => {
    const selectors = selectorsByNamespace(view);
    const unprotected = [...view.list('deployments'), ...view.list('statefulsets')]
      .filter(({ desired, deleting, namespace }) => desired >= 2 && !deleting && agreement.isPlatform(namespace))
      .filter((workload) => !isVendors(workload))
      .filter(({ namespace, podLabels }) => !selectors.get(namespace)?.some((selector) => matchesLabels(selector, podLabels)))
      .map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`);
    if (unprotected.length === 0) return { observations: [] };
    const [are, them] = unprotected.length === 1 ? ['workload has', 'its pods'] : ['workloads have', 'the pods of one'];
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'NoBudget',
          message: `${unprotected.length} platform ${are} two pods or more and no PodDisruptionBudget: ${inBrief(unprotected)}. When nodes are drained together, all ${them} may be evicted at once. Give each a budget with maxUnavailable: 1.`,
        },
      ],
    };
  },
});

function selectorsByNamespace(view: ClusterView): ReadonlyMap<string, readonly LabelSelector[]> {
  const selectors = new Map<string, LabelSelector[]>();
  for (const { namespace, selector, deleting } of view.list('poddisruptionbudgets')) {
    if (!selector || deleting) continue;
    const others = selectors.get(namespace);
    if (others) others.push(selector);
    else selectors.set(namespace, [selector]);
  }
  return selectors;
}

function isVendors({ namespace, labels }: WorkloadView): boolean {
  return isKeptByProvider(labels) || vendorNamespaces.some((glob) => matchesGlob(glob, namespace));
}
