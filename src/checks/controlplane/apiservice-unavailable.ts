import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

/** Of resource metrics, which are obs-metrics-server's. */
const ownedElsewhere = /^v\w+\.metrics\.k8s\.io$/;

export const apiserviceUnavailable = defineCheck({
  id: 'apiservice-unavailable',
  area: 'ControlPlane',
  tier: 'Level1',
  title: 'An API that another server answers for is not available',
  severity: 'warning',
  for: '5m',
  needs: { resources: ['apiservices'] },
  remediation:
    'See `kubectl describe apiservice NAME` and the pods behind the Service that it names. Where that server was removed for good, delete the APIService: as long as it is there, namespaces cannot be deleted.',
  references: ['own default: 5m', 'Kubernetes: API aggregation layer'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const { name, service, available } of view.list('apiservices')) {
      // What the API server answers itself is always available.
      if (service === '' || ownedElsewhere.test(name) || available?.status === 'True') continue;
      observations.push({
        object: `APIService/${name}`,
        reason: 'NotAvailable',
        message: `${name} is not available (${available?.reason || 'no reason given'}): what it serves cannot be read or written, and no namespace can be deleted meanwhile. It is answered for by Service ${service}; look at its pods.`,
        since: instantOf(available?.since),
      });
    }
    return { observations };
  },
});
