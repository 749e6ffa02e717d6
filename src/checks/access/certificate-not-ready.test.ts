import { type CertificateFixture, certificate } from '../../../test/fixtures/access.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { certificateNotReady } from './certificate-not-ready.ts';

const found = (options: CertificateFixture, setting?: { for: string }) =>
  findingsOf(certificateNotReady, { certificates: [certificate({ name: 'other' }), certificate(options)] }, setting);

describe('certificate-not-ready fires', () => {
  it('for a certificate that was never issued', () => {
    expect(found({ ready: 'False' })).toEqual([
      {
        object: 'Certificate/shop/web',
        severity: 'warning',
        reason: 'NotReady',
        message:
          'Certificate/shop/web is not ready (DoesNotExist); Secret/shop/web-tls holds none that is in order. See `kubectl describe certificate -n shop web` for the request that fails.',
      },
    ]);
  });

  it('and says until when the one that is there can be used', () => {
    const [finding] = found({ ready: 'False', reason: 'RequestChanged', hoursLeft: 48 });
    expect(finding?.message).toContain('(RequestChanged); Secret/shop/web-tls holds one that ends at 2026-11-25T12:00:00Z.');
  });

  it('for a certificate that cert-manager never looks at', () => {
    const [finding] = found({ ready: '', createdMinutesAgo: 60 });
    expect(finding?.reason).toBe('NotProcessed');
    expect(finding?.message).toBe('cert-manager has not looked at Certificate/shop/web yet. See whether its controller runs.');
  });
});

describe('certificate-not-ready at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    expect(found({ ready: 'False', since: 15 })).toHaveLength(1);
    expect(found({ ready: 'False', since: 15 - 1 / 60 })).toHaveLength(0);
    expect(found({ ready: '', createdMinutesAgo: 15 })).toHaveLength(1);
    expect(found({ ready: '', createdMinutesAgo: 15 - 1 / 60 })).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    expect(found({ ready: 'False', since: 60 }, { for: '2h' })).toHaveLength(0);
  });
});

describe('certificate-not-ready is silent', () => {
  it.each<[string, CertificateFixture]>([
    ['for a certificate that is ready', {}],
    ['while a new one is being issued', { ready: 'False', since: 2, createdMinutesAgo: 2 }],
    ['while one is issued again after a change', { ready: 'False', reason: 'RequestChanged', since: 1 }],
    ['for a certificate that was just made', { ready: '', createdMinutesAgo: 1 }],
    ['for a certificate that is being deleted', { ready: 'False', deleting: true }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('where cert-manager is not installed, and says so', () => {
    const message = 'the cluster does not serve certificates.cert-manager.io';
    const knowledge = { certificates: { state: 'NotInstalled', message } } as const;
    expect(verdictOf(certificateNotReady, { knowledge })).toBe(`NotApplicable: ${message}`);
  });
});

it('certificate-not-ready is unknown, not healthy, where certificates cannot be read', () => {
  const message = 'the operator may not list and watch certificates.cert-manager.io: forbidden';
  const knowledge = { certificates: { state: 'NotPermitted', message } } as const;
  expect(verdictOf(certificateNotReady, { knowledge })).toBe(`Unknown: ${message}`);
});
