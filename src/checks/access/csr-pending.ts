import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { kubeletSigners } from '../nodes/kubelet-signers.ts';
import { noParameters } from '../parameters.ts';

export const csrPending = defineCheck({
  id: 'csr-pending',
  area: 'Access',
  tier: 'Level1',
  title: 'A certificate signing request waits for an answer',
  severity: 'warning',
  for: '1h',
  needs: { resources: ['certificatesigningrequests'] },
  remediation:
    'Ask who made the request whether they did, look at what it asks for (`kubectl describe csr`), then `kubectl certificate approve` or `deny` it. Where a controller should decide, read its log.',
  references: ['Kubernetes: certificate signing requests', 'own default: 1h, in which an approver answers'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const { name, signer, username, createdAt } of view.list('certificatesigningrequests')) {
      if (kubeletSigners.has(signer)) continue;
      observations.push({
        object: `CertificateSigningRequest/${name}`,
        reason: 'RequestPending',
        message: `CertificateSigningRequest ${name} of ${username || 'somebody'} for signer ${signer || 'unknown'} is neither approved nor denied. Decide on it: Kubernetes deletes it unanswered after a day.`,
        since: instantOf(createdAt),
      });
    }
    return { observations };
  },
});
