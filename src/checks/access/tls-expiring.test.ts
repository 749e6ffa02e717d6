import { type CertificateFixture, certificate, ingress, tlsSecret, type X509Fixture } from '../../../test/fixtures/access.ts';
import { type ClusterFixture, minutesAgo, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { tlsExpiring } from './tls-expiring.ts';

const ingresses = [ingress()];
const days = (count: number) => count * 24;
const second = 1 / 3600;
/** Opens at once, so that a test is about the threshold and not about the time after it. */
const atOnce = { for: '0s' };

const found = (x509: X509Fixture, more: ClusterFixture = {}, setting: Parameters<typeof findingsOf>[2] = atOnce) =>
  findingsOf(tlsExpiring, { 'tls-secrets': [tlsSecret(x509)], ingresses, ...more }, setting);
const severity = (x509: X509Fixture, kept?: CertificateFixture, setting = atOnce) =>
  found(x509, kept ? { certificates: [certificate(kept)] } : {}, setting)[0]?.severity;
const gateway = (namespace: string, reference: object) => ({
  metadata: { name: 'edge', namespace },
  spec: { listeners: [{ name: 'https', tls: { certificateRefs: [{ name: 'web-tls', ...reference }] } }] },
});
const leaving = { ...gateway('shop', {}), metadata: { name: 'edge', namespace: 'shop', deletionTimestamp: minutesAgo(1) } };

describe('tls-expiring fires', () => {
  it('for a certificate that an Ingress presents', () => {
    expect(found({ hoursLeft: days(20) }, {}, {})).toEqual([
      {
        object: 'Secret/shop/web-tls',
        severity: 'warning',
        reason: 'CertificateExpiring',
        message:
          'The certificate in Secret/shop/web-tls (shop.example.com, issued by Test CA) ends at 2026-12-13T12:00:00Z, within 30 days; presented by Ingress/shop/web. Renew it and put it into the Secret.',
      },
    ]);
  });

  it('for one that has ended', () => {
    const [finding] = found({ hoursLeft: -1 });
    expect(finding).toMatchObject({ severity: 'critical', message: expect.stringContaining(') ended at 2026-11-23T11:00:00Z; presented') });
  });

  it.each([
    ['its own namespace', gateway('shop', {})],
    ['another namespace', gateway('edge', { group: '', kind: 'Secret', namespace: 'shop' })],
  ])('for one that a Gateway presents from %s', (_, object) => {
    const [finding] = found({ hoursLeft: days(20) }, { ingresses: [], gateways: [object] });
    expect(finding?.message).toContain(`presented by Gateway/${object.metadata.namespace}/edge.`);
  });

  it('once for all that present it', () => {
    const users = { ingresses: [ingress(['web-tls', 'web-tls']), ingress(['web-tls'], { name: 'api' })], gateways: [gateway('shop', {})] };
    const findings = found({ hoursLeft: days(20) }, users);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain('presented by Gateway/shop/edge, Ingress/shop/api, Ingress/shop/web.');
  });

  it('where cert-manager should have renewed it a day ago, though Certificate is still Ready', () => {
    const [finding] = found({ hoursLeft: days(28) }, { certificates: [certificate({ renewsInHours: -25 })] });
    expect(finding?.message).toContain('cert-manager should have renewed it: see `kubectl describe certificate -n shop web`.');
  });

  it('without a word of cert-manager where it no longer keeps the Secret', () => {
    const [finding] = found({ hoursLeft: days(20) }, { certificates: [certificate({ deleting: true })] });
    expect(finding?.message).toMatch(/ Renew it and put it into the Secret\.$/);
  });

  it('as critical where cert-manager is going to renew it very late', () => {
    const [finding] = found({ hoursLeft: days(6) }, { certificates: [certificate({ renewsInHours: days(5) })] });
    expect(finding).toMatchObject({
      severity: 'critical',
      message: expect.stringContaining('renews it only at 2026-11-28T12:00:00Z: give Certificate/shop/web a longer renewBefore.'),
    });
  });
});

describe('tls-expiring at its boundaries', () => {
  it('is a warning at exactly 30 days, critical at exactly 7', () => {
    expect(severity({ hoursLeft: days(30) + second, lifetimeDays: 365 })).toBeUndefined();
    expect(severity({ hoursLeft: days(30), lifetimeDays: 365 })).toBe('warning');
    expect(severity({ hoursLeft: days(7) + second, lifetimeDays: 365 })).toBe('warning');
    expect(severity({ hoursLeft: days(7), lifetimeDays: 365 })).toBe('critical');
  });

  it('waits for an hour after the threshold, in which a renewal can end', () => {
    expect(severity({ hoursLeft: days(30) - 1 + second, lifetimeDays: 365 }, undefined, { for: '1h' })).toBeUndefined();
    expect(severity({ hoursLeft: days(30) - 1, lifetimeDays: 365 }, undefined, { for: '1h' })).toBe('warning');
  });

  it('takes other days from the coverage', () => {
    const setting = { ...atOnce, parameters: { warningDays: '60', criticalDays: '20' } };
    expect(found({ hoursLeft: days(60), lifetimeDays: 365 }, {}, setting)[0]).toMatchObject({ severity: 'warning' });
    expect(found({ hoursLeft: days(20), lifetimeDays: 365 }, {}, setting)[0]).toMatchObject({ severity: 'critical' });
    expect(found({ hoursLeft: days(61), lifetimeDays: 365 }, {}, setting)).toHaveLength(0);
  });

  it.each([
    ['a day', 1, 8, 112 / 60, '8 hours', '112 minutes'],
    ['six days', 6, 48, 11.2, '2 days', '11 hours'],
    ['45 days', 45, days(15), days(3.5), '15 days', '4 days'],
  ])('shortens both for a certificate that lives for %s', (_, lifetimeDays, warning, critical, warningText, criticalText) => {
    expect(severity({ hoursLeft: warning + second, lifetimeDays })).toBeUndefined();
    expect(found({ hoursLeft: warning, lifetimeDays })[0]).toMatchObject({
      severity: 'warning',
      message: expect.stringContaining(`within ${warningText};`),
    });
    expect(severity({ hoursLeft: critical + second, lifetimeDays })).toBe('warning');
    expect(found({ hoursLeft: critical, lifetimeDays })[0]).toMatchObject({
      severity: 'critical',
      message: expect.stringContaining(`within ${criticalText};`),
    });
  });

  it('gives cert-manager a day after the time of renewal, and less to a certificate that does not live long', () => {
    expect(severity({ hoursLeft: days(29) }, { renewsInHours: -24 + second })).toBeUndefined();
    expect(severity({ hoursLeft: days(29) }, { renewsInHours: -24 })).toBe('warning');
    expect(severity({ hoursLeft: 7.5, lifetimeDays: 1 }, { renewsInHours: -15 / 60 })).toBeUndefined();
    expect(severity({ hoursLeft: 7.5, lifetimeDays: 1 }, { renewsInHours: -17 / 60 })).toBe('warning');
  });

  it('trusts cert-manager until a week before the end', () => {
    expect(severity({ hoursLeft: days(7) + second }, { renewsInHours: days(2) })).toBeUndefined();
    expect(severity({ hoursLeft: days(7) }, { renewsInHours: days(2) })).toBe('critical');
  });
});

describe('tls-expiring is silent', () => {
  it('for a certificate that lasts', () => {
    expect(found({ hoursLeft: days(60) })).toEqual([]);
  });

  it('for a young certificate with a short life', () => {
    expect(found({ hoursLeft: 20, lifetimeDays: 1 })).toEqual([]);
    expect(found({ hoursLeft: days(4), lifetimeDays: 7 })).toEqual([]);
  });

  it.each<[string, CertificateFixture]>([
    ['that cert-manager renews later, by its renewBefore', { renewsInHours: days(5) }],
    ['that cert-manager is renewing now', { renewsInHours: 0 }],
    ['whose renewal is tried again after a first failure', { renewsInHours: -3 }],
  ])('for a certificate %s', (_, kept) => {
    expect(severity({ hoursLeft: days(20) }, kept)).toBeUndefined();
  });

  it('for a certificate of a day that cert-manager renews an hour before its end', () => {
    expect(severity({ hoursLeft: 1.5, lifetimeDays: 1 }, { renewsInHours: 0.5 }, { for: '1h' })).toBeUndefined();
  });

  it.each<[string, CertificateFixture]>([
    ['is not ready', { ready: 'False', renewsInHours: days(5) }],
    ['is being deleted', { deleting: true, renewsInHours: days(5) }],
    ['does not say when', {}],
    ['is another namespace’s', { namespace: 'other', renewsInHours: days(5) }],
  ])('but not because of a Certificate that %s', (_, kept) => {
    expect(severity({ hoursLeft: days(20) }, kept)).toBe('warning');
  });

  it.each<[string, ClusterFixture]>([
    ['for a Secret that nothing presents', { ingresses: [ingress(['other-tls'])] }],
    [
      'for a Secret of that name in another namespace',
      { 'tls-secrets': [tlsSecret({ hoursLeft: 1 }, { name: 'web-tls', namespace: 'x' })] },
    ],
    ['for an Ingress in another namespace, which cannot use it', { ingresses: [ingress(['web-tls'], { namespace: 'x' })] }],
    ['for an Ingress that is being deleted', { ingresses: [ingress(['web-tls'], { deleting: true })] }],
    ['for a Secret that is not there, which is ingress-tls-missing’s', { 'tls-secrets': [] }],
    ['for an object of another kind that a Gateway names', { ingresses: [], gateways: [gateway('shop', { kind: 'ConfigMap' })] }],
    ['for another API’s Secret that a Gateway names', { ingresses: [], gateways: [gateway('shop', { group: 'example.com' })] }],
    ['for a Gateway that is being deleted', { ingresses: [], gateways: [leaving] }],
  ])('%s', (_, more) => {
    expect(found({ hoursLeft: days(1) }, more)).toEqual([]);
  });

  it('and not unknown where a Secret is missing, which has no end', () => {
    expect(verdictOf(tlsExpiring, { ingresses })).toBeUndefined();
  });

  it('where nobody has switched it on, and says how', () => {
    const message = "needs the chart's value features.tlsSecrets: true";
    expect(verdictOf(tlsExpiring, { knowledge: { 'tls-secrets': { state: 'SwitchedOff', message } } })).toBe(`NotApplicable: ${message}`);
  });
});

describe('tls-expiring is unknown, not healthy,', () => {
  const forbidden = (name: 'tls-secrets' | 'ingresses' | 'gateways' | 'certificates') => ({
    knowledge: { [name]: { state: 'NotPermitted', message: `the operator may not list and watch ${name}` } } as const,
  });

  it.each(['tls-secrets', 'ingresses', 'gateways', 'certificates'] as const)('where %s cannot be read', (name) => {
    expect(verdictOf(tlsExpiring, forbidden(name))).toBe(`Unknown: the operator may not list and watch ${name}`);
  });

  it('about a certificate that cert-manager might renew, until it is critical all the same', () => {
    expect(found({ hoursLeft: days(20) }, forbidden('certificates'))).toEqual([]);
    expect(found({ hoursLeft: days(7) }, forbidden('certificates'))[0]?.severity).toBe('critical');
  });

  it('about a Secret without a certificate, of whose content it says nothing', () => {
    const secrets = [tlsSecret('hunter2'), tlsSecret('', { name: 'empty', namespace: 'shop' }), tlsSecret('unused', { name: 'unused' })];
    expect(verdictOf(tlsExpiring, { 'tls-secrets': secrets, ingresses: [ingress(['web-tls', 'empty'])] })).toBe(
      'Unknown: these cannot be read: Secret/shop/empty (tls.crt is empty), Secret/shop/web-tls (tls.crt does not begin with a certificate in PEM)',
    );
  });

  it('and finds what it can in the others', () => {
    const cluster = { 'tls-secrets': [tlsSecret('x', { name: 'bad', namespace: 'shop' }), tlsSecret({ hoursLeft: days(5) })] };
    const ends = now.add({ hours: days(5) }).toString();
    expect(findingsOf(tlsExpiring, { ...cluster, ingresses: [ingress(['bad', 'web-tls'])] })[0]?.message).toContain(ends);
  });

  it('but not where the cluster has neither cert-manager nor the Gateway API', () => {
    const knowledge = Object.fromEntries(
      ['gateways', 'certificates'].map((name) => [name, { state: 'NotInstalled', message: `no ${name}` } as const]),
    );
    expect(verdictOf(tlsExpiring, { knowledge })).toBeUndefined();
    expect(found({ hoursLeft: days(20) }, { knowledge })).toHaveLength(1);
  });
});
