import { pem, tlsSecret } from '../../../test/fixtures/access.ts';
import { tlsSecrets } from './tls-secrets.ts';

it('of a certificate are kept its times, names and issuer, and nothing of the key', () => {
  expect(tlsSecrets.project(tlsSecret({ hoursLeft: 48, lifetimeDays: 7, dnsNames: ['shop.example.com', '*.shop.example.com'] }))).toEqual({
    name: 'web-tls',
    namespace: 'shop',
    notBefore: '2026-11-18T12:00:00Z',
    notAfter: '2026-11-25T12:00:00Z',
    dnsNames: ['shop.example.com', '*.shop.example.com'],
    issuer: 'Test CA',
    problem: '',
  });
});

it('the first certificate of a chain counts: it is the server’s own', () => {
  const chain = pem({ hoursLeft: 24 }) + pem({ hoursLeft: 2400 });
  expect(tlsSecrets.project(tlsSecret(chain))).toMatchObject({ notAfter: '2026-11-24T12:00:00Z', problem: '' });
});

it('a certificate without DNS names has none', () => {
  expect(tlsSecrets.project(tlsSecret({ dnsNames: [] }))).toMatchObject({ dnsNames: [], problem: '' });
});

it.each([
  ['is empty', '', 'tls.crt is empty'],
  [
    'holds a key',
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n',
    'tls.crt does not begin with a certificate in PEM',
  ],
  ['holds half a certificate', pem().slice(0, 120), 'tls.crt does not begin with a certificate in PEM'],
])('where tls.crt %s, only that is kept', (_, text, problem) => {
  expect(tlsSecrets.project(tlsSecret(text))).toEqual({
    ...{ name: 'web-tls', namespace: 'shop', notBefore: undefined, notAfter: undefined, dnsNames: [], issuer: '' },
    problem,
  });
});
