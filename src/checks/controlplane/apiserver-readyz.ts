import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';

/** It fails on purpose, while an API server that is being replaced lets its last requests end. */
const leaving = 'shutdown';

export const apiserverReadyz = defineCheck({
  id: 'apiserver-readyz',
  area: 'ControlPlane',
  tier: 'Level1',
  title: 'The API server says that it is not ready',
  severity: 'critical',
  for: '1m',
  needs: { probes: ['readyz'] },
  remediation:
    'Ask it again (`kubectl get --raw "/readyz?verbose"`) and read the log of the API server. Where etcd fails, look at etcd first: its quorum, its disk, its certificates. Where the provider runs the control plane, open a ticket there.',
  references: ['own default: 1m', 'Kubernetes: API health endpoints'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const failing = (view.probe('readyz') ?? []).filter((name) => name !== leaving).sort();
    if (failing.length === 0) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'NotReady',
          message: `The API server says at /readyz that it is not ready; failing: ${failing.join(', ')}. A load balancer takes it out of service, and what it is asked may fail. Read its log, and etcd's where etcd fails.`,
        },
      ],
    };
  },
});
