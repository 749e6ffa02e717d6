import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { condition, gatewayOf, type RouteFixture, routeOf } from '../../../test/fixtures/networking.ts';
import { routeUnresolved } from './route-unresolved.ts';

const found = (options: RouteFixture, more: ClusterFixture = {}, agreement = {}) =>
  findingsOf(routeUnresolved, { gateways: [gatewayOf()], httproutes: [routeOf(options)], ...more }, {}, agreement);
const fine = [condition('Accepted', 'True'), condition('ResolvedRefs', 'True')];
const unresolved = (since = 60) => [condition('Accepted', 'True'), condition('ResolvedRefs', 'False', 'BackendNotFound', since)];
const refused = [condition('Accepted', 'False', 'NotAllowedByListeners')];

describe('route-unresolved fires', () => {
  it('where a route leads to what is not there, and names the parent and the reason', () => {
    expect(found({ conditions: unresolved() })).toEqual([
      {
        object: 'HTTPRoute/shop/web',
        severity: 'warning',
        reason: 'RefsNotResolved',
        message:
          'HTTPRoute/shop/web does not work as it is asked to for Gateway/edge/public (ResolvedRefs is False, BackendNotFound). Look at its conditions: kubectl -n shop describe httproute web.',
      },
    ]);
  });

  it('where a Gateway does not accept it', () => {
    expect(found({ conditions: refused })).toMatchObject([{ reason: 'NotAccepted' }]);
  });

  it.each([
    ['grpcroutes', 'GRPCRoute'],
    ['tlsroutes', 'TLSRoute'],
  ] as const)('for %s too', (resource, kind) => {
    expect(found({}, { httproutes: [], [resource]: [routeOf({ conditions: unresolved() })] })).toMatchObject([
      { object: `${kind}/shop/web` },
    ]);
  });

  it('where the Gateway is refused, about what is the route’s own', () => {
    const gateways = [gatewayOf({ conditions: [condition('Accepted', 'False')] })];
    const conditions = [condition('Accepted', 'False', 'NoMatchingParent'), condition('ResolvedRefs', 'False', 'BackendNotFound')];
    expect(found({ conditions }, { gateways })).toMatchObject([{ reason: 'RefsNotResolved' }]);
  });
});

describe('route-unresolved at its boundaries', () => {
  it('fires 5 minutes after the condition changed and not a second before', () => {
    expect(found({ conditions: unresolved(5) })).toHaveLength(1);
    expect(found({ conditions: unresolved(5 - 1 / 60) })).toHaveLength(0);
  });
});

describe('route-unresolved is silent', () => {
  it.each<[string, RouteFixture]>([
    ['that works', { conditions: fine }],
    ['that no controller has looked at', {}],
    ['about which a parent that is no longer in its spec has said no', { conditions: fine, leftBehind: refused }],
    ['of which a parent does not know yet', { conditions: [condition('Accepted', 'Unknown'), condition('ResolvedRefs', 'Unknown')] }],
    ['that is being deleted', { conditions: refused, deleting: true }],
  ])('about a route %s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('about a Gateway that is itself refused, which is gateway-not-programmed’s', () => {
    expect(found({ conditions: refused }, { gateways: [gatewayOf({ conditions: [condition('Accepted', 'False')] })] })).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    expect(found({ conditions: refused }, {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });

  it('where the cluster does not serve the API: the check is NotApplicable', () => {
    const knowledge = { gateways: { state: 'NotInstalled', message: 'not served' } } as const;
    expect(verdictOf(routeUnresolved, { knowledge })).toBe('NotApplicable: not served');
  });
});

describe('route-unresolved is unknown, not healthy,', () => {
  it.each(['gateways', 'httproutes', 'grpcroutes'] as const)('where %s cannot be read', (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(routeUnresolved, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  });

  it('but not where only some kinds of routes are served', () => {
    expect(verdictOf(routeUnresolved, { knowledge: { tlsroutes: { state: 'NotInstalled', message: 'none' } } })).toBeUndefined();
  });
});
