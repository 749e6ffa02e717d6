import { minutesAgo } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { crashing, elsewhere, type PodStateFixture, podWith, shopWith } from '../../../test/fixtures/workloads.ts';
import { podOomkilled } from './pod-oomkilled.ts';

/** A pod as it was seen at several moments, with the last end of its container at each. */
const killed = (minutes: number, options: PodStateFixture & { name?: string } = {}) =>
  podWith(options.name ?? 'web-1', {
    containers: [{ running: minutes, last: { reason: 'OOMKilled', exitCode: 137, ago: minutes } }],
    ...options,
  });
const found = (pods: object[], setting = {}) => findingsOf(podOomkilled, shopWith(pods), setting);
const severities = (...pods: object[]) => found(pods).map(({ severity }) => severity);

describe('pod-oomkilled fires', () => {
  it('on the Deployment of a container that the kernel ended, though it runs again', () => {
    expect(found([killed(20)])).toEqual([
      {
        object: 'Deployment/shop/web',
        severity: 'warning',
        reason: 'OomKilled',
        message:
          'Deployment/shop/web ran out of memory within the last hour: the kernel ended main (pod web-1). Raise the memory limit, or find what uses it.',
      },
    ]);
  });

  it('with the limit, where the workload states one', () => {
    const template = { spec: { containers: [{ name: 'main', resources: { limits: { memory: '256Mi' } } }] } };
    const deployments = [{ metadata: { name: 'web', namespace: 'shop' }, spec: { template } }];
    const [finding] = findingsOf(podOomkilled, shopWith([killed(20)], { deployments }));
    expect(finding?.message).toContain('the kernel ended main (limit 256Mi) (pod web-1)');
  });

  it('as critical where a pod was ended three times, of which it shows the last only', () => {
    expect(found([killed(50), killed(30), killed(10)])).toMatchObject([
      { severity: 'critical', message: expect.stringContaining('ran out of memory at least 3 times within an hour') },
    ]);
  });

  it('as critical where three pods of a workload were ended once each', () => {
    expect(severities(killed(20, { name: 'web-1' }), killed(20, { name: 'web-2' }), killed(20, { name: 'web-3' }))).toEqual(['critical']);
  });

  it('in place of pod-crashloop, where the container crashes for that', () => {
    expect(severities(crashing('web-1', { last: { reason: 'OOMKilled' } }))).toEqual(['warning']);
  });

  it('where the container has just been ended, and for a sidecar', () => {
    expect(severities(podWith('web-1', { containers: [{ ended: { reason: 'OOMKilled' } }] }))).toEqual(['warning']);
    expect(severities(podWith('web-1', { initContainers: [{ name: 'proxy', last: { reason: 'OOMKilled' } }] }))).toEqual(['warning']);
  });

  it('with the same message while the number only grows', () => {
    const message = (...minutes: number[]) => found(minutes.map((at) => killed(at)))[0]?.message;
    expect(message(50, 40, 30)).toBe(message(50, 40, 30, 20, 10));
    expect(message(50)).toBe(message(50, 40));
  });
});

describe('pod-oomkilled at its boundaries', () => {
  it('counts an end for one hour, and not a second longer', () => {
    expect(severities(killed(60))).toEqual(['warning']);
    expect(severities(killed(60 + 1 / 60))).toEqual([]);
  });

  it('is critical from three on, and not from two', () => {
    expect(severities(killed(50), killed(30))).toEqual(['warning']);
  });

  it('counts one end once, however often it is seen, whatever else the pod reports', () => {
    expect(severities(killed(30), killed(30), { ...killed(30), extra: true }, killed(30))).toEqual(['warning']);
  });

  it('drops the older ends as they pass the hour', () => {
    expect(severities(killed(70), killed(65), killed(10))).toEqual(['warning']);
  });

  it('takes another number from the coverage', () => {
    expect(found([killed(30)], { parameters: { criticalCount: '1' } })).toMatchObject([
      { severity: 'critical', message: expect.stringContaining('at least once within an hour') },
    ]);
  });

  it('remembers eight ends of a pod and no more', () => {
    const often = Array.from({ length: 20 }, (_, index) => killed(40 - index));
    expect(found(often, { parameters: { criticalCount: '8' } })).toMatchObject([{ severity: 'critical' }]);
  });
});

describe('pod-oomkilled is silent', () => {
  it.each<[string, object]>([
    ['for a pod that runs', podWith('web-1')],
    ['for a container that ended for another reason', podWith('web-1', { containers: [{ last: { exitCode: 137, reason: 'Error' } }] })],
    ['for an end of last week', killed(60 * 24 * 7)],
    ['for a pod of a Job that is tried again', killed(20, { owner: 'Job/report' })],
    ['for a pod of a CronJob', killed(20, { owner: 'CronJob/report' })],
    ['for a pod that has ended', killed(20, { phase: 'Failed' })],
  ])('%s', (_, pod) => {
    expect(found([pod])).toEqual([]);
  });

  it('for a pod that has been replaced by another of the same name', () => {
    const gone = { metadata: { name: 'web-1', namespace: 'shop' }, status: { phase: 'Succeeded' } };
    expect(found([gone, podWith('web-1')])).toEqual([]);
  });

  it.each(elsewhere((options) => killed(20, options)))('for a pod %s', (_, cluster, agreement) => {
    expect(findingsOf(podOomkilled, cluster, {}, agreement)).toEqual([]);
  });
});

it('pod-oomkilled is unknown, not healthy, where pods cannot be read', () => {
  const message = `nothing was heard since ${minutesAgo(5)}`;
  expect(verdictOf(podOomkilled, { knowledge: { pods: { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
});
