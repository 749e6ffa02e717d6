import { instantOf } from '../../observe/resource.ts';
import { defineCheck } from '../check.ts';
import { noParameters } from '../parameters.ts';

const api = 'v1beta1.metrics.k8s.io';

export const obsMetricsServer = defineCheck({
  id: 'obs-metrics-server',
  area: 'Observability',
  tier: 'Level1',
  title: 'Resource metrics (kubectl top, autoscaling) are not served',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['apiservices'] },
  remediation: `Look at \`kubectl describe apiservice ${api}\` and the pods behind the Service it names. Where metrics-server was never installed, install it: horizontal autoscaling and kubectl top need it.`,
  references: ['own default: 15m', 'Kubernetes: resource metrics pipeline'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const service = view.get('apiservices', api);
    const object = `APIService/${api}`;
    if (!service) {
      return {
        observations: [
          {
            object,
            reason: 'NotInstalled',
            message: `Nothing serves ${api}: metrics-server is not installed, so horizontal autoscaling and kubectl top do not work.`,
          },
        ],
      };
    }
    if (service.available?.status === 'True') return { observations: [] };
    const reason = service.available?.reason || 'no reason given';
    return {
      observations: [
        {
          object,
          reason: 'NotAvailable',
          message: `${api} is not available (${reason}): horizontal autoscaling and kubectl top do not work. It is served by ${service.service || 'the API server'}.`,
          since: instantOf(service.available?.since),
        },
      ],
    };
  },
});
