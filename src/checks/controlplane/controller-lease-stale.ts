import { hasManagedControlPlane } from '../../observe/platform.ts';
import { type ControlPlaneLease, leaseNames } from '../../observe/probes/control-plane-leases.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';

const loss = {
  'kube-controller-manager': 'failed pods are not replaced, nodes that are gone are not noticed and nothing is rolled out',
  'kube-scheduler': 'new pods find no node',
} as const;

export const controllerLeaseStale = defineCheck({
  id: 'controller-lease-stale',
  area: 'ControlPlane',
  tier: 'Level1',
  title: 'The scheduler or the controller manager no longer renews its Lease',
  severity: 'critical',
  for: '2m',
  needs: { resources: ['nodes'], probes: ['control-plane-leases'] },
  remediation:
    'Look at its pods (`kubectl -n kube-system get pods -o wide`) and, on the control plane nodes, at their logs. Where leader election was switched off on purpose, delete the Lease that was left behind.',
  references: ['own default: 2m, eight times the 15s after which another replica takes a Lease', 'Kubernetes: Leases, leader election'],
  parameters: noParameters,
  evaluate: ({ view, holdMs }): Evaluation => {
    if (hasManagedControlPlane(view))
      return { outcome: 'NotApplicable', message: 'The provider runs the scheduler and the controller manager.' };
    const leases = view.probe('control-plane-leases') ?? {};
    const present = leaseNames.flatMap((name) => (leases[name] ? [{ name, lease: leases[name] }] : []));
    if (present.length === 0)
      return { outcome: 'NotApplicable', message: 'The scheduler and the controller manager elect no leader here, as in k3s.' };
    const observations: Observation[] = [];
    for (const { name, lease } of present) {
      if (lease.age - (lease.lag ?? 0) < holdMs) continue;
      observations.push({
        object: `Lease/kube-system/${name}`,
        reason: 'NotRenewed',
        message: `${name} has not renewed its Lease in kube-system, which it does every few seconds (${lease.holder ? `last holder ${lease.holder}` : 'nobody holds it'}): ${loss[name]}. Look at its pods and their logs.`,
        since: renewedAt(lease),
      });
    }
    return { observations };
  },
});

/** By our clock; until its holder's clock is known the Lease may only look old, so the time counts from our first sight. */
function renewedAt({ renewTime, lag }: ControlPlaneLease): Temporal.Instant | undefined {
  return lag === undefined ? undefined : renewTime.add({ milliseconds: lag });
}
