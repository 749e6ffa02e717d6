import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { unnamed } from '../../observe/probes/readyz.ts';
import { apiserverReadyz } from './apiserver-readyz.ts';

const found = (...readyz: string[]) => findingsOf(apiserverReadyz, { probes: { readyz } });

describe('apiserver-readyz fires', () => {
  it('once, and names every check that fails', () => {
    expect(found('poststarthook/rbac/bootstrap-roles', 'etcd')).toEqual([
      {
        object: 'Cluster/local',
        severity: 'critical',
        reason: 'NotReady',
        message:
          "The API server says at /readyz that it is not ready; failing: etcd, poststarthook/rbac/bootstrap-roles. A load balancer takes it out of service, and what it is asked may fail. Read its log, and etcd's where etcd fails.",
      },
    ]);
  });

  it('where it fails while it shuts down', () => {
    expect(found('shutdown', 'etcd')[0]?.message).toContain('failing: etcd. ');
  });

  it('where the answer does not name what fails', () => {
    expect(found(unnamed)).toHaveLength(1);
  });
});

describe('apiserver-readyz at its boundaries', () => {
  it('fires a minute after the first sight and not a second before', () => {
    const cluster = { probes: { readyz: ['etcd'] } };
    expect(findingsAfter(1, apiserverReadyz, cluster)).toBe(1);
    expect(findingsAfter(59 / 60, apiserverReadyz, cluster)).toBe(0);
  });
});

describe('apiserver-readyz is silent', () => {
  it('where the API server is ready', () => {
    expect(found()).toEqual([]);
  });

  it('about an API server that is being replaced', () => {
    expect(found('shutdown')).toEqual([]);
  });
});

it('apiserver-readyz is unknown, not healthy, where there is no answer', () => {
  const message = 'the probe readyz failed: connect ECONNREFUSED';
  expect(verdictOf(apiserverReadyz, { knowledge: { readyz: { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
});
