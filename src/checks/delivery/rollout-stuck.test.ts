import { type ClusterFixture, clusterOf, minutesAgo, node, now, pod as plainPod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { crashing, type PodStateFixture, podWith, shopWith } from '../../../test/fixtures/workloads.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { podCrashloop } from '../workloads/pod-crashloop.ts';
import { podNotReady } from '../workloads/pod-not-ready.ts';
import { rolloutStuck } from './rollout-stuck.ts';

interface RolloutFixture {
  /** Minutes since its deadline has passed. */
  passed?: number;
  deadlineSeconds?: number;
  spec?: object;
  failure?: string;
  metadata?: object;
}

function web({ passed = 30, deadlineSeconds, spec, failure, metadata }: RolloutFixture = {}): object {
  const condition = (type: string, status: string, reason: string, message = '') => ({
    ...{ type, status, reason, message, lastTransitionTime: minutesAgo(passed) },
  });
  return {
    metadata: { name: 'web', namespace: 'shop', generation: 1, ...metadata },
    spec: { replicas: 2, ...(deadlineSeconds ? { progressDeadlineSeconds: deadlineSeconds } : {}), ...spec },
    status: {
      ...{ observedGeneration: 1, readyReplicas: 1 },
      conditions: [
        condition('Progressing', 'False', 'ProgressDeadlineExceeded'),
        ...(failure ? [condition('ReplicaFailure', 'True', 'FailedCreate', failure)] : []),
      ],
    },
  };
}

const notReady = (name = 'web-1', options: PodStateFixture = {}) => podWith(name, { notReady: 90, ...options });
const rollout = (pods: object[], options: RolloutFixture = {}) => shopWith(pods, { deployments: [web(options)] });
const found = (cluster: ClusterFixture) => findingsOf(rolloutStuck, cluster);
const placeOf = (cluster: ClusterFixture) => {
  const { checks } = configureChecks([rolloutStuck], []);
  return runCheck(checks[0]!, clusterOf(cluster), now, createAgreement()).observations.map(({ stage, cause }) => [stage, cause]);
};

/** StatefulSet shop/db or DaemonSet shop/agent in the middle of an update. */
const db = (status: object = {}, spec: object = {}) => ({
  metadata: { name: 'db', namespace: 'shop', generation: 2 },
  spec: { replicas: 3, ...spec },
  status: { observedGeneration: 2, updatedReplicas: 1, readyReplicas: 2, currentRevision: 'db-1', updateRevision: 'db-2', ...status },
});
const agent = (rollingUpdate: object = {}, status: object = {}) => ({
  metadata: { name: 'agent', namespace: 'shop', generation: 2 },
  spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate } },
  status: { observedGeneration: 2, desiredNumberScheduled: 30, numberReady: 28, updatedNumberScheduled: 5, ...status },
});
const ofDb = (minutes = 90) => notReady('db-2', { owner: 'StatefulSet/db', notReady: minutes });
const ofAgent = (index: number) => notReady(`agent-${index}`, { owner: 'DaemonSet/agent' });
const update = (workload: object, pods: object[] = [ofDb()]) => shopWith(pods, { statefulsets: [workload] });
const replacing = (workload: object, pods: object[]) => shopWith(pods, { daemonsets: [workload] });

describe('rollout-stuck fires', () => {
  it('on a Deployment whose new pod is not ready, and names it and why', () => {
    expect(found(rollout([notReady()]))).toEqual([
      {
        object: 'Deployment/shop/web',
        severity: 'warning',
        reason: 'RolloutStuck',
        message:
          'The rollout of Deployment/shop/web has made no progress for longer than its progressDeadlineSeconds of 600: pod web-1 runs and its readiness probe does not succeed. Bring the version before back: kubectl -n shop rollout undo deployment/web.',
      },
    ]);
  });

  it.each<[string, ClusterFixture, string, string, string]>([
    ['crashes', rollout([crashing('web-2')]), 'Deploy', 'CrashLoop', 'pod web-2 crashes: main ended with exit code 1'],
    [
      'waits for a ConfigMap',
      rollout([notReady('web-1', { containers: [{ waiting: 'CreateContainerConfigError' }] })]),
      'Deploy',
      'Unknown',
      'pod web-1 is not started: main waits (CreateContainerConfigError)',
    ],
    [
      'has not begun',
      rollout([notReady('web-1', { containers: [{ started: false }] })]),
      'Verify',
      'ProbeFailed',
      'its startup probe does not succeed',
    ],
    ['waits for a load balancer', rollout([notReady('web-1', { gated: true })]), 'Verify', 'DependencyNotReady', 'a readiness gate is not'],
    ['says nothing', rollout([podWith('web-1')]), 'Deploy', 'DeadlineExceeded', 'none of its pods says why'],
    [
      'may not be made for a quota',
      rollout([], { failure: 'pods "web-x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=10' }),
      'Deploy',
      'QuotaExceeded',
      'its pods cannot be made, because of ResourceQuota team',
    ],
    [
      'may not be made for a policy',
      rollout([], { failure: 'admission webhook "policy.example.com" denied the request: no owner' }),
      'Deploy',
      'AdmissionDenied',
      'because of webhook policy.example.com',
    ],
  ])('with a pod that %s', (_, cluster, stage, cause, words) => {
    expect(placeOf(cluster)).toEqual([[stage, cause]]);
    expect(found(cluster)[0]?.message).toContain(words);
  });

  it('on a StatefulSet whose update does not go on', () => {
    expect(found(update(db())).map(({ object, message }) => [object, message])).toEqual([
      [
        'StatefulSet/shop/db',
        'The rollout of StatefulSet/shop/db does not go on: pod db-2 runs and its readiness probe does not succeed. Bring the version before back: kubectl -n shop rollout undo statefulset/db.',
      ],
    ]);
  });

  it('on a DaemonSet of which as many pods fail as may be away', () => {
    expect(found(replacing(agent(), [ofAgent(1)])).map(({ object }) => object)).toEqual(['DaemonSet/shop/agent']);
    expect(found(replacing(agent({ maxUnavailable: '10%' }), [1, 2, 3].map(ofAgent)))).toHaveLength(1);
  });

  it('alone, where its pods crash or are not ready', () => {
    const clusters = [rollout([crashing('web-1')]), rollout([notReady()]), update(db()), replacing(agent(), [ofAgent(1)])];
    for (const cluster of clusters) {
      expect(found(cluster)).toHaveLength(1);
      for (const check of [podCrashloop, podNotReady]) expect(findingsOf(check, cluster)).toEqual([]);
    }
  });
});

