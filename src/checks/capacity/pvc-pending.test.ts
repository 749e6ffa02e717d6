import { type ClaimFixture, claim, podWithClaims, storageClass } from '../../../test/fixtures/capacity.ts';
import { clusterOf, minutesAgo, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { pvcPending } from './pvc-pending.ts';

const storageclasses = [
  storageClass('fast', 'Immediate'),
  storageClass('late', 'WaitForFirstConsumer'),
  storageClass('local', 'Immediate', 'kubernetes.io/no-provisioner'),
];
const cluster = (options: ClaimFixture, pods: object[] = []) => ({
  persistentvolumeclaims: [claim({ phase: 'Pending', ...options })],
  pods,
  storageclasses,
});
const found = (...given: Parameters<typeof cluster>) => findingsOf(pvcPending, cluster(...given));
const scheduling = (reason: string) => ({
  status: {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason, message: 'words', lastTransitionTime: minutesAgo(60) }],
  },
});

describe('pvc-pending fires', () => {
  it('for a claim that its provisioner makes nothing for, and names both', () => {
    expect(found({ storageClass: 'fast' })).toEqual([
      {
        object: 'PersistentVolumeClaim/shop/data',
        severity: 'warning',
        reason: 'Pending',
        message:
          'PersistentVolumeClaim/shop/data has no volume: the provisioner ebs.csi.aws.com of its StorageClass fast has not made one. See the Events of `kubectl describe pvc data -n shop`.',
      },
    ]);
  });

  it.each<[string, ClaimFixture, string]>([
    [
      'whose class does not exist',
      { storageClass: 'typo' },
      'its StorageClass typo does not exist, so only a PersistentVolume made by hand can fill it',
    ],
    ['that names no class', {}, 'it names no StorageClass, so only a PersistentVolume made by hand can fill it'],
    ['of a class whose volumes are made by hand', { storageClass: 'local' }, 'no free PersistentVolume of its StorageClass local fits it'],
  ])('for a claim %s', (_, options, words) => {
    expect(found(options)[0]?.message).toContain(`has no volume: ${words}. See`);
  });

  it.each<[string, object]>([
    ['that has a node', { nodeName: 'a' }],
    ['that the scheduler had found a node for', { pod: scheduling('SchedulerError') }],
  ])('for a claim that waited for its first pod and is used by one %s', (_, options) => {
    expect(found({ storageClass: 'late' }, [podWithClaims('web', ['data'], options)])).toHaveLength(1);
  });

  it('for the claim of a generic ephemeral volume, which has the names of pod and volume', () => {
    const spec = { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: {} } }] };
    expect(found({ storageClass: 'late', name: 'web-scratch' }, [podWithClaims('web', [], { nodeName: 'a', spec })])).toHaveLength(1);
  });

  it('for a claim whose volume is gone', () => {
    expect(found({ phase: 'Lost', storageClass: 'late' })).toMatchObject([
      { reason: 'Lost', message: expect.stringContaining('the volume that it was bound to is gone') },
    ]);
  });
});

describe('pvc-pending at its boundaries', () => {
  it('fires at exactly 15 minutes since the claim was made and not a second before', () => {
    expect([15, 15 - 1 / 60].map((age) => found({ storageClass: 'fast', age }).length)).toEqual([1, 0]);
  });

  it('counts from our first sight where the claim waited for a pod, however long', () => {
    const { checks } = configureChecks([pvcPending], []);
    const view = clusterOf(cluster({ storageClass: 'late', age: 90_000 }, [podWithClaims('web', ['data'], { nodeName: 'a' })]));
    const { observations } = runCheck(checks[0]!, view, now, createAgreement());
    expect(observations.map(({ since }) => since)).toEqual([undefined]);
  });
});

describe('pvc-pending is silent', () => {
  it.each<[string, ClaimFixture, object[]]>([
    ['for a claim that has its volume', { phase: 'Bound', storageClass: 'fast' }, []],
    ['for a claim that was made just now', { storageClass: 'fast', age: 2 }, []],
    ['for a claim that is being deleted', { storageClass: 'fast', deleting: true }, []],
    ['for a lost claim that is being deleted', { phase: 'Lost', deleting: true }, []],
    ['for a claim that waits for its first pod', { storageClass: 'late' }, [podWithClaims('other', ['more'], { nodeName: 'a' })]],
    [
      'while no node takes the pod, which is pod-unschedulable’s',
      { storageClass: 'late' },
      [podWithClaims('web', ['data'], { pod: scheduling('Unschedulable') })],
    ],
    [
      'while a gate holds the pod back',
      { storageClass: 'late' },
      [
        podWithClaims('web', ['data'], {
          spec: { schedulingGates: [{ name: 'queue' }], volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] },
        }),
      ],
    ],
    [
      'while the pod is being deleted',
      { storageClass: 'late' },
      [podWithClaims('web', ['data'], { pod: { metadata: { name: 'web', namespace: 'shop', deletionTimestamp: minutesAgo(1) } } })],
    ],
  ])('%s', (_, options, pods) => {
    expect(found(options, pods)).toEqual([]);
  });

  it('for a claim of the same name in another namespace than the pod’s', () => {
    const pods = [podWithClaims('web', ['data'], { nodeName: 'a', pod: { metadata: { name: 'web', namespace: 'other' } } })];
    expect(found({ storageClass: 'late' }, pods)).toEqual([]);
  });
});

it.each(['persistentvolumeclaims', 'pods', 'storageclasses'] as const)(
  'pvc-pending is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(pvcPending, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);
