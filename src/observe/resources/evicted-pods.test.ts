import { minutesAgo } from '../../../test/fixtures/cluster.ts';
import { evictedPod } from '../../../test/fixtures/workloads.ts';
import type { KubeObject } from '../../kube/types.ts';
import { evictedPods } from './evicted-pods.ts';

const project = (pod: object) => evictedPods.project(pod as KubeObject);

it('evicted pods are asked for apart from those that run, so that thousands of ended pods are never sent', () => {
  expect(evictedPods.fieldSelector).toBe('status.phase=Failed');
});

describe('what a node was short of, in the kubelet’s own sentences,', () => {
  it.each<[string, string]>([
    ['The node was low on resource: memory. Threshold quantity: 100Mi, available: 92Mi. Container web was using 2Gi', 'memory'],
    ['The node was low on resource: ephemeral-storage. ', 'ephemeral-storage'],
    ['The node was low on resource: inodes', 'inodes'],
    ['The node was low on resource: hugepages.example.com/x. ', 'hugepages.example.com/x'],
    ['The node had condition: [DiskPressure]. ', 'DiskPressure'],
    ['The node had condition: [MemoryPressure, PIDPressure]. ', 'MemoryPressure'],
    ['Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ', 'its own limit of storage'],
    ['Container web exceeded its local ephemeral storage limit "1Gi". ', 'its own limit of storage'],
    ['Usage of EmptyDir volume "cache" exceeds the limit "1Gi". ', 'its own limit of storage'],
    ['words of another release', ''],
    ['', ''],
  ])('%j', (message, lacking) => {
    expect(project(evictedPod('web-1', { message }))?.lacking).toBe(lacking);
  });
});

describe('when a pod was evicted', () => {
  it('is when the kubelet marked it, else when it was to start, else when it was made', () => {
    const pod = evictedPod('web-1', { ago: 5 }) as { metadata: object; status: object };
    const undated = (status: object) => project({ ...pod, status: { phase: 'Failed', reason: 'Evicted', ...status } })?.evictedAt;
    expect(project(pod)?.evictedAt).toBe(minutesAgo(5));
    expect(undated({ startTime: minutesAgo(9) })).toBe(minutesAgo(9));
    expect(undated({})).toBe(minutesAgo(605));
  });
});

it.each<[string, object]>([
  ['failed for another reason', evictedPod('web-1', { reason: 'NodeShutdown' })],
  ['runs', { metadata: { name: 'p' }, status: { phase: 'Running' } }],
])('a pod that %s is not kept', (_, pod) => {
  expect(project(pod)).toBeUndefined();
});
