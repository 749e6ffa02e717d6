import { clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { type ContainerFixture, crashing, elsewhere, podWith, shopWith, stuckRollout } from '../../../test/fixtures/workloads.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { podCrashloop } from './pod-crashloop.ts';

const found = (...pods: object[]) => findingsOf(podCrashloop, shopWith(pods));
const messages = (...pods: object[]) => found(...pods).map(({ message }) => message);
const running = (container: ContainerFixture) => podWith('web-1', { containers: [container] });

describe('pod-crashloop fires', () => {
  it('on the Deployment of a container that waits for its next start, and names its exit code and where to read more', () => {
    expect(found(crashing('web-1'))).toEqual([
      {
        object: 'Deployment/shop/web',
        severity: 'warning',
        reason: 'CrashLoop',
        message:
          'Containers of Deployment/shop/web crash again and again: main ended with exit code 1 (pod web-1). Read why: kubectl -n shop logs web-1 -c main --previous.',
      },
    ]);
  });

  it('once for all pods of a workload, with each way in which a container ended', () => {
    expect(
      messages(
        crashing('web-2', { last: { exitCode: 128, reason: 'StartError' } }),
        crashing('web-1'),
        crashing('web-3', { container: 'proxy', last: { exitCode: 139 } }),
      ),
    ).toEqual([
      'Containers of Deployment/shop/web crash again and again: main ended with exit code 1, main ended with exit code 128 (StartError), proxy ended with exit code 139 (pods web-1, web-2, web-3). Read why: kubectl -n shop logs web-1 -c main --previous.',
    ]);
  });

  it.each<[string, string, string]>([
    ['StatefulSet', 'StatefulSet/db', 'StatefulSet/shop/db'],
    ['DaemonSet', 'DaemonSet/agent', 'DaemonSet/shop/agent'],
    ['pod itself, where nothing owns it', '', 'Pod/shop/web-1'],
    ['pod itself, where its node has it from a file', 'Node/a', 'Pod/shop/web-1'],
  ])('on the %s', (_, owner, object) => {
    expect(found(crashing('web-1', { owner })).map((finding) => finding.object)).toEqual([object]);
  });

  it('for an init container and for a sidecar', () => {
    const initContainers = [{ name: 'migrate', waiting: 'CrashLoopBackOff', last: {} }];
    const pod = podWith('web-1', { notReady: 30, initializing: true, initContainers, containers: [{ waiting: 'PodInitializing' }] });
    expect(messages(pod)[0]).toContain('migrate ended with exit code 1');
  });

  it('where the container has just been started again, and where it has just ended', () => {
    expect(found(running({ running: 1, last: { ago: 3 } }))).toHaveLength(1);
    expect(found(running({ ended: { ago: 1 } }))).toHaveLength(1);
  });

  it('where a container that cannot be run is tried again between two waits', () => {
    expect(found(running({ waiting: 'RunContainerError', last: { ago: 1, reason: 'StartError' } }))).toHaveLength(1);
  });

  it('at Level 2 also where the rollout has taken longer than it may, as nobody else tells of it there', () => {
    const cluster = shopWith([crashing('web-1')], { deployments: [stuckRollout] });
    expect(findingsOf(podCrashloop, cluster, {}, { tier: 'Level2' })).toHaveLength(1);
  });

  it('with the same message whatever the order of pods, and however often they were restarted', () => {
    const [a, b] = [crashing('web-1'), crashing('web-2')];
    const later = podWith('web-1', { notReady: 31, containers: [{ waiting: 'CrashLoopBackOff', restarts: 40, last: { ago: 4 } }] });
    expect(messages(a, b)).toEqual(messages(b, later));
  });
});

describe('pod-crashloop at its boundaries', () => {
  const openAfter = (minutes: number) => findingsAfter(minutes, podCrashloop, shopWith([crashing('web-1')]));

  it('fires 15 minutes after it was first seen, and not a second before', () => {
    expect(openAfter(15)).toBe(1);
    expect(openAfter(15 - 1 / 60)).toBe(0);
  });

  it('takes a container for settled once it has run for ten minutes, as Kubernetes does', () => {
    expect(found(running({ running: 10 - 1 / 60, last: { ago: 12 } }))).toHaveLength(1);
    expect(found(running({ running: 10, last: { ago: 12 } }))).toHaveLength(0);
  });

  it('counts a last run that was shorter than ten minutes', () => {
    expect(found(running({ running: 1, last: { ran: 10 - 1 / 60 } }))).toHaveLength(1);
    expect(found(running({ running: 1, last: { ran: 10 } }))).toHaveLength(0);
  });

  it('counts a container that runs once it was started again three times', () => {
    expect(found(running({ running: 1, restarts: 3, last: {} }))).toHaveLength(1);
    expect(found(running({ running: 1, restarts: 2, last: {} }))).toHaveLength(0);
  });

  it('leaves an end for lack of memory within the hour to pod-oomkilled, and takes it after that', () => {
    expect(found(crashing('web-1', { last: { reason: 'OOMKilled', ago: 60 } }))).toHaveLength(0);
    expect(found(crashing('web-1', { last: { reason: 'OOMKilled', ago: 60 + 1 / 60 } }))).toHaveLength(1);
  });
});

describe('pod-crashloop is silent', () => {
  it.each<[string, object]>([
    ['for a pod that runs', podWith('web-1')],
    ['for a container that was restarted long ago', running({ running: 500, last: { ago: 501 } })],
    ['for a pod that waited for its database at first', running({ running: 2, restarts: 1, last: { ago: 2 } })],
    [
      'for an init container that has ended well',
      podWith('web-1', { initContainers: [{ ended: { exitCode: 0, reason: 'Completed' }, restarts: 0 }] }),
    ],
    [
      'for a container that has ended well at the fourth attempt, while others go on',
      podWith('load-1', {
        ...{ owner: '', restartPolicy: 'OnFailure', notReady: 30 },
        containers: [{ name: 'load', ended: { exitCode: 0, reason: 'Completed' }, restarts: 3 }, { name: 'upload' }],
      }),
    ],
    ['for an image that cannot be pulled', podWith('web-1', { notReady: 30, containers: [{ waiting: 'ImagePullBackOff' }] })],
    ['for a pod of a Job that is tried again', crashing('job-1', { owner: 'Job/report' })],
    ['for a pod of a Job that has ended', crashing('job-1', { owner: 'Job/report', phase: 'Failed' })],
  ])('%s', (_, pod) => {
    expect(found(pod)).toEqual([]);
  });

  it.each(elsewhere((options) => crashing('web-1', options)))('for a pod %s', (_, cluster, agreement) => {
    expect(findingsOf(podCrashloop, cluster, {}, agreement)).toEqual([]);
  });

  it('for the network plugin and kube-proxy, of which cni-gap tells', () => {
    const daemonsets = [{ metadata: { name: 'kube-proxy', namespace: 'kube-system' } }];
    const pod = crashing('kube-proxy-1', { namespace: 'kube-system', owner: 'DaemonSet/kube-proxy' });
    expect(findingsOf(podCrashloop, shopWith([pod], { daemonsets }))).toEqual([]);
  });
});

it('pod-crashloop is unknown, not healthy, where pods cannot be read', () => {
  const message = 'the operator may not list and watch pods: pods is forbidden';
  expect(verdictOf(podCrashloop, { knowledge: { pods: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});

it('2,000 pods that crash are judged within a moment and give one message of bounded size', () => {
  const pods = Array.from({ length: 2000 }, (_, index) => crashing(`web-${index}`, { container: `c${index}`.padEnd(63, 'x') }));
  const { observations } = runCheck(configureChecks([podCrashloop], []).checks[0]!, clusterOf(shopWith(pods)), now, createAgreement());
  expect(observations).toHaveLength(1);
  expect(observations[0]?.message).toMatch(/and 1995 more\). Read why: kubectl -n shop logs web-0 /);
});
