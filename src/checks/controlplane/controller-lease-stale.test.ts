import { type ClusterFixture, node, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import type { ControlPlaneLease } from '../../observe/probes/control-plane-leases.ts';
import { controllerLeaseStale } from './controller-lease-stale.ts';

/** A Lease renewed so many seconds ago by our clock; `lag`, in seconds, where renewals were seen. */
function lease(seconds: number, lag?: number, holder = 'cp-1_x'): ControlPlaneLease {
  const renewTime = now.subtract({ milliseconds: seconds * 1000 });
  return { holder, renewTime, age: seconds * 1000, lag: lag === undefined ? undefined : lag * 1000 };
}

const nodes = [node('cp-1', { labels: { 'node-role.kubernetes.io/control-plane': '' } })];
const clusterWith = (leases: Record<string, ControlPlaneLease>): ClusterFixture => ({ nodes, probes: { 'control-plane-leases': leases } });
const scheduler = (kept: ControlPlaneLease) => clusterWith({ 'kube-scheduler': kept, 'kube-controller-manager': lease(1) });
const found = (kept: ControlPlaneLease) => findingsOf(controllerLeaseStale, scheduler(kept));

describe('controller-lease-stale fires', () => {
  it('where the scheduler no longer renews its Lease', () => {
    expect(found(lease(600))).toEqual([
      {
        object: 'Lease/kube-system/kube-scheduler',
        severity: 'critical',
        reason: 'NotRenewed',
        message:
          'kube-scheduler has not renewed its Lease in kube-system, which it does every few seconds (last holder cp-1_x): new pods find no node. Look at its pods and their logs.',
      },
    ]);
  });

  it('where the controller manager does not, and the scheduler has none', () => {
    const findings = findingsOf(controllerLeaseStale, clusterWith({ 'kube-controller-manager': lease(600, 0, '') }));
    expect(findings.map(({ object }) => object)).toEqual(['Lease/kube-system/kube-controller-manager']);
    expect(findings[0]?.message).toContain('(nobody holds it): failed pods are not replaced');
  });

  it('for both', () => {
    const both = { 'kube-scheduler': lease(600), 'kube-controller-manager': lease(600) };
    expect(findingsOf(controllerLeaseStale, clusterWith(both))).toHaveLength(2);
  });
});

describe('controller-lease-stale at its boundaries', () => {
  it('fires at exactly 2 minutes and not a second before', () => {
    expect(found(lease(120))).toHaveLength(1);
    expect(found(lease(119))).toEqual([]);
  });

  it('counts from the last renewal by our clock, where the holder’s clock is behind or ahead', () => {
    expect([419, 420].map((age) => found(lease(age, 300)).length)).toEqual([0, 1]);
    expect([-181, -180].map((age) => found(lease(age, -300)).length)).toEqual([0, 1]);
  });

  it('takes another time from the coverage', () => {
    expect(findingsOf(controllerLeaseStale, scheduler(lease(600)), { for: '11m' })).toEqual([]);
    expect(findingsOf(controllerLeaseStale, scheduler(lease(600)), { for: '10m' })).toHaveLength(1);
  });

  it('opens at once where the holder’s clock is known, else 2 minutes after the first sight', () => {
    expect(findingsAfter(0, controllerLeaseStale, scheduler(lease(600, 0)))).toBe(1);
    expect(findingsAfter(2 - 1 / 60, controllerLeaseStale, scheduler(lease(600)))).toBe(0);
    expect(findingsAfter(2, controllerLeaseStale, scheduler(lease(600)))).toBe(1);
  });
});

describe('controller-lease-stale is silent', () => {
  it.each<[string, ControlPlaneLease]>([
    ['where both are renewed', lease(2)],
    ['while another replica takes over', lease(20)],
    ['where the holder’s clock is behind ours by more than the time', lease(305, 300)],
    ['where it is ahead of ours', lease(-300)],
  ])('%s', (_, kept) => {
    expect(found(kept)).toEqual([]);
  });

  it('at the first sight of a Lease that looks old, since clocks may differ', () => {
    expect(findingsAfter(0, controllerLeaseStale, scheduler(lease(600)))).toBe(0);
  });
});

describe('controller-lease-stale is not applicable', () => {
  it('where the provider runs the control plane, whatever its Leases say', () => {
    const verdict = verdictOf(controllerLeaseStale, { ...scheduler(lease(600)), nodes: [node('worker')] });
    expect(verdict).toBe('NotApplicable: The provider runs the scheduler and the controller manager.');
  });

  it('where no leader is elected, as in k3s', () => {
    expect(verdictOf(controllerLeaseStale, clusterWith({}))).toMatch(/^NotApplicable: .+ elect no leader here/);
  });
});

it('controller-lease-stale is unknown, not healthy, where the Leases may not be read', () => {
  const message = 'the probe control-plane-leases failed: forbidden';
  expect(verdictOf(controllerLeaseStale, { nodes, knowledge: { 'control-plane-leases': { state: 'NotPermitted', message } } })).toBe(
    `Unknown: ${message}`,
  );
});
