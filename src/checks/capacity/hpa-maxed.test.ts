import { type HpaFixture, hpa } from '../../../test/fixtures/capacity.ts';
import { clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { hpaMaxed } from './hpa-maxed.ts';

const found = (options: HpaFixture) => findingsOf(hpaMaxed, { horizontalpodautoscalers: [hpa(options)] });

describe('hpa-maxed fires', () => {
  it('for an autoscaler at its maximum, and names target, maximum and minimum', () => {
    expect(found({ current: 10 })).toEqual([
      {
        object: 'HorizontalPodAutoscaler/shop/web',
        severity: 'warning',
        reason: 'AtMaximum',
        message:
          'HorizontalPodAutoscaler/shop/web keeps Deployment/shop/web at its maximum of 10 pods (minimum 2): more load would find no more pods. Raise maxReplicas, or find out what drives the load.',
      },
    ]);
  });

  it('where somebody has lowered the maximum below what runs', () => {
    expect(found({ max: 8, current: 10 })).toHaveLength(1);
  });
});

describe('hpa-maxed at its boundaries', () => {
  it('counts at the maximum and not one pod before', () => {
    expect([10, 9].map((current) => found({ current }).length)).toEqual([1, 0]);
  });

  it('opens when it has held for 15 minutes since it was first seen', () => {
    const { checks } = configureChecks([hpaMaxed], []);
    const cluster = clusterOf({ horizontalpodautoscalers: [hpa({ current: 10 })] });
    const { observations, holdMs } = runCheck(checks[0]!, cluster, now, createAgreement());
    expect([holdMs, observations.map(({ since }) => since)]).toEqual([900_000, [undefined]]);
  });
});

describe('hpa-maxed is silent', () => {
  it.each<[string, HpaFixture]>([
    ['below the maximum', { current: 9 }],
    ['where minimum and maximum are the same', { min: 10, max: 10, current: 10 }],
    ['while it comes down from its maximum', { current: 10, desired: 6 }],
    ['while it goes up to its maximum', { current: 6, desired: 10 }],
    ['while scaling is disabled by zero replicas', { current: 10, failing: { ScalingActive: 'ScalingDisabled' } }],
    ['where metrics cannot be read, which is hpa-inactive’s', { current: 10, failing: { ScalingActive: 'FailedGetResourceMetric' } }],
    ['where it never scales down, so that its maximum is where it ends', { current: 10, scaleDownDisabled: true }],
    ['while it is being deleted', { current: 10, deleting: true }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('for an autoscaler that nobody has looked at yet', () => {
    const { metadata, spec } = hpa();
    expect(
      findingsOf(hpaMaxed, { horizontalpodautoscalers: [{ metadata, spec }, { metadata: { name: 'empty', namespace: 'shop' } }] }),
    ).toEqual([]);
  });
});

it('hpa-maxed is unknown, not healthy, where autoscalers cannot be read', () => {
  const message = 'the operator may not list and watch horizontalpodautoscalers.autoscaling: forbidden';
  expect(verdictOf(hpaMaxed, { knowledge: { horizontalpodautoscalers: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
