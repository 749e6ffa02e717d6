import { eventOf } from '../../../test/fixtures/networking.ts';
import type { KubeObject } from '../../kube/types.ts';
import { loadBalancerEvents } from './load-balancer-events.ts';

const project = (event: object) => loadBalancerEvents.project(event as KubeObject);
const messageOf = (message: string) => project(eventOf('Service/shop/web', 'SyncLoadBalancerFailed', { message }))?.message;

it('of what the controller of a load balancer says is kept what it is about, whether it failed, and when', () => {
  expect(project(eventOf('Ingress/shop/web', 'FailedDeployModel', { message: 'quota', first: 30, last: 2 }))).toEqual({
    name: 'web.FailedDeployModel',
    namespace: 'shop',
    object: 'Ingress/shop/web',
    reason: 'FailedDeployModel',
    failed: true,
    message: 'quota',
    firstAt: '2026-11-23T11:30:00Z',
    lastAt: '2026-11-23T11:58:00Z',
  });
});

it('of a success the words are not kept', () => {
  expect(project(eventOf('Service/shop/web', 'EnsuredLoadBalancer', { message: 'Ensured' }))).toMatchObject({ failed: false, message: '' });
});

it.each([
  ['about a pod', eventOf('Pod/shop/web', 'FailedDeployModel')],
  ['with another reason', eventOf('Ingress/shop/web', 'Sync')],
  ['without anything', {}],
  ['with empty fields', { metadata: {}, involvedObject: {}, reason: '', message: '' }],
])('an Event %s is not kept', (_, event) => {
  expect(project(event)).toBeUndefined();
});

it('ten thousand Events of other things leave nothing behind', () => {
  const kinds = ['Pod', 'Application', 'Kustomization', 'ClusterPolicy', 'Service'];
  const kept = Array.from({ length: 10_000 }, (_, index) => project(eventOf(`${kinds[index % 5]}/shop/x${index}`, 'BackOff')));
  expect(kept.filter((one) => one !== undefined)).toEqual([]);
});

it('what most Events are about is left out by the API server', () => {
  expect(loadBalancerEvents.fieldSelector?.split(',')).toEqual(
    expect.arrayContaining(['involvedObject.kind!=Pod', 'involvedObject.kind!=Node']),
  );
});

it('a series counts until it was last seen', () => {
  const series = { count: 9, lastObservedTime: '2026-11-23T11:59:00.123456Z' };
  const event = {
    ...eventOf('Service/shop/web', 'SyncLoadBalancerFailed'),
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: '2026-11-23T11:00:00.000001Z',
    series,
  };
  expect(project(event)).toMatchObject({ firstAt: '2026-11-23T11:00:00.000001Z', lastAt: '2026-11-23T11:59:00.123456Z' });
});

it('a message is the same for every attempt, on one line and short', () => {
  const id = '01234567-89ab-cdef-0123-456789abcdef';
  expect(messageOf(`AccessDenied: no\n\tstatus code: 403, request id: ${id}`)).toBe('AccessDenied: no status code: 403');
  expect(messageOf(`api error, RequestID: ${id}, quota`)).toBe('api error, quota');
  expect(messageOf(`operation ${id} failed`)).toBe('operation … failed');
  expect(messageOf('x'.repeat(5000))).toHaveLength(241);
  // The API server bounds no message of an Event.
  expect(messageOf(`quota${' '.repeat(1_200_000)}later`)).toBe('quota');
});

it('a message is without the credentials of what it names', () => {
  const named = messageOf('Post "https://bot:hunter22@cloud.example.com/v1?token=c2VjcmV0c2VjcmV0": refused, password=hunter22');
  expect(named).toBe('Post "https://cloud.example.com/v1?***": refused, password=***');
});
