import { type CertificateFixture, certificate } from '../../../test/fixtures/access.ts';
import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { condition, type GatewayFixture, gatewayOf } from '../../../test/fixtures/networking.ts';
import { gatewayNotProgrammed } from './gateway-not-programmed.ts';

const found = (options: GatewayFixture, agreement = {}, more: ClusterFixture = {}) =>
  findingsOf(gatewayNotProgrammed, { gateways: [gatewayOf(options)], ...more }, {}, agreement);
const fine = [condition('Accepted', 'True'), condition('Programmed', 'True')];
const making = (reason: string, minutes: number) => [condition('Accepted', 'True'), condition('Programmed', 'False', reason, minutes)];
/** What a controller says of a listener whose Secret is not there. */
const bare = [
  condition('Accepted', 'True'),
  condition('Programmed', 'False', 'Invalid'),
  condition('ResolvedRefs', 'False', 'InvalidCertificateRef'),
];
const secrets = { https: ['web-tls'] };
const issuing = (options: CertificateFixture = {}) => ({
  certificates: [certificate({ namespace: 'edge', ready: 'False', since: 6, ...options })],
});

describe('gateway-not-programmed fires', () => {
  it('where a Gateway is not programmed, and names class and reason', () => {
    expect(found({ conditions: making('AddressNotUsable', 60) })).toEqual([
      {
        object: 'Gateway/edge/public',
        severity: 'critical',
        reason: 'NotProgrammed',
        message:
          'Gateway/edge/public (class cloud) does not work as it is asked to: Programmed is False, AddressNotUsable. Look at its conditions: kubectl -n edge describe gateway public.',
      },
    ]);
  });

  it('where it is not accepted, with the listeners that are why', () => {
    const listeners = { https: [condition('ResolvedRefs', 'False', 'InvalidCertificateRef')], http: fine };
    const [finding] = found({ conditions: [condition('Accepted', 'False', 'ListenersNotValid')], listeners });
    expect(finding).toMatchObject({
      reason: 'NotAccepted',
      message: expect.stringContaining('ListenersNotValid. Its listeners: https (ResolvedRefs is False, InvalidCertificateRef).'),
    });
  });

  it.each(['Accepted', 'Programmed', 'ResolvedRefs'])('as a warning where one listener of several has %s False', (type) => {
    expect(found({ conditions: fine, listeners: { https: [condition(type, 'False', 'Why')], http: fine } })).toEqual([
      {
        object: 'Gateway/edge/public',
        severity: 'warning',
        reason: 'ListenerNotProgrammed',
        message: `Listeners of Gateway/edge/public (class cloud) do not work as they are asked to: https (${type} is False, Why). Look at its conditions: kubectl -n edge describe gateway public.`,
      },
    ]);
  });

  it('where no listener works, though the Gateway is programmed', () => {
    expect(
      found({ conditions: fine, listeners: { https: bare, http: [condition('Accepted', 'False', 'PortUnavailable')] } }),
    ).toMatchObject([{ severity: 'critical', reason: 'ListenerNotProgrammed' }]);
  });

  it.each<[string, ClusterFixture]>([
    ['that nobody makes', {}],
    ['that cert-manager has made', issuing({ ready: 'True' })],
    ['of which another one is issued in another namespace', issuing({ namespace: 'shop' })],
    ['of which the Certificate is being deleted', issuing({ deleting: true })],
  ])('where a listener lacks a certificate %s', (_, more) => {
    expect(found({ conditions: fine, listeners: { https: bare, http: fine }, secrets }, {}, more)).toHaveLength(1);
  });

  it('where something else is wrong with a listener whose certificate is being issued', () => {
    const listeners = { https: [...bare, condition('Accepted', 'False', 'PortUnavailable')], http: fine };
    expect(found({ conditions: fine, listeners, secrets }, {}, issuing())).toHaveLength(1);
  });

  it('about the other listeners while a certificate is being issued', () => {
    const listeners = { https: bare, admin: [condition('ResolvedRefs', 'False', 'RefNotPermitted')], http: fine };
    const [finding] = found({ conditions: fine, listeners, secrets }, {}, issuing());
    expect(finding).toMatchObject({
      severity: 'warning',
      message: expect.stringContaining('to: admin (ResolvedRefs is False, RefNotPermitted).'),
    });
  });

  it('where a Gateway is refused for more than a certificate that is being issued', () => {
    const conditions = [condition('Accepted', 'False', 'InvalidParameters')];
    expect(found({ conditions, listeners: { https: bare }, secrets }, {}, issuing())).toHaveLength(1);
  });

  it.each(['Pending', 'AddressNotAssigned'])('as a warning where an address is not made in time (%s)', (reason) => {
    expect(found({ conditions: making(reason, 15) })).toMatchObject([{ severity: 'warning', reason: 'NotProgrammed' }]);
  });
});

