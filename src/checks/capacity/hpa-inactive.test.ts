import { type HpaFixture, hpa } from '../../../test/fixtures/capacity.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { hpaInactive } from './hpa-inactive.ts';

const metricsApi = (status: string) => ({
  metadata: { name: 'v1beta1.metrics.k8s.io' },
  status: { conditions: [{ type: 'Available', status }] },
});
const found = (options: HpaFixture, more: object = {}) =>
  findingsOf(hpaInactive, { horizontalpodautoscalers: [hpa(options)], apiservices: [metricsApi('True')], ...more });
const noMetric = { failing: { ScalingActive: 'FailedGetResourceMetric' } };
const noContainerMetric = { failing: { ScalingActive: 'FailedGetContainerResourceMetric' } };

describe('hpa-inactive fires', () => {
  it('for an autoscaler that cannot read its metrics, and names target, reason and what to do', () => {
    expect(found(noMetric)).toEqual([
      {
        object: 'HorizontalPodAutoscaler/shop/web',
        severity: 'warning',
        reason: 'ScalingNotActive',
        message:
          'HorizontalPodAutoscaler/shop/web does not know how many pods are needed of Deployment/shop/web (ScalingActive is False: FailedGetResourceMetric), so it stays as it is whatever the load. See `kubectl describe hpa web -n shop`.',
      },
    ]);
  });

  it('for an autoscaler whose target is missing', () => {
    expect(found({ failing: { AbleToScale: 'FailedGetScale' } })).toMatchObject([
      {
        reason: 'NotAbleToScale',
        message: expect.stringContaining('cannot change the size of Deployment/shop/web (AbleToScale is False: FailedGetScale)'),
      },
    ]);
  });

  it('for an autoscaler by the use of one container, where metrics.k8s.io is up', () => {
    expect(found(noContainerMetric)).toHaveLength(1);
  });

  it('where metrics of another kind are missing while metrics.k8s.io is down', () => {
    expect(found({ failing: { ScalingActive: 'FailedGetExternalMetric' } }, { apiservices: [metricsApi('False')] })).toHaveLength(1);
  });

  it('where nobody may say whether metrics.k8s.io is up', () => {
    const knowledge = { apiservices: { state: 'NotPermitted', message: 'forbidden' } };
    expect(found(noMetric, { apiservices: [], knowledge })).toHaveLength(1);
  });
});

describe('hpa-inactive at its boundaries', () => {
  it('fires at exactly 15 minutes since the condition changed and not a second before', () => {
    expect([15, 15 - 1 / 60].map((since) => found({ ...noMetric, since }).length)).toEqual([1, 0]);
  });
});

describe('hpa-inactive is silent', () => {
  it.each<[string, HpaFixture]>([
    ['for an autoscaler that works', {}],
    ['while scaling is disabled by zero replicas', { failing: { ScalingActive: 'ScalingDisabled' } }],
    ['while new pods are not ready yet', { ...noMetric, since: 5 }],
    ['while it is being deleted', { ...noMetric, deleting: true }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it.each<[string, object[]]>([
    ['is not available', [metricsApi('False')]],
    ['is not installed', []],
  ])('where metrics.k8s.io %s, which is obs-metrics-server’s', (_, apiservices) => {
    expect(found(noMetric, { apiservices })).toEqual([]);
    expect(found(noContainerMetric, { apiservices })).toEqual([]);
  });

  it('for an autoscaler that nobody has looked at yet', () => {
    expect(findingsOf(hpaInactive, { horizontalpodautoscalers: [{ metadata: { name: 'new', namespace: 'shop' } }] })).toEqual([]);
  });
});

it('hpa-inactive is unknown, not healthy, where autoscalers cannot be read', () => {
  const message = 'the operator may not list and watch horizontalpodautoscalers.autoscaling: forbidden';
  expect(verdictOf(hpaInactive, { knowledge: { horizontalpodautoscalers: { state: 'NotPermitted', message } } })).toBe(
    `Unknown: ${message}`,
  );
});
