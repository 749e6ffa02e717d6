import { minutesAgo } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { evictedPod, podWith } from '../../../test/fixtures/workloads.ts';
import type { AgreementInput } from '../agreement.ts';
import { podEvicted } from './pod-evicted.ts';

const found = (pods: object[], setting = {}, agreement: AgreementInput = {}) =>
  findingsOf(podEvicted, { 'evicted-pods': pods }, setting, agreement);
const days = (count: number) => count * 24 * 60;

describe('pod-evicted fires', () => {
  it('for the cluster, as information, with what was short and whose pod it was', () => {
    expect(found([evictedPod('web-1')])).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'PodsEvicted',
        message:
          '1 pod was evicted within 7 days, for lack of memory: of Deployment/shop/web. Give them requests that match what they use.',
      },
    ]);
  });

  it('once for all pods, with every workload and everything that was short', () => {
    const disk = 'The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9Gi. ';
    const pods = [
      evictedPod('web-1'),
      evictedPod('web-2'),
      evictedPod('db-0', { owner: 'StatefulSet/db', message: disk }),
      evictedPod('report-1', {
        owner: 'Job/report',
        message: 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ',
      }),
    ];
    expect(found(pods).map(({ message }) => message)).toEqual([
      '4 pods were evicted within 7 days, for lack of ephemeral-storage, its own limit of storage, memory: of Deployment/shop/web, Job/shop/report, StatefulSet/shop/db. Give them requests that match what they use.',
    ]);
  });

  it('without a cause where the kubelet gives none', () => {
    expect(found([evictedPod('web-1', { message: '' })])[0]?.message).toContain('1 pod was evicted within 7 days: of Deployment/shop/web.');
  });
});

describe('pod-evicted at its boundaries', () => {
  it('names an eviction for seven days, and not a second longer', () => {
    expect(found([evictedPod('web-1', { ago: days(7) })])).toHaveLength(1);
    expect(found([evictedPod('web-1', { ago: days(7) + 1 / 60 })])).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    expect(found([evictedPod('web-1', { ago: days(2) })], { parameters: { days: '1' } })).toHaveLength(0);
  });
});

describe('pod-evicted is silent', () => {
  it.each<[string, object]>([
    ['about a pod that failed by itself', evictedPod('web-1', { reason: '' })],
    ['about a pod that ended with its node', evictedPod('web-1', { reason: 'Terminated' })],
    ['about a pod that had to give way to one of higher priority', evictedPod('web-1', { reason: 'Preempting' })],
    ['about what is being removed', evictedPod('web-1', { deleting: true })],
    ['about a pod that runs', podWith('web-1')],
  ])('%s', (_, pod) => {
    expect(found([pod])).toEqual([]);
  });

  it('about a namespace that is not covered, or is being deleted', () => {
    expect(found([evictedPod('web-1')], {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
    const namespaces = [{ metadata: { name: 'shop', deletionTimestamp: minutesAgo(1) } }];
    expect(findingsOf(podEvicted, { 'evicted-pods': [evictedPod('web-1')], namespaces })).toEqual([]);
  });
});

it('pod-evicted is unknown, not healthy, where pods cannot be read', () => {
  const message = 'the operator may not list and watch pods: pods is forbidden';
  expect(verdictOf(podEvicted, { knowledge: { 'evicted-pods': { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
