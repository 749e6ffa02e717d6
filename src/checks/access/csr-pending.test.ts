import { type RequestFixture, certificateSigningRequest as request } from '../../../test/fixtures/certificatesigningrequests.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { csrPending } from './csr-pending.ts';

const found = (options: RequestFixture) =>
  findingsOf(csrPending, {
    certificatesigningrequests: [
      request('jane', { signer: 'kubernetes.io/kube-apiserver-client', username: 'jane@example.com', ...options }),
    ],
  });

describe('csr-pending fires', () => {
  it('for a request that waits for a person', () => {
    expect(found({})).toEqual([
      {
        object: 'CertificateSigningRequest/jane',
        severity: 'warning',
        reason: 'RequestPending',
        message:
          'CertificateSigningRequest jane of jane@example.com for signer kubernetes.io/kube-apiserver-client is neither approved nor denied. Decide on it: Kubernetes deletes it unanswered after a day.',
      },
    ]);
  });

  it('for a request to a signer of one’s own', () => {
    expect(found({ signer: 'example.com/mesh' })[0]?.message).toContain('for signer example.com/mesh');
  });
});

describe('csr-pending at its boundaries', () => {
  it('fires at exactly one hour and not a second before', () => {
    expect(found({ age: 60 })).toHaveLength(1);
    expect(found({ age: 60 - 1 / 60 })).toHaveLength(0);
  });
});

describe('csr-pending is silent', () => {
  it.each<[string, RequestFixture]>([
    ['for a request that is approved', { decision: 'Approved' }],
    ['for a request that is denied', { decision: 'Denied' }],
    ['for a request that its signer could not serve', { decision: 'Failed' }],
    ['for a request that is new', { age: 5 }],
    ['for a kubelet’s serving certificate, which is node-csr-pending’s', { signer: 'kubernetes.io/kubelet-serving' }],
    ['for a kubelet’s client certificate, which is node-csr-pending’s', { signer: 'kubernetes.io/kube-apiserver-client-kubelet' }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });
});

it('csr-pending is unknown, not healthy, where requests cannot be read', () => {
  const message = 'the operator may not list and watch certificatesigningrequests: forbidden';
  const knowledge = { certificatesigningrequests: { state: 'NotPermitted', message } } as const;
  expect(verdictOf(csrPending, { knowledge })).toBe(`Unknown: ${message}`);
});