describe('gateway-not-programmed at its boundaries', () => {
  it('fires 5 minutes after the condition changed and not a second before', () => {
    expect(found({ conditions: making('Invalid', 5) })).toHaveLength(1);
    expect(found({ conditions: making('Invalid', 5 - 1 / 60) })).toHaveLength(0);
  });

  it('leaves a load balancer that is made a quarter of an hour', () => {
    expect(found({ conditions: making('Pending', 15 - 1 / 60) })).toEqual([]);
  });
});

describe('gateway-not-programmed is silent', () => {
  it.each<[string, GatewayFixture]>([
    ['that works and has no route', { conditions: fine, listeners: { http: fine } }],
    [
      'that nobody has looked at, as one of another cluster’s controller',
      { conditions: [condition('Accepted', 'Unknown', 'Pending'), condition('Programmed', 'Unknown', 'Pending')] },
    ],
    ['without any condition', {}],
    ['with a condition of another type', { conditions: [...fine, condition('example.com/Own', 'False')] }],
    ['that is being deleted', { conditions: making('Invalid', 60), deleting: true }],
  ])('about a Gateway %s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it.each<[string, GatewayFixture]>([
    ['of one of its listeners', { conditions: fine, listeners: { https: bare, http: fine } }],
    ['of its only listener', { conditions: making('Invalid', 6), listeners: { https: bare } }],
    [
      'without which its controller takes none of it',
      { conditions: [condition('Accepted', 'False', 'ListenersNotValid', 6)], listeners: { https: bare } },
    ],
  ])('while cert-manager issues the certificate %s, which is certificate-not-ready’s', (_, options) => {
    expect(found({ ...options, secrets }, {}, issuing())).toEqual([]);
    expect(found({ ...options, secrets }, {}, issuing({ ready: '' }))).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    expect(found({ conditions: making('Invalid', 60) }, { namespaces: { exclude: ['edge'] } })).toEqual([]);
  });

  it('where the cluster does not serve the API: the check is NotApplicable', () => {
    const knowledge = { gateways: { state: 'NotInstalled', message: 'not served' } } as const;
    expect(verdictOf(gatewayNotProgrammed, { knowledge })).toBe('NotApplicable: not served');
  });
});

it('gateway-not-programmed is unknown, not healthy, where a certificate is missing and nobody may say whether it is being issued', () => {
  const message = 'the operator may not list and watch certificates: forbidden';
  const knowledge = { certificates: { state: 'NotPermitted', message } } as const;
  const gateway = gatewayOf({ conditions: fine, listeners: { https: bare, http: fine }, secrets });
  expect(findingsOf(gatewayNotProgrammed, { gateways: [gateway], knowledge })).toEqual([]);
  expect(verdictOf(gatewayNotProgrammed, { gateways: [gateway], knowledge })).toBe(`Unknown: ${message}`);
});

it('gateway-not-programmed is unknown, not healthy, where gateways cannot be read', () => {
  const message = 'the operator may not list and watch gateways: forbidden';
  expect(verdictOf(gatewayNotProgrammed, { knowledge: { gateways: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
