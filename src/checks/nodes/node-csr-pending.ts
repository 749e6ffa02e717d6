import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { CertificateSigningRequestView } from '../../observe/resources/certificatesigningrequests.ts';
import { defineCheck, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { isLeaving } from './availability.ts';
import { kubeletSigners } from './kubelet-signers.ts';

export const nodeCsrPending = defineCheck({
  id: 'node-csr-pending',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A kubelet waits for its certificate to be approved',
  severity: 'warning',
  for: '1h',
  needs: { resources: ['certificatesigningrequests', 'nodes'] },
  remediation:
    'Check that who asks is a machine of yours, then `kubectl certificate approve` the newest request of each node. Where they should be approved by themselves, see why the approver does not (kube-controller-manager for client certificates, the provider’s or your own approver for serving certificates).',
  references: ['Kubernetes: certificate signing requests, kubelet signers', 'own default: 1h, in which an approver answers'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const byIdentity = new Map<string, Observation>();
    for (const request of view.list('certificatesigningrequests')) {
      const observation = observe(request, view);
      if (!observation) continue;
      // A kubelet asks again every few minutes, so a node has many requests; the oldest tells how long it has waited.
      const key = `${observation.object} ${observation.reason}`;
      const known = byIdentity.get(key);
      if (!known || isBefore(observation.since, known.since)) byIdentity.set(key, observation);
    }
    return { observations: [...byIdentity.values()] };
  },
});

const nodeUser = 'system:node:';

function observe(request: CertificateSigningRequestView, view: ClusterView): Observation | undefined {
  const signer = kubeletSigners.get(request.signer);
  if (!signer) return undefined;
  const since = instantOf(request.createdAt);
  const wish = `a ${signer.use} certificate that nobody has approved or denied`;
  const advice = `See \`kubectl get csr --field-selector spec.signerName=${request.signer}\`.`;
  if (!request.username.startsWith(nodeUser)) {
    // A machine that is not a node yet; it goes on asking under the same name.
    const message = `${request.username || 'Somebody'} asks in ${request.name} for ${wish}: the machine cannot join the cluster. ${advice}`;
    return { object: `CertificateSigningRequest/${request.name}`, reason: signer.reason, message, since };
  }
  const node = view.get('nodes', request.username.slice(nodeUser.length));
  // A node that is gone, or going, leaves its requests behind.
  if (!node || isLeaving(node)) return undefined;
  return { object: `Node/${node.name}`, reason: signer.reason, message: `Node ${node.name} asks for ${wish}. ${advice}`, since };
}

function isBefore(a: Temporal.Instant | undefined, b: Temporal.Instant | undefined): boolean {
  return a !== undefined && (b === undefined || Temporal.Instant.compare(a, b) < 0);
}
