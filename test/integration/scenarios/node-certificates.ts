import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { certificateRequest } from '../../fixtures/access.ts';
import { createNode, leaving } from './own-nodes.ts';
import type { Scenario, World } from './scenario.ts';

const csrPending = 'node-csr-pending';

/** Lets the controller manager approve that nodes renew their client certificates, as kubeadm does. */
const renewals: Manifest = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'node-autoapprove-certificate-rotation' },
  roleRef: {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
  },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
};

/** What the kubelet of a node asks for, as that node. */
async function request({ cluster }: World, node: string, use: 'client' | 'serving'): Promise<string> {
  const user = `system:node:${node}`;
  const name = `csr-${node}-${use}`;
  const spec = {
    request: Buffer.from(certificateRequest(user, 'system:nodes')).toString('base64'),
    signerName: use === 'client' ? 'kubernetes.io/kube-apiserver-client-kubelet' : 'kubernetes.io/kubelet-serving',
    usages: ['digital signature', use === 'client' ? 'client auth' : 'server auth'],
  };
  const input = JSON.stringify({ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec });
  await cluster.kubectl(['create', '--filename=-', `--as=${user}`, '--as-group=system:nodes'], { input });
  return name;
}

const nodeCsrPending: Scenario = {
  check: csrPending,
  object: `Node/${csrPending}-1`,
  prepare: async (world) => {
    await world.apply(renewals);
    await createNode(world, csrPending);
  },
  fault: async (world) => void (await request(world, `${csrPending}-1`, 'serving')),
  mend: async ({ cluster }) => void (await cluster.kubectl(['certificate', 'approve', `csr-${csrPending}-1-serving`])),
  lookAlikes: [
    {
      what: 'a renewal that the controller manager has approved',
      arrange: async (world) => {
        const name = await request(world, await createNode(world, 'renewed'), 'client');
        await world.cluster.kubectl(['wait', '--for=condition=Approved', `csr/${name}`, '--timeout=30s']);
      },
    },
    {
      what: 'one that is denied',
      arrange: async (world) => {
        const name = await request(world, await createNode(world, 'denied'), 'serving');
        await world.cluster.kubectl(['certificate', 'deny', name]);
      },
    },
    {
      what: 'one that a node has left behind that is gone',
      arrange: async (world) => {
        const node = await createNode(world, 'gone');
        await request(world, node, 'serving');
        await world.remove('node', node);
      },
    },
    {
      what: 'one of a node that cluster-autoscaler removes',
      arrange: async (world) => void (await request(world, await createNode(world, 'leaving-unsigned', leaving), 'serving')),
    },
  ],
};

export const nodeCertificates: readonly Scenario[] = [nodeCsrPending];
