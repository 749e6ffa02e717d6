import { type ClusterFixture, pod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { albController, condition } from '../../../test/fixtures/networking.ts';
import { albTargetUnhealthy } from './alb-target-unhealthy.ts';

const binding = (options: { observed?: number; deleting?: boolean } = {}) => ({
  metadata: {
    ...{ name: 'k8s-shop-web', namespace: 'shop', generation: 2 },
    ...(options.deleting ? { deletionTimestamp: '2026-11-23T11:00:00Z' } : {}),
  },
  spec: { serviceRef: { name: 'web' } },
  status: { observedGeneration: options.observed ?? 2 },
});
const gate = 'target-health.elbv2.k8s.aws/k8s-shop-web';

interface TargetFixture {
  /** Minutes since the gate changed. */
  since?: number;
  healthy?: boolean;
  own?: object;
  gateType?: string;
  deleting?: boolean;
}

/** A pod of Deployment/shop/web with a readiness gate. */
function target(name: string, { since = 60, healthy = false, own, gateType = gate, deleting }: TargetFixture = {}): object {
  const plain = pod(name, { namespace: 'shop', nodeName: 'a', deployment: 'web', ...(deleting ? { deleting } : {}) });
  const conditions = [
    own ?? condition('ContainersReady', 'True'),
    condition(gateType, healthy ? 'True' : 'False', 'Target.FailedHealthChecks', since),
  ];
  return { ...plain, status: { phase: 'Running', conditions } };
}

const found = (more: ClusterFixture, agreement = {}) =>
  findingsOf(albTargetUnhealthy, { targetgroupbindings: [binding()], deployments: [albController()], ...more }, {}, agreement);

describe('alb-target-unhealthy fires', () => {
  it('where ready pods fail the health check, and names their workload and Service', () => {
    expect(found({ pods: [target('web-1'), target('web-2')] })).toEqual([
      {
        object: 'TargetGroupBinding/shop/k8s-shop-web',
        severity: 'warning',
        reason: 'TargetsUnhealthy',
        message:
          'Pods of Deployment/shop/web are ready and not healthy in the target group of TargetGroupBinding/shop/k8s-shop-web (Service/shop/web): Target.FailedHealthChecks. The load balancer sends them nothing. Compare its health check with what they answer.',
      },
    ]);
  });

  it('where the controller has not looked at a binding', () => {
    expect(found({ targetgroupbindings: [binding({ observed: 1 })] })).toEqual([
      {
        object: 'TargetGroupBinding/shop/k8s-shop-web',
        severity: 'warning',
        reason: 'GenerationNotObserved',
        message:
          'TargetGroupBinding/shop/k8s-shop-web (Service/shop/web) was changed and AWS Load Balancer Controller has not looked at it: its target group keeps the targets that it had. Read the log of the controller.',
      },
    ]);
  });
});

describe('alb-target-unhealthy at its boundaries', () => {
  it('fires 10 minutes after the gate became False and not a second before', () => {
    expect(found({ pods: [target('web-1', { since: 10 })] })).toHaveLength(1);
    expect(found({ pods: [target('web-1', { since: 10 - 1 / 60 })] })).toHaveLength(0);
  });

  it('counts from the pod that has been so for longest', () => {
    expect(found({ pods: [target('web-1', { since: 1 }), target('web-2', { since: 10 })] })).toHaveLength(1);
  });

  it('counts from when the containers became ready where that was later', () => {
    const own = (since: number) => condition('ContainersReady', 'True', 'Reason', since);
    expect(found({ pods: [target('web-1', { own: own(9) })] })).toHaveLength(0);
    expect(found({ pods: [target('web-1', { own: own(10) })] })).toHaveLength(1);
  });
});

describe('alb-target-unhealthy is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['about healthy targets', { pods: [target('web-1', { healthy: true })] }],
    [
      'during a rollout, in which every pod is registered for a moment',
      { pods: [target('web-1', { since: 2 }), target('web-2', { since: 1 })] },
    ],
    ['about pods whose own containers are not ready', { pods: [target('web-1', { own: condition('ContainersReady', 'False') })] }],
    ['about pods that are being deleted', { pods: [target('web-1', { deleting: true })] }],
    ['about another kind of gate', { pods: [target('web-1', { gateType: 'example.com/k8s-shop-web' })] }],
    ['about a gate whose binding is gone', { targetgroupbindings: [], pods: [target('web-1')] }],
    ['about a binding that is being deleted', { targetgroupbindings: [binding({ observed: 1, deleting: true })], pods: [target('web-1')] }],
    [
      'about bindings that nobody looks at while the controller is down, which is ingress-controller-unhealthy’s',
      { targetgroupbindings: [binding({ observed: 1 })], deployments: [albController({ ready: 0 })] },
    ],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
  });

  it('while the controller looks at a changed binding', () => {
    expect(findingsAfter(9, albTargetUnhealthy, { targetgroupbindings: [binding({ observed: 1 })] })).toBe(0);
  });

  it('about a namespace that is not covered', () => {
    expect(found({ pods: [target('web-1')] }, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });

  it('where the cluster does not serve the API: the check is NotApplicable', () => {
    const knowledge = { targetgroupbindings: { state: 'NotInstalled', message: 'not served' } } as const;
    expect(verdictOf(albTargetUnhealthy, { knowledge })).toBe('NotApplicable: not served');
  });
});

it.each(['targetgroupbindings', 'pods'] as const)('alb-target-unhealthy is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `the operator may not list and watch ${name}: forbidden`;
  expect(verdictOf(albTargetUnhealthy, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
