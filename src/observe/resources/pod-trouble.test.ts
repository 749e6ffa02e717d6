import { minutesAgo } from '../../../test/fixtures/cluster.ts';
import { type ContainerFixture, podWith } from '../../../test/fixtures/workloads.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { PodTrouble } from './pod-trouble.ts';
import { type PodView, pods } from './pods.ts';

/** What is kept of a pod's trouble after it was seen in these states, one after the other. */
function seen(...states: object[]): PodTrouble | undefined {
  return states.reduce<PodView | undefined>((before, state) => pods.project(state as KubeObject, before), undefined)?.trouble;
}
const withContainer = (container: ContainerFixture) => podWith('web-1', { containers: [container] });
const killed = (ago: number) => withContainer({ last: { reason: 'OOMKilled', ago } });
const kills = (...states: object[]) => seen(...states)?.oomKills.map(({ container, at }) => `${container} ${at}`);

describe('nothing is kept of a pod', () => {
  it.each<[string, object]>([
    ['that is ready', podWith('web-1')],
    ['whose container was started again once', withContainer({ restarts: 1, last: {} })],
    ['whose container ended after it had run for long', withContainer({ restarts: 9, last: { ran: 30 } })],
    ['with an init container that has done its work', podWith('web-1', { initContainers: [{ restarts: 0, ended: { exitCode: 0 } }] })],
    [
      'of which one container has ended well and is not started again',
      podWith('web-1', { notReady: 5, restartPolicy: 'Never', containers: [{ name: 'step', restarts: 0, ended: { exitCode: 0 } }, {}] }),
    ],
    ['that has no node yet', { metadata: { name: 'p' }, spec: {}, status: { phase: 'Pending' } }],
    ['that runs and says nothing of being ready', { metadata: { name: 'p' }, spec: { nodeName: 'a' }, status: { phase: 'Running' } }],
    ['of which nothing is known', { metadata: { name: 'p' } }],
  ])('%s', (_, pod) => {
    expect(seen(pod)).toBeUndefined();
  });

  it('that was not ready and is again', () => {
    expect(seen(podWith('web-1', { notReady: 5 }), podWith('web-1'))).toBeUndefined();
  });
});

describe('of a pod that is not ready', () => {
  it.each<[string, object, string]>([
    ['its init containers run', podWith('web-1', { notReady: 5, initializing: true }), 'Initializing'],
    ['a startup probe has not succeeded', podWith('web-1', { notReady: 5, containers: [{ started: false }] }), 'Starting'],
    ['a readiness gate is missing', podWith('web-1', { notReady: 5, gated: true }), 'Gated'],
    ['its containers run', podWith('web-1', { notReady: 5 }), 'Started'],
    [
      'its kubelet has said nothing',
      {
        ...{ metadata: { name: 'p' }, spec: { nodeName: 'a' } },
        status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: minutesAgo(5) }] },
      },
      'Unseen',
    ],
  ])('it is kept since when, and that %s', (_, pod, progress) => {
    expect(seen(pod)?.notReady).toEqual({ since: minutesAgo(5), progress });
  });

  it('its containers count from when the init containers had ended', () => {
    expect(seen(podWith('web-1', { notReady: 9, initialized: 3 }))?.startingSince).toBe(minutesAgo(3));
    expect(seen(podWith('web-1', { notReady: 3, initialized: 9 }))?.startingSince).toBe(minutesAgo(3));
  });
});

describe('of containers', () => {
  it('those that wait are kept, with how they ended before, but not those that wait for init containers', () => {
    const containers = [
      { waiting: 'CrashLoopBackOff', last: { exitCode: 2, ago: 3 } },
      { name: 'late', waiting: 'PodInitializing' },
    ];
    expect(seen(podWith('web-1', { notReady: 5, containers }))?.containers).toEqual([
      {
        ...{ name: 'main', waiting: 'CrashLoopBackOff', runningSince: undefined, repeats: true },
        ended: { exitCode: 2, reason: 'Error', at: minutesAgo(3) },
      },
    ]);
  });

  it('those that run are kept where they have crashed soon after their start again and again', () => {
    expect(seen(withContainer({ running: 1, restarts: 3, last: {} }))?.containers).toMatchObject([
      { waiting: '', repeats: true, runningSince: minutesAgo(1) },
    ]);
  });

  it('text that thousands of pods have is kept once', () => {
    const name = (index: number) => seen(podWith(`web-${index}`, { containers: [{ name: `a-${'long'.repeat(9)}`, waiting: 'Waits' }] }));
    expect(name(1)?.containers[0]?.name).toBe(name(2)?.containers[0]?.name);
    const many = Array.from({ length: 3000 }, (_, index) => withContainer({ name: `c${index}`, waiting: `Reason${index}` }));
    expect(many.map((pod) => seen(pod)?.containers[0]?.name)).toEqual(many.map((_, index) => `c${index}`));
  });
});

describe('ends for lack of memory', () => {
  it('are remembered beyond the last one, which is all that the pod shows', () => {
    expect(kills(killed(30), killed(20), killed(10))).toEqual([30, 20, 10].map((ago) => `main ${minutesAgo(ago)}`));
  });

  it('are remembered once, however often the pod reports the same, and while it is well', () => {
    expect(kills(killed(30), killed(30), podWith('web-1'), killed(30))).toEqual([`main ${minutesAgo(30)}`]);
  });

  it('are seen at once, and are the same when the container has been started again', () => {
    const ended = withContainer({ ended: { reason: 'OOMKilled', ago: 10 } });
    expect(kills(ended, killed(10))).toEqual([`main ${minutesAgo(10)}`]);
  });

  it('are two where two containers end at the same moment', () => {
    const containers = ['a', 'b'].map((name) => ({ name, last: { reason: 'OOMKilled', ago: 10 } }));
    expect(kills(podWith('web-1', { containers }))).toEqual([`a ${minutesAgo(10)}`, `b ${minutesAgo(10)}`]);
    expect(kills(podWith('web-1', { containers: [containers[0]!] }), podWith('web-1', { containers }))).toHaveLength(2);
  });

  it('are kept for the last eight', () => {
    const states = Array.from({ length: 12 }, (_, index) => killed(30 - index));
    expect(kills(...states)).toEqual([26, 25, 24, 23, 22, 21, 20, 19].map((ago) => `main ${minutesAgo(ago)}`));
  });
});
