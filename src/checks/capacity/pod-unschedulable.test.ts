import { minutesAgo, type PodFixture, pod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { constraintsOf, podUnschedulable } from './pod-unschedulable.ts';

const preemption = 'preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.';
const noCpu = `0/3 nodes are available: 3 Insufficient cpu. ${preemption}`;
const found = (...pods: object[]) => findingsOf(podUnschedulable, { pods });
const waiting = (options: PodFixture = {}) => pod('web-7d4b9c-x2x', { namespace: 'shop', unschedulable: noCpu, ...options });

describe('pod-unschedulable fires', () => {
  it('on the Deployment of a pod that fits on no node, and names what is short', () => {
    expect(found(waiting({ deployment: 'web' }))).toEqual([
      {
        object: 'Deployment/shop/web',
        severity: 'warning',
        reason: 'Unschedulable',
        message: 'No node can take the pods of Deployment/shop/web: Insufficient cpu.',
      },
    ]);
  });

  it('once for all pods of a workload, with everything that is in their way', () => {
    const findings = found(
      waiting({ deployment: 'web' }),
      pod('web-7d4b9c-y3y', {
        namespace: 'shop',
        deployment: 'web',
        unschedulable: `0/3 nodes are available: 1 Insufficient memory, 2 Insufficient cpu. ${preemption}`,
      }),
    );
    expect(findings.map(({ message }) => message)).toEqual([
      'No node can take the pods of Deployment/shop/web: Insufficient cpu; Insufficient memory.',
    ]);
  });

  it('apart for workloads of the same name in two namespaces', () => {
    const other = pod('web-7d4b9c-z4z', { namespace: 'staging', deployment: 'web', unschedulable: noCpu });
    expect(
      found(waiting({ deployment: 'web' }), other)
        .map(({ object }) => object)
        .sort(),
    ).toEqual(['Deployment/shop/web', 'Deployment/staging/web']);
  });

  it('on the pod itself where nothing owns it', () => {
    expect(found(waiting())[0]?.object).toBe('Pod/shop/web-7d4b9c-x2x');
  });

  it('says so where the scheduler gives no reason', () => {
    const bare = pod('bare', { unschedulable: ' ' });
    bare.status!.conditions![0]!.message = '';
    expect(found(bare)[0]?.message).toBe('No node can take the pods of Pod/default/bare: the scheduler gives no reason.');
  });

  it('with the same message when nodes come and go', () => {
    const message = (text: string) => found(waiting({ deployment: 'web', unschedulable: text }))[0]?.message;
    expect(message('0/41 nodes are available: 7 Insufficient cpu, 34 node(s) were unschedulable.')).toBe(
      message('0/9 nodes are available: 2 node(s) were unschedulable, 7 Insufficient cpu.'),
    );
  });
});

describe('pod-unschedulable at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    expect(found(waiting({ since: 15 }))).toHaveLength(1);
    expect(found(waiting({ since: 15 - 1 / 60 }))).toHaveLength(0);
  });

  it('counts from the pod that has waited longest', () => {
    const young = pod('web-7d4b9c-y3y', { namespace: 'shop', deployment: 'web', unschedulable: noCpu, since: 1 });
    expect(found(young, waiting({ deployment: 'web', since: 20 }))).toHaveLength(1);
    expect(found(waiting({ deployment: 'web', since: 20 }), young)).toHaveLength(1);
  });

  it('takes another time from the coverage', () => {
    expect(findingsOf(podUnschedulable, { pods: [waiting({ since: 2 })] }, { for: '2m' })).toHaveLength(1);
  });
});

describe('pod-unschedulable is silent', () => {
  it.each<[string, object]>([
    ['for a pod that runs', pod('web', { nodeName: 'a' })],
    ['for a pod that the scheduler has not looked at yet', pod('new')],
    [
      'for a pod that is held back on purpose, by a gate',
      pod('gated', { unschedulable: 'Scheduling is blocked due to non-empty scheduling gates', reason: 'SchedulingGated' }),
    ],
    ['for a pod that is being deleted', waiting({ deleting: true })],
    ['while an autoscaler adds a node', waiting({ since: 6 })],
    ['for a pod of a Job that has ended', waiting({ phase: 'Failed' })],
    ['where the scheduler itself failed, which is not the pod’s fault', waiting({ reason: 'SchedulerError' })],
  ])('%s', (_, object) => {
    expect(found(object)).toEqual([]);
  });

  it('for a pod that was placed at last', () => {
    const placed = pod('web', { nodeName: 'a' });
    placed.status!.conditions = [{ type: 'PodScheduled', status: 'True', lastTransitionTime: minutesAgo(30) }];
    expect(found(placed)).toEqual([]);
  });
});

it('pod-unschedulable is unknown, not healthy, where pods cannot be read', () => {
  const message = 'the operator may not list and watch pods: pods is forbidden';
  expect(verdictOf(podUnschedulable, { knowledge: { pods: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});

describe('the scheduler’s message gives the constraints', () => {
  it.each<[string, string, string[]]>([
    ['one resource', `0/1 nodes are available: 1 Insufficient cpu. ${preemption}`, ['Insufficient cpu']],
    [
      'several, as since 1.34',
      "0/6 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient memory, 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/6 nodes are available: 2 No preemption victims found for incoming pod, 4 Preemption is not helpful for scheduling.",
      ['node(s) had untolerated taint(s)', 'Insufficient memory', "node(s) didn't match Pod's node affinity/selector"],
    ],
    [
      'a taint with its key, as before 1.34',
      '0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 Too many pods. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.',
      ['node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }', 'Too many pods'],
    ],
    [
      'a cluster with dynamic resource allocation, 1.32 to 1.36',
      `0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, ${preemption}`,
      ['node(s) were unschedulable', 'Insufficient cpu'],
    ],
    [
      'a claim for a device that is not there',
      `0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, ${preemption}`,
      ['cannot allocate all claims'],
    ],
    [
      'a volume claim that does not exist',
      `0/3 nodes are available: persistentvolumeclaim "data" not found. ${preemption}`,
      ['persistentvolumeclaim "data" not found'],
    ],
    [
      'a volume claim that is not bound',
      `0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. ${preemption}`,
      ['pod has unbound immediate PersistentVolumeClaims'],
    ],
    ['no mention of preemption', '0/2 nodes are available: 2 Insufficient nvidia.com/gpu.', ['Insufficient nvidia.com/gpu']],
    ['no nodes at all', 'no nodes available to schedule pods', ['no nodes available to schedule pods']],
    ['words of another scheduler', 'queue is full.', ['queue is full']],
    ['nothing', '', []],
  ])('of %s', (_, message, constraints) => {
    expect(constraintsOf(message)).toEqual(constraints);
  });

  it('in bounded size, however long it is', () => {
    const many = Array.from({ length: 500 }, (_, index) => `1 Insufficient vendor.example/device-${index}`).join(', ');
    expect(constraintsOf(`0/500 nodes are available: ${many}.`)).toHaveLength(8);
    expect(constraintsOf('x'.repeat(5000))[0]).toHaveLength(200);
  });
});
