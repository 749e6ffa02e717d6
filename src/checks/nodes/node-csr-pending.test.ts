import { certificateSigningRequest as request } from '../../../test/fixtures/certificatesigningrequests.ts';
import { type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nodeCsrPending } from './node-csr-pending.ts';

const client = 'kubernetes.io/kube-apiserver-client-kubelet';
const found = (requests: object[], options: NodeFixture = {}) =>
  findingsOf(nodeCsrPending, { nodes: [node('a', options), node('b')], certificatesigningrequests: requests });

describe('node-csr-pending fires', () => {
  it('for a node that waits for its serving certificate', () => {
    expect(found([request('csr-1')])).toEqual([
      {
        object: 'Node/a',
        severity: 'warning',
        reason: 'KubeletServingPending',
        message:
          'Node a asks for a serving certificate that nobody has approved or denied. See `kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving`.',
      },
    ]);
  });

  it('for a machine that waits to join', () => {
    expect(found([request('node-csr-x', { signer: client, username: 'system:bootstrap:abcdef' })])).toEqual([
      {
        object: 'CertificateSigningRequest/node-csr-x',
        severity: 'warning',
        reason: 'KubeletClientPending',
        message:
          'system:bootstrap:abcdef asks in node-csr-x for a client certificate that nobody has approved or denied: the machine cannot join the cluster. See `kubectl get csr --field-selector spec.signerName=kubernetes.io/kube-apiserver-client-kubelet`.',
      },
    ]);
  });

  it('once a node and use, however often its kubelet has asked again', () => {
    const again = [90, 75, 60, 45, 30].map((age) => request(`csr-${age}`, { age }));
    const others = [request('csr-b', { username: 'system:node:b' }), request('csr-c', { signer: client })];
    const seen = found([...again, ...others]).map(({ object, reason }) => `${object} ${reason}`);
    expect(seen.sort()).toEqual(['Node/a KubeletClientPending', 'Node/a KubeletServingPending', 'Node/b KubeletServingPending']);
  });
});

describe('node-csr-pending at its boundaries', () => {
  it('fires at exactly one hour and not a second before', () => {
    expect(found([request('csr-1', { age: 60 })])).toHaveLength(1);
    expect(found([request('csr-1', { age: 60 - 1 / 60 })])).toHaveLength(0);
  });

  it('counts from the oldest request of a node, whatever their order', () => {
    expect(found([request('csr-2', { age: 5 }), request('csr-1', { age: 61 }), request('csr-3', { age: 1 })])).toHaveLength(1);
  });
});

describe('node-csr-pending is silent', () => {
  it.each(['Approved', 'Denied', 'Failed'])('for a request that is %s', (decision) => {
    expect(found([request('csr-1', { decision })])).toEqual([]);
  });

  it.each<[string, object[], NodeFixture]>([
    ['for a request that an approver is about to answer', [request('csr-1', { age: 5 })], {}],
    ['for the requests of others, which are csr-pending’s', [request('csr-1', { signer: 'example.com/mesh', username: 'mesh' })], {}],
    ['for a node that is gone and left its request behind', [request('csr-1', { username: 'system:node:gone' })], {}],
    ['for a node that cluster-autoscaler removes', [request('csr-1')], { taints: ['ToBeDeletedByClusterAutoscaler'] }],
    ['for a node that is being deleted', [request('csr-1')], { deleting: true }],
  ])('%s', (_, requests, options) => {
    expect(found(requests, options)).toEqual([]);
  });
});

it.each(['certificatesigningrequests', 'nodes'] as const)(
  'node-csr-pending is unknown, not healthy, where %s cannot be read',
  (resource) => {
    const message = `the operator may not list and watch ${resource}: forbidden`;
    expect(verdictOf(nodeCsrPending, { knowledge: { [resource]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);
