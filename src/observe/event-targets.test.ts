import { eventTargetOf, eventTargets } from './event-targets.ts';

describe('an object that an Event can be about', () => {
  it.each<[string, ReturnType<typeof eventTargetOf>]>([
    ['Node/worker-1', { type: eventTargets.Node!, name: 'worker-1' }],
    ['Deployment/shop/web', { type: eventTargets.Deployment!, name: 'web', namespace: 'shop' }],
    ['APIService/v1beta1.metrics.k8s.io', { type: eventTargets.APIService!, name: 'v1beta1.metrics.k8s.io' }],
    ['ClusterRoleBinding/team/a:admin', { type: eventTargets.ClusterRoleBinding!, name: 'team/a:admin' }],
  ])('%s is read from its spelling', (object, target) => {
    expect(eventTargetOf(object)).toEqual(target);
  });

  it.each([
    'Cluster/local',
    'NodePool/general',
    'CoverageBaseline/base',
    'Node',
    'Node/',
    'Pod/web',
    'Pod/shop/',
    'Pod/a/b/c',
    '',
    '/',
    'constructor/x',
    'toString/a/b',
  ])('%j is none', (object) => {
    expect(eventTargetOf(object)).toBeUndefined();
  });
});

it('every kind is spelled as Kubernetes spells it', () => {
  for (const [name, { kind, resource }] of Object.entries(eventTargets)) {
    expect(kind).toBe(name);
    expect(resource).toMatch(/^[a-z]+s$/);
    // NetworkPolicy becomes networkpolicies.
    expect(resource.startsWith(kind.toLowerCase().slice(0, -1))).toBe(true);
  }
});
