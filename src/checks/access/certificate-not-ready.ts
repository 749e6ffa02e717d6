import { objectName } from '../../kube/types.ts';
import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

export const certificateNotReady = defineCheck({
  id: 'certificate-not-ready',
  area: 'Access',
  tier: 'Level1',
  title: 'A certificate that cert-manager keeps is not ready',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['certificates'] },
  remediation:
    'Follow the chain: `kubectl describe certificate`, then the CertificateRequest, Order and Challenge that it names, and the issuer. Common causes are a DNS record or firewall that keeps the challenge from being answered, an issuer that is not Ready, and rate limits.',
  references: ['own default: 15m, longer than an ACME challenge usually takes', 'cert-manager: Certificate conditions'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const { name, namespace, secret, ready, notAfter, createdAt, deleting } of view.list('certificates')) {
      if (deleting || (ready && ready.status !== 'False')) continue;
      const object = objectName('Certificate', name, namespace);
      const holds = notAfter
        ? `Secret/${namespace}/${secret} holds one that ends at ${notAfter}`
        : `Secret/${namespace}/${secret} holds none that is in order`;
      observations.push({
        object,
        reason: ready ? 'NotReady' : 'NotProcessed',
        message: ready
          ? `${object} is not ready (${ready.reason || 'no reason given'}); ${holds}. See \`kubectl describe certificate -n ${namespace} ${name}\` for the request that fails.`
          : `cert-manager has not looked at ${object} yet. See whether its controller runs.`,
        since: instantOf(ready ? ready.since : createdAt),
      });
    }
    return { observations };
  },
});
