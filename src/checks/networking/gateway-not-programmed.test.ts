import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { condition, type GatewayFixture, gatewayOf } from '../../../test/fixtures/networking.ts';
import { gatewayNotProgrammed } from './gateway-not-programmed.ts';

const found = (options: GatewayFixture, agreement = {}) =>
  findingsOf(gatewayNotProgrammed, { gateways: [gatewayOf(options)] }, {}, agreement);
const fine = [condition('Accepted', 'True'), condition('Programmed', 'True')];
const making = (reason: string, minutes: number) => [condition('Accepted', 'True'), condition('Programmed', 'False', reason, minutes)];

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

  it.each(['Accepted', 'Programmed', 'ResolvedRefs'])('where only a listener has %s False', (type) => {
    expect(found({ conditions: fine, listeners: { https: [condition(type, 'False', 'Why')], http: fine } })).toEqual([
      {
        object: 'Gateway/edge/public',
        severity: 'critical',
        reason: 'ListenerNotProgrammed',
        message: `Listeners of Gateway/edge/public (class cloud) do not work as they are asked to: https (${type} is False, Why). Look at its conditions: kubectl -n edge describe gateway public.`,
      },
    ]);
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

  it('about a namespace that is not covered', () => {
    expect(found({ conditions: making('Invalid', 60) }, { namespaces: { exclude: ['edge'] } })).toEqual([]);
  });

  it('where the cluster does not serve the API: the check is NotApplicable', () => {
    const knowledge = { gateways: { state: 'NotInstalled', message: 'not served' } } as const;
    expect(verdictOf(gatewayNotProgrammed, { knowledge })).toBe('NotApplicable: not served');
  });
});

it('gateway-not-programmed is unknown, not healthy, where gateways cannot be read', () => {
  const message = 'the operator may not list and watch gateways: forbidden';
  expect(verdictOf(gatewayNotProgrammed, { knowledge: { gateways: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
