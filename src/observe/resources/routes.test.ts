import { condition, routeOf } from '../../../test/fixtures/networking.ts';
import type { KubeObject } from '../../kube/types.ts';
import { httproutes } from './routes.ts';

const project = (route: object) => httproutes.project(route as KubeObject);

it('Services are named once, with their namespace, without those that get nothing', () => {
  const backends = [
    { name: 'web' },
    { name: 'web', namespace: 'shop', weight: 3 },
    { name: 'next', weight: 0 },
    { name: 'far', namespace: 'other' },
    { name: 'import', kind: 'ServiceImport' },
  ];
  expect(project(routeOf({ backends }))?.services).toEqual(['shop/web', 'other/far']);
});

it('a route is attached where a parent of its spec has accepted it', () => {
  expect(project(routeOf({ conditions: [condition('Accepted', 'True')] }))?.attached).toBe(true);
  expect(project(routeOf({ conditions: [condition('Accepted', 'False')] }))?.attached).toBe(false);
  expect(project(routeOf({ leftBehind: [condition('Accepted', 'True')] }))?.attached).toBe(false);
  expect(project(routeOf())?.attached).toBe(false);
});

it('two listeners of one Gateway are two parents', () => {
  const parents = ['http', 'https'].map((sectionName) => ({ name: 'public', namespace: 'edge', sectionName }));
  const status = { parents: parents.map((parentRef) => ({ parentRef, conditions: [condition('Accepted', 'False', 'No', 5)] })) };
  expect(project({ metadata: { name: 'web', namespace: 'shop' }, spec: { parentRefs: parents }, status })?.parents).toEqual(
    ['http', 'https'].map((listener) => ({
      parent: 'Gateway/edge/public',
      listener,
      problems: [{ type: 'Accepted', since: '2026-11-23T11:55:00Z', reason: 'No' }],
    })),
  );
});