describe('rollout-stuck at its boundaries', () => {
  it('fires after 15 minutes without progress, of which the deadline is a part', () => {
    expect(found(rollout([notReady()], { passed: 5 }))).toHaveLength(1);
    expect(found(rollout([notReady()], { passed: 5 - 1 / 60 }))).toHaveLength(0);
    expect(found(rollout([notReady()], { passed: 0, deadlineSeconds: 3600 }))).toHaveLength(1);
  });

  it('fires after 15 minutes without a pod that becomes ready', () => {
    expect(found(update(db(), [ofDb(15)]))).toHaveLength(1);
    expect(found(update(db(), [ofDb(15 - 1 / 60)]))).toHaveLength(0);
  });

  it('counts from the last pod that has to fail for it', () => {
    const pods = [ofAgent(1), notReady('agent-2', { owner: 'DaemonSet/agent', notReady: 5 })];
    expect(found(replacing(agent({ maxUnavailable: 2 }), pods))).toEqual([]);
  });

  it('needs as many pods as may be away at once', () => {
    expect(found(replacing(agent({ maxUnavailable: '10%' }), [1, 2].map(ofAgent)))).toEqual([]);
    expect(found(replacing(agent({ maxUnavailable: 0, maxSurge: 2 }), [ofAgent(1)]))).toEqual([]);
  });
});

describe('rollout-stuck is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['about a rollout that goes on', shopWith([notReady()], { deployments: [{ ...web(), status: { observedGeneration: 1 } }] })],
    ['about one that is paused', rollout([notReady()], { spec: { paused: true } })],
    ['about one that is scaled to zero', rollout([], { spec: { replicas: 0 } })],
    ['about one that is being deleted', rollout([notReady()], { metadata: { deletionTimestamp: minutesAgo(1) } })],
    ['where image-pull tells of the image', rollout([notReady('web-1', { containers: [{ waiting: 'ErrImagePull' }] })])],
    [
      'where pod-unschedulable tells of its pods',
      rollout([plainPod('web-1', { namespace: 'shop', deployment: 'web', unschedulable: '0/1 nodes are available.' })]),
    ],
    ['where its pods are on nodes that are not ready', { ...rollout([notReady()]), nodes: [node('a', { ready: 'False' })] }],
    ['about a StatefulSet that is not being updated', update(db({ currentRevision: 'db-2' }))],
    ['about one whose update is held at a partition', update(db({}, { updateStrategy: { rollingUpdate: { partition: 2 } } }))],
    ['about one that somebody else updates', update(db({}, { updateStrategy: { type: 'OnDelete' } }))],
    ['about an update that goes on', update(db(), [podWith('db-2', { owner: 'StatefulSet/db' })])],
    ['about a DaemonSet whose update is done', replacing(agent({}, { updatedNumberScheduled: 30 }), [ofAgent(1)])],
    ['about a spec that nobody has seen yet', update(db({ observedGeneration: 1 }))],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
  });

  it('in a namespace that is not covered', () => {
    expect(findingsOf(rolloutStuck, rollout([notReady()]), {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });

  it('about the network plugin, of which cni-gap tells', () => {
    const plugin = { ...agent(), metadata: { name: 'aws-node', namespace: 'kube-system', generation: 2 } };
    const pod = notReady('aws-node-1', { namespace: 'kube-system', owner: 'DaemonSet/aws-node' });
    expect(found(replacing(plugin, [pod]))).toEqual([]);
  });
});

it('rollout-stuck is unknown, not healthy, where Deployments cannot be read', () => {
  const message = 'the operator may not list and watch deployments: deployments is forbidden';
  expect(verdictOf(rolloutStuck, { knowledge: { deployments: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
