import type { Evaluation } from '../check.ts';
import { defineCheck } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { answersItself, chainResources, handledIngresses, missingBackends } from './ingress-chain.ts';

export const ingressBackendMissing = defineCheck({
  id: 'ingress-backend-missing',
  area: 'Networking',
  tier: 'Level2',
  title: 'An Ingress names a Service or port that is not there',
  severity: 'critical',
  for: '5m',
  needs: { resources: chainResources, probes: ['version'] },
  remediation:
    'Create the Service, or correct its name or port in the Ingress: `kubectl describe ingress` shows what it leads to. Where the application is gone, delete the Ingress.',
  references: ['own default: 5m, longer than it takes to apply an Ingress and its Services', 'popeye 1400, 1401', 'Kubernetes: Ingress'],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => ({
    observations: handledIngresses(view, agreement).flatMap((one) => {
      const { ingress, object, handler } = one;
      const missing = missingBackends(view, ingress);
      if (missing.length === 0 || answersItself(one)) return [];
      return [
        {
          object,
          reason: 'BackendMissing',
          message: `${object} (class ${handler.class}) leads to what is not there: ${inBrief(missing)}. Requests to ${hostsOf(ingress.hosts)} that it takes there fail. Create it, or correct the Ingress.`,
        },
      ];
    }),
  }),
});

function hostsOf(hosts: readonly string[]): string {
  const named = hosts.filter((host) => host !== '');
  return named.length === 0 ? 'any host' : inBrief(named);
}
