import { resources } from '../../observe/catalogue.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { type Correction, defineCheck } from '../check.ts';
import { fieldCorrection } from '../corrections.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { bindings } from './bindings.ts';

export const saDefaultAutomount = defineCheck({
  id: 'sa-default-automount',
  area: 'Access',
  tier: 'Level1',
  title: 'Platform workloads run with the token of the default ServiceAccount',
  severity: 'info',
  for: '1h',
  needs: { resources: ['pods'], optional: ['serviceaccounts', 'rolebindings', 'clusterrolebindings'] },
  remediation:
    'Give the workload a ServiceAccount of its own; where it does not call the API server, set automountServiceAccountToken: false on the ServiceAccount default of the namespace and restart its pods.',
  references: [
    'CIS Kubernetes Benchmark: default service accounts, service account tokens mounted only where necessary',
    'own default: 1h, longer than a restart takes',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement }) => {
    const withToken = view.list('pods').filter(
      // The pods of Jobs come and go, each with a name of its own.
      (pod) => pod.defaultToken && !pod.deleting && agreement.isPlatform(pod.namespace) && !/^(Cron)?Job\//.test(pod.workload),
    );
    const workloads = new Set(withToken.map(({ workload }) => workload));
    const namespaces = new Set(withToken.map(({ namespace }) => namespace));
    if (workloads.size === 0) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'DefaultToken',
          message: `${workloads.size} ${workloads.size === 1 ? 'workload in platform namespaces runs' : 'workloads in platform namespaces run'} as the default ServiceAccount and with its token: ${inBrief([...workloads])}. Give each a ServiceAccount of its own, or take the token away.${alreadyOff(view, namespaces)}`,
        },
      ],
      corrections: correctionsOf(view, namespaces),
    };
  },
});

/** Takes the token from pods to come, where nothing is granted to it: then nobody can need it. */
function correctionsOf(view: ClusterView, namespaces: ReadonlySet<string>): Correction[] {
  const known = (['serviceaccounts', 'rolebindings', 'clusterrolebindings'] as const).every(
    (name) => view.knowledge(name).state === 'Current',
  );
  if (!known) return [];
  const granted = new Set([...bindings(view)].flatMap(({ subjects }) => subjects));
  const { type } = resources.serviceaccounts;
  return [...namespaces].sort().flatMap((namespace) => {
    const account = view.get('serviceaccounts', `${namespace}/default`);
    const subjects = [`ServiceAccount/${namespace}/default`, `Group/system:serviceaccounts:${namespace}`];
    if (!account?.automount || subjects.some((subject) => granted.has(subject))) return [];
    return [
      fieldCorrection({ type, name: 'default', namespace, knownAs: `Namespace/${namespace}` }, { automountServiceAccountToken: false }),
    ];
  });
}

/** What is left to do where the default ServiceAccount is set as it should be. */
function alreadyOff(view: ClusterView, namespaces: ReadonlySet<string>): string {
  const off = [...namespaces].filter((namespace) => view.get('serviceaccounts', `${namespace}/default`)?.automount === false);
  if (off.length === 0) return '';
  return ` In ${inBrief(off)} the ServiceAccount is set so already: restart the pods, unless they ask for the token themselves.`;
}
