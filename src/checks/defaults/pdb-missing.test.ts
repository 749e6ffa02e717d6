import { budget } from '../../../test/fixtures/defaults.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { deployment, statefulset, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { pdbMissing } from './pdb-missing.ts';

const two: WorkloadFixture = { desired: 2, labels: { app: 'web' } };
const web = deployment('web', two);

describe('pdb-missing fires', () => {
  it('once for all workloads of the platform without one', () => {
    const deployments = [
      web,
      deployment('dns', { ...two, namespace: 'kube-system' }),
      deployment('covered', { ...two, labels: { app: 'x' } }),
    ];
    const poddisruptionbudgets = [budget('x', { namespace: 'monitoring', selects: { app: 'x' } })];
    expect(findingsOf(pdbMissing, { deployments, statefulsets: [statefulset('db', two)], poddisruptionbudgets })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'NoBudget',
        message:
          '3 platform workloads have two pods or more and no PodDisruptionBudget: Deployment/kube-system/dns, Deployment/monitoring/web, StatefulSet/monitoring/db. When nodes are drained together, all the pods of one may be evicted at once. Give each a budget with maxUnavailable: 1.',
      },
    ]);
  });

  it.each([
    ['is in another namespace', budget('web', { namespace: 'shop' })],
    ['is about other pods', budget('web', { namespace: 'monitoring', selects: { app: 'api' } })],
    ['has no selector', budget('web', { namespace: 'monitoring', selects: null })],
    ['is being deleted', budget('web', { namespace: 'monitoring', deleting: true })],
  ])('where the only budget %s', (_, other) => {
    const [finding] = findingsOf(pdbMissing, { deployments: [web], poddisruptionbudgets: [other] });
    expect(finding?.message).toMatch(/^1 platform workload has two pods or more .+ Deployment\/monitoring\/web\. .+ all its pods/);
  });
});

describe('pdb-missing at its boundaries', () => {
  it('fires from two pods on', () => {
    expect(findingsOf(pdbMissing, { deployments: [deployment('web', { desired: 2 })] })).toHaveLength(1);
    expect(findingsOf(pdbMissing, { deployments: [deployment('web', { desired: 1 })] })).toEqual([]);
  });

  it('fires an hour after the first sight and not a second before', () => {
    expect(findingsAfter(60, pdbMissing, { deployments: [web] })).toBe(1);
    expect(findingsAfter(60 - 1 / 60, pdbMissing, { deployments: [web] })).toBe(0);
  });
});

describe('pdb-missing is silent', () => {
  it.each<[string, WorkloadFixture]>([
    ['for one pod, which a budget would only hold', { ...two, desired: 1 }],
    ['for a workload that is scaled to zero', { ...two, desired: 0 }],
    ['for an application', { ...two, namespace: 'shop' }],
    ['for a workload that is being deleted', { ...two, deleting: true }],
    ['for what OpenShift’s operators keep', { ...two, namespace: 'openshift-dns-operator' }],
    ['for what GKE keeps', { ...two, namespace: 'gke-managed-system' }],
  ])('%s', (_, options) => {
    expect(findingsOf(pdbMissing, { deployments: [deployment('web', options)] })).toEqual([]);
  });

  it('for what an addon manager keeps', () => {
    const kept = {
      ...web,
      metadata: { name: 'dns', namespace: 'kube-system', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } },
    };
    expect(findingsOf(pdbMissing, { deployments: [kept] })).toEqual([]);
  });

  it.each([
    ['of its own', { app: 'web' }],
    ['about every pod of the namespace', {}],
  ])('where the workload has a budget %s', (_, selects) => {
    const poddisruptionbudgets = [
      budget('a', { namespace: 'monitoring', selects: { app: 'api' } }),
      budget('b', { namespace: 'monitoring', selects }),
    ];
    expect(findingsOf(pdbMissing, { deployments: [web], poddisruptionbudgets })).toEqual([]);
  });
});

it('pdb-missing is unknown, not healthy, where PodDisruptionBudgets cannot be read', () => {
  const message = 'the operator may not list and watch poddisruptionbudgets.policy: forbidden';
  expect(verdictOf(pdbMissing, { knowledge: { poddisruptionbudgets: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
