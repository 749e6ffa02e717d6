import { minutesAgo } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { obsMetricsServer } from './obs-metrics-server.ts';

const name = 'v1beta1.metrics.k8s.io';
const service = { namespace: 'kube-system', name: 'metrics-server', port: 443 };

/** The APIService as kube-aggregator writes it. */
function metricsApi(status: string, options: { since?: number; reason?: string; name?: string } = {}): object {
  return {
    metadata: { name: options.name ?? name },
    spec: { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100, service },
    status: {
      conditions: [
        {
          type: 'Available',
          status,
          lastTransitionTime: minutesAgo(options.since ?? 60),
          reason: options.reason ?? 'Passed',
          message: 'all checks passed',
        },
      ],
    },
  };
}

const found = (...apiservices: object[]) => findingsOf(obsMetricsServer, { apiservices });

describe('obs-metrics-server fires', () => {
  it('where nothing serves resource metrics', () => {
    expect(found()).toEqual([
      {
        object: 'APIService/v1beta1.metrics.k8s.io',
        severity: 'warning',
        reason: 'NotInstalled',
        message:
          'Nothing serves v1beta1.metrics.k8s.io: metrics-server is not installed, so horizontal autoscaling and kubectl top do not work.',
      },
    ]);
  });

  it('where the API is not available, and names the reason and the Service', () => {
    expect(found(metricsApi('False', { reason: 'MissingEndpoints' }))).toEqual([
      {
        object: 'APIService/v1beta1.metrics.k8s.io',
        severity: 'warning',
        reason: 'NotAvailable',
        message:
          'v1beta1.metrics.k8s.io is not available (MissingEndpoints): horizontal autoscaling and kubectl top do not work. It is served by kube-system/metrics-server.',
      },
    ]);
  });

  it('where the API server itself is said to serve it, and names no Service', () => {
    const api = { ...metricsApi('False', { reason: 'Local' }), spec: { group: 'metrics.k8s.io', version: 'v1beta1' } };
    expect(found(api)[0]?.message).toMatch(/It is served by the API server\.$/);
  });

  it('where the availability is Unknown, since nobody gets metrics then either', () => {
    expect(found(metricsApi('Unknown'))[0]?.reason).toBe('NotAvailable');
  });

  it('where the API server has never said whether it is available', () => {
    const { metadata, spec } = metricsApi('True') as { metadata: object; spec: object };
    expect(found({ metadata, spec })[0]?.message).toContain('is not available (no reason given)');
  });
});

describe('obs-metrics-server at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    expect(found(metricsApi('False', { since: 15 }))).toHaveLength(1);
    expect(found(metricsApi('False', { since: 15 - 1 / 60 }))).toHaveLength(0);
  });

  it('takes another time from the coverage', () => {
    expect(findingsOf(obsMetricsServer, { apiservices: [metricsApi('False', { since: 2 })] }, { for: '2m' })).toHaveLength(1);
  });
});

describe('obs-metrics-server is silent', () => {
  it('where resource metrics are served', () => {
    expect(found(metricsApi('True'))).toEqual([]);
  });

  it('while metrics-server is being rolled out', () => {
    expect(found(metricsApi('False', { since: 2, reason: 'FailedDiscoveryCheck' }))).toEqual([]);
  });

  it('about other APIs that are not available, such as custom metrics', () => {
    const custom = metricsApi('False', { name: 'v1beta1.custom.metrics.k8s.io' });
    expect(found(metricsApi('True'), custom)).toEqual([]);
  });
});

it('obs-metrics-server is unknown, not healthy, where APIServices cannot be read', () => {
  const message = 'the operator may not list and watch apiservices.apiregistration.k8s.io: forbidden';
  expect(verdictOf(obsMetricsServer, { knowledge: { apiservices: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
