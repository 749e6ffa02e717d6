import { minutesAgo } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { apiserviceUnavailable } from './apiservice-unavailable.ts';

interface ApiFixture {
  name?: string;
  /** Status of Available; '' where the API server has said nothing. Default False. */
  status?: string;
  since?: number;
  local?: boolean;
}

function api({ name = 'v1beta1.custom.metrics.k8s.io', status = 'False', since = 60, local }: ApiFixture = {}): object {
  const condition = { type: 'Available', status, reason: 'MissingEndpoints', message: 'x', lastTransitionTime: minutesAgo(since) };
  return {
    metadata: { name },
    spec: local ? {} : { service: { namespace: 'monitoring', name: 'adapter' } },
    ...(status ? { status: { conditions: [condition] } } : {}),
  };
}

const found = (options?: ApiFixture) => findingsOf(apiserviceUnavailable, { apiservices: [api(options)] });

describe('apiservice-unavailable fires', () => {
  it('for an API whose server does not answer', () => {
    expect(found()).toEqual([
      {
        object: 'APIService/v1beta1.custom.metrics.k8s.io',
        severity: 'warning',
        reason: 'NotAvailable',
        message:
          'v1beta1.custom.metrics.k8s.io is not available (MissingEndpoints): what it serves cannot be read or written, and no namespace can be deleted meanwhile. It is answered for by Service monitoring/adapter; look at its pods.',
      },
    ]);
  });

  it.each(['Unknown', ''])('where the availability is %j', (status) => {
    expect(found({ status })).toHaveLength(1);
  });

  it('says so where there is no reason', () => {
    expect(found({ status: '' })[0]?.message).toContain('is not available (no reason given)');
  });
});

describe('apiservice-unavailable at its boundaries', () => {
  it('fires at exactly 5 minutes and not a second before', () => {
    expect(found({ since: 5 })).toHaveLength(1);
    expect(found({ since: 5 - 1 / 60 })).toEqual([]);
  });

  it.each([
    ['v1beta1.metrics.k8s.io', 0],
    ['v1.metrics.k8s.io', 0],
    ['v1beta1.custom.metrics.k8s.io', 1],
    ['v1beta1.external.metrics.k8s.io', 1],
    ['v1beta1.metrics.k8s.io.example.com', 1],
  ])('%s gives %i', (name, count) => {
    expect(found({ name })).toHaveLength(count);
  });
});

describe('apiservice-unavailable is silent', () => {
  it.each<[string, ApiFixture]>([
    ['about an API that is available', { status: 'True' }],
    ['about what the API server answers itself', { local: true, status: '' }],
    ['about resource metrics, which are obs-metrics-server’s', { name: 'v1beta1.metrics.k8s.io' }],
    ['while the server behind it is rolled out', { since: 2 }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });
});

it('apiservice-unavailable is unknown, not healthy, where APIServices cannot be read', () => {
  const message = 'the operator may not list and watch apiservices.apiregistration.k8s.io: forbidden';
  expect(verdictOf(apiserviceUnavailable, { knowledge: { apiservices: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
