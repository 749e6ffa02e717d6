import { resources } from '../../observe/catalogue.ts';
import { distributionOf } from '../../observe/platform.ts';
import { defineCheck, type Evaluation } from '../check.ts';
import { metadataCorrection } from '../corrections.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { applicationNamespaces } from './application-namespaces.ts';

const label = 'pod-security.kubernetes.io/enforce';

export const nsPodSecurity = defineCheck({
  id: 'ns-pod-security',
  area: 'Defaults',
  tier: 'Level1',
  title: 'Application namespaces enforce no Pod Security level',
  severity: 'info',
  for: '1h',
  needs: { resources: ['namespaces', 'nodes', 'pods'], probes: ['version'] },
  remediation: `Try the label with \`kubectl label --dry-run=server namespace NAME ${label}=baseline\`, which names the pods that would be refused; mend those, then set it.`,
  references: ['own default: 1h, in which a new namespace may be set up', 'Kubernetes: Pod Security Standards and admission'],
  parameters: noParameters,
  evaluate: (context): Evaluation => {
    const { view } = context;
    if (distributionOf(view) === 'openshift')
      return { outcome: 'NotApplicable', message: 'OpenShift holds pods to security context constraints, with or without this label.' };
    const namespaces = applicationNamespaces(context);
    const bare = namespaces.filter(({ labels }) => !labels[label]).map(({ name }) => name);
    const privileged = namespaces.filter(({ labels }) => labels[label] === 'privileged').map(({ name }) => name);
    if (bare.length === 0 && privileged.length === 0) return { observations: [] };
    const { type } = resources.namespaces;
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'NotEnforced',
          message: `Pods that reach for the node are admitted in ${[
            ...said(bare, `without the label ${label}`),
            ...said(privileged, 'with the level privileged'),
          ].join(', and in ')}. Set the label to baseline, or to restricted where the pods allow it.`,
        },
      ],
      corrections: [...bare].sort().map((name) => metadataCorrection({ type, name }, 'labels', label, 'baseline')),
    };
  },
});

function said(names: readonly string[], what: string): string[] {
  if (names.length === 0) return [];
  return [`${names.length} application ${names.length === 1 ? 'namespace' : 'namespaces'} ${what} (${inBrief(names)})`];
}
