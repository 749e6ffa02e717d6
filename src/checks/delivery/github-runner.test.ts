import { type ClusterFixture, clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { listener, listenerName, listenerPod, type RunnerFixture, runner, runnerSet } from '../../../test/fixtures/github-runners.ts';
import { podWith } from '../../../test/fixtures/workloads.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { githubRunner } from './github-runner.ts';

const withRunners = { deliveryTooling: ['GitHubActionsRunner' as const] };
const found = (cluster: ClusterFixture) => findingsOf(githubRunner, cluster, {}, withRunners);
const inBrief = (cluster: ClusterFixture) => found(cluster).map(({ object, reason }) => `${reason} ${object}`);
const set = 'AutoscalingRunnerSet/runners/linux';
const failed = (options: RunnerFixture = {}) =>
  runner('linux-x7k2f-runner-a', {
    phase: 'Failed',
    reason: 'TooManyPodFailures',
    message: 'Pod has failed to start more than 5 times',
    ...options,
  });
const pods = [podWith(listenerName, { namespace: 'arc-systems', owner: `AutoscalingListener/${listenerName}` })];

describe('github-runner fires', () => {
  it('on runners that could not be started, once for their set, with the quota that refuses them', () => {
    const message =
      'Failed to create the pod: pods "linux-x7k2f-runner-a" is forbidden: exceeded quota: ci, requested: pods=1, used: pods=9, limited: pods=9';
    const ephemeralrunners = ['a', 'b', 'c'].map((name) => runner(name, { phase: 'Failed', reason: 'InvalidPod', message }));
    expect(found({ autoscalingrunnersets: [runnerSet('linux')], ephemeralrunners })).toEqual([
      {
        object: set,
        severity: 'warning',
        reason: 'RunnersFail',
        message:
          'AutoscalingRunnerSet/runners/linux has runners that could not be started and are not tried again: a quota or limit of its namespace refuses it (ResourceQuota ci). See which, and delete them once that is mended: kubectl -n runners get ephemeralrunners.actions.github.com.',
      },
    ]);
  });

  it('with the same message when more fail after that', () => {
    const later = runner('linux-x7k2f-runner-0', { phase: 'Failed', message: 'kaputt', since: 5 });
    expect(found({ ephemeralrunners: [failed(), later] })).toEqual(found({ ephemeralrunners: [failed()] }));
  });

  it('on a runner that does not say of which set it is', () => {
    expect(inBrief({ ephemeralrunners: [failed({ metadata: { labels: {} } })] })).toEqual([
      'RunnersFail EphemeralRunner/runners/linux-x7k2f-runner-a',
    ]);
  });

  it('with no word of the controller’s, however long or foreign they are', () => {
    const message = `${'geht nicht '.repeat(10_000)}https://me:hunter2@github.com`;
    const [finding] = found({ ephemeralrunners: [failed({ reason: 'Kaputt', message })] });
    expect(finding?.message).toContain(': their status does not say by what. See which');
    expect(finding?.message).not.toMatch(/hunter2|nicht/);
  });

  it('on a set that is not set up, or whose runner is too old for GitHub', () => {
    expect(found({ autoscalingrunnersets: [runnerSet('linux', { status: { phase: 'Pending' } })] })[0]?.message).toContain(
      'AutoscalingRunnerSet/runners/linux takes no jobs: its controller does not get it set up (phase Pending).',
    );
    expect(found({ autoscalingrunnersets: [runnerSet('linux', { status: { phase: 'Outdated' } })] })[0]?.message).toContain(
      'Set a newer image',
    );
  });

  it('on a set below its minimum', () => {
    const cluster = { autoscalingrunnersets: [runnerSet('linux', { spec: { minRunners: 2 } })], ephemeralrunners: [runner('a')] };
    expect(found(cluster)[0]?.message).toContain('has 1 of the 2 runners that should be there at least (minRunners).');
  });

  it('on a listener without a pod, about the set that hears of no job, and of nothing that comes of it', () => {
    const cluster = { autoscalinglisteners: [listener], autoscalingrunnersets: [runnerSet('linux', { spec: { minRunners: 2 } })] };
    expect(found(cluster)).toMatchObject([{ object: set, reason: 'ListenerDown' }]);
    expect(found(cluster)[0]?.message).toContain(`its listener AutoscalingListener/arc-systems/${listenerName} has no pod that runs.`);
  });

  it('on a listener that is started again and again', () => {
    const cluster = { autoscalinglisteners: [listener], pods, 'listener-pods': [50, 30, 20, 5].map(listenerPod) };
    expect(found(cluster)[0]?.message).toContain('is started again and again: 4 times within an hour, or more.');
  });
});

describe('github-runner at its boundaries', () => {
  it('counts four starts within an hour, and neither three nor one of an hour ago', () => {
    const withStarts = (...minutes: number[]) =>
      found({ autoscalinglisteners: [listener], pods, 'listener-pods': minutes.map(listenerPod) });
    expect(withStarts(59, 30, 20, 5)).toHaveLength(1);
    expect(withStarts(60, 30, 20, 5)).toEqual([]);
    expect(withStarts(30, 20, 5, 5)).toEqual([]);
  });

  it('is content with as many runners as the minimum', () => {
    const autoscalingrunnersets = [runnerSet('linux', { spec: { minRunners: 2 } })];
    expect(found({ autoscalingrunnersets, ephemeralrunners: [runner('a'), runner('b', { phase: 'Pending' })] })).toEqual([]);
  });

  it('dates a failed runner from its last failure', () => {
    const [check] = configureChecks([githubRunner], []).checks;
    const view = clusterOf({ ephemeralrunners: [failed({ since: 20 })] });
    const [observation] = runCheck(check!, view, now, createAgreement(withRunners)).observations;
    expect(observation).toMatchObject({ stage: 'Queue', cause: 'RunnerUnavailable', dateMoves: true });
    expect(observation?.since?.toString()).toBe('2026-11-23T11:40:00Z');
  });
});

it('says what refuses runners, so that a change of it can be linked to them', () => {
  const message = 'Failed to create the pod: pods "a" is forbidden: exceeded quota: ci, requested: pods=1, used: pods=9, limited: pods=9';
  const [check] = configureChecks([githubRunner], []).checks;
  const view = clusterOf({ ephemeralrunners: [runner('a', { phase: 'Failed', reason: 'InvalidPod', message })] });
  expect(runCheck(check!, view, now, createAgreement(withRunners)).observations[0]).toMatchObject({ subject: 'ResourceQuota ci' });
});

describe('github-runner is silent', () => {
  const running = runnerSet('linux', { spec: { minRunners: 2 } });
  it.each<[string, ClusterFixture]>([
    [
      'a set that runs, and its listener',
      { autoscalingrunnersets: [runnerSet('linux')], autoscalinglisteners: [listener], pods, 'listener-pods': [listenerPod(600)] },
    ],
    [
      'a set without a status, as of an old version with no runner',
      { autoscalingrunnersets: [{ metadata: { name: 'linux', namespace: 'runners' } }] },
    ],
    ['a phase that nobody knows', { autoscalingrunnersets: [runnerSet('linux', { status: { phase: 'Sparkling' } })] }],
    ['a set scaled to none on purpose', { autoscalingrunnersets: [runnerSet('linux', { spec: { minRunners: 0 } })] }],
    [
      'a set that was closed on purpose',
      { autoscalingrunnersets: [runnerSet('linux', { spec: { minRunners: 0, maxRunners: 0 }, status: { phase: 'Pending' } })] },
    ],
    [
      'runners that end, while others come',
      {
        autoscalingrunnersets: [running],
        ephemeralrunners: [
          runner('a', { phase: 'Succeeded' }),
          runner('b', { metadata: { labels: runner('b').metadata.labels, deletionTimestamp: '2026-11-23T11:59:00Z' } }),
        ],
      },
    ],
    [
      'a set that is being deleted',
      {
        autoscalingrunnersets: [
          runnerSet('linux', { status: { phase: 'Pending' }, metadata: { deletionTimestamp: '2026-11-23T11:00:00Z' } }),
        ],
      },
    ],
    [
      'a runner that is being deleted after it failed',
      { ephemeralrunners: [failed({ metadata: { deletionTimestamp: '2026-11-23T11:00:00Z' } })] },
    ],
    ['a runner without a status', { ephemeralrunners: [{ metadata: { name: 'a', namespace: 'runners' } }] }],
    [
      'a listener that is being deleted',
      { autoscalinglisteners: [{ ...listener, metadata: { ...listener.metadata, deletionTimestamp: '2026-11-23T11:00:00Z' } }] },
    ],
    [
      'a listener whose pod is there and not ready, of which others tell',
      { autoscalinglisteners: [listener], pods: [podWith(listenerName, { namespace: 'arc-systems', notReady: 30 })] },
    ],
  ])('about %s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    const cluster = {
      ephemeralrunners: [failed()],
      autoscalinglisteners: [listener],
      autoscalingrunnersets: [runnerSet('linux', { status: { phase: 'Pending' } })],
    };
    expect(findingsOf(githubRunner, cluster, {}, { ...withRunners, namespaces: { exclude: ['runners'] } })).toEqual([]);
  });
});

describe('github-runner leaves what is unknown, not healthy', () => {
  const denied = { state: 'NotPermitted', message: 'the operator may not list and watch ephemeralrunners' } as const;
  const absent = { state: 'NotInstalled', message: 'the cluster does not serve autoscalingrunnersets' } as const;

  it('where the coverage does not name it, or it is not installed', () => {
    expect(verdictOf(githubRunner, {})).toBe('NotApplicable: scope.deliveryTooling does not name GitHubActionsRunner');
    expect(verdictOf(githubRunner, { knowledge: { autoscalingrunnersets: absent } }, withRunners)).toBe(`NotApplicable: ${absent.message}`);
  });

  it('where runners may not be read: their number is not judged, and what else is wrong is told', () => {
    const sets = [runnerSet('linux', { spec: { minRunners: 2 } }), runnerSet('arm', { status: { phase: 'Pending' } })];
    const cluster = { autoscalingrunnersets: sets, knowledge: { ephemeralrunners: denied } };
    expect(verdictOf(githubRunner, cluster, withRunners)).toBe(`Unknown: ${denied.message}`);
    expect(inBrief(cluster)).toEqual(['NotReady AutoscalingRunnerSet/runners/arm']);
  });
});
