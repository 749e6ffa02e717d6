import { networkingIngress } from './networking-ingress.ts';
import {
  address,
  condition,
  custom,
  ingress,
  ingressClass,
  inPlatform,
  installApi,
  outside,
  resource,
  said,
  service,
} from './networking-objects.ts';
import { deployment, namespace, type Scenario, type World } from './scenario.ts';

/** Controllers date what they say, so the checks can keep their time. */
const dated = { settings: { for: '5m' } };

const pending = inPlatform('lb-pending');
const balanced = (name: string, spec: object = {}) => service(name, pending, { type: 'LoadBalancer', ...spec });

const lbPending: Scenario = {
  check: 'lb-pending',
  object: `Service/${pending}/edge`,
  prepare: async (world) => {
    // That another Service has an address says that somebody gives them.
    await world.apply(namespace(pending), balanced('served'));
    await address(world, 'service', 'served', pending);
  },
  fault: ({ apply }) => apply(balanced('edge')),
  mend: (world) => address(world, 'service', 'edge', pending),
  lookAlikes: [
    {
      what: 'a class of an implementation that is not known',
      arrange: ({ apply }) => apply(balanced('own', { loadBalancerClass: 'example.com/lb' })),
    },
    {
      what: 'a class of an implementation that is not in the cluster',
      arrange: ({ apply }) => apply(balanced('nlb', { loadBalancerClass: 'service.k8s.aws/nlb' })),
    },
    { what: 'a Service of another type', arrange: ({ apply }) => apply(service('inside', pending)) },
  ],
};

const reconcile = inPlatform('lb-reconcile-failed');
const balancedBy = (name: string) => ingress(name, reconcile, { class: 'elsewhere' });

const lbReconcileFailed: Scenario = {
  check: 'lb-reconcile-failed',
  object: `Ingress/${reconcile}/web`,
  ...dated,
  prepare: ({ apply }) => apply(namespace(reconcile), outside(reconcile), balancedBy('web')),
  fault: ({ apply }) => apply(said(`Ingress/${reconcile}/web`, 'FailedDeployModel', 'AccessDenied: not authorized', 10)),
  mend: ({ apply }) => apply(said(`Ingress/${reconcile}/web`, 'SuccessfullyReconciled', 'Successfully reconciled', 0)),
  lookAlikes: [
    {
      what: 'a failure that the next attempt mended',
      arrange: ({ apply }) =>
        apply(
          balancedBy('mended'),
          said(`Ingress/${reconcile}/mended`, 'FailedBuildModel', 'Throttling', 20),
          said(`Ingress/${reconcile}/mended`, 'SuccessfullyReconciled', 'Successfully reconciled', 19),
        ),
    },
    {
      what: 'a first failure just now',
      arrange: ({ apply }) => apply(balancedBy('new'), said(`Ingress/${reconcile}/new`, 'FailedDeployModel', 'Throttling', 0)),
    },
    {
      what: 'failures of what is gone, and Events about pods',
      arrange: ({ apply }) =>
        apply(
          said(`Ingress/${reconcile}/gone`, 'FailedDeployModel', 'AccessDenied', 10),
          said(`Pod/${reconcile}/web`, 'FailedDeployModel', 'none', 10),
        ),
    },
  ],
};

const targets = inPlatform('alb-target-unhealthy');
const bindings = resource('targetgroupbindings');
const binding = (name: string, port: number, metadata = {}) =>
  custom('targetgroupbindings', name, targets, { serviceRef: { name: 'web', port } }, metadata);
const observed = ({ patch }: World, name: string, observedGeneration: number) =>
  patch(bindings, name, { status: { observedGeneration } }, { namespace: targets, status: true });

const albTargetUnhealthy: Scenario = {
  check: 'alb-target-unhealthy',
  object: `TargetGroupBinding/${targets}/web`,
  prepare: async (world) => {
    await installApi(world, 'targetgroupbindings');
    await world.apply(namespace(targets), binding('web', 80));
    await observed(world, 'web', 1);
  },
  fault: ({ apply }) => apply(binding('web', 81)),
  mend: (world) => observed(world, 'web', 2),
  lookAlikes: [
    {
      what: 'a binding whose labels were changed and nothing else',
      arrange: async (world) => {
        await world.apply(binding('labelled', 80));
        await observed(world, 'labelled', 1);
        await world.apply(binding('labelled', 80, { labels: { team: 'shop' } }));
      },
    },
    {
      what: 'a binding that is being deleted',
      arrange: async (world) => {
        await world.apply(binding('leaving', 80, { finalizers: ['example.com/takes-its-time'] }));
        await world.remove(bindings, 'leaving', targets);
      },
    },
  ],
};

const waf = inPlatform('waf-missing');
const guarded = (name: string) => ingress(name, waf, { class: 'guarded' });

const wafMissing: Scenario = {
  check: 'waf-missing',
  object: `Ingress/${waf}/web`,
  ...dated,
  prepare: ({ apply }) => apply(namespace(waf), outside(waf), ingressClass('guarded', 'ingress.k8s.aws/alb'), guarded('web')),
  fault: ({ apply }) => apply(said(`Ingress/${waf}/web`, 'FailedDeployModel', 'WAFNonexistentItemException: no such web ACL', 10)),
  mend: ({ apply }) => apply(said(`Ingress/${waf}/web`, 'SuccessfullyReconciled', 'Successfully reconciled', 0)),
  lookAlikes: [
    { what: 'an Ingress that never had a firewall', arrange: ({ apply }) => apply(guarded('plain')) },
    {
      what: 'a refusal just now, as while a new firewall becomes known everywhere',
      arrange: ({ apply }) => apply(guarded('new'), said(`Ingress/${waf}/new`, 'FailedDeployModel', 'WAFUnavailableEntityException', 0)),
    },
  ],
};

const edge = inPlatform('gateway');
const gateways = resource('gateways');

async function gateway({ apply, patch }: World, name: string, conditions: object[], more: object = {}): Promise<void> {
  await apply(custom('gateways', name, edge, { gatewayClassName: 'cloud', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }));
  await patch(gateways, name, { status: { conditions, ...more } }, { namespace: edge, status: true });
}

const works = [condition('Accepted', 'True', 'Accepted'), condition('Programmed', 'True', 'Programmed')];

const gatewayNotProgrammed: Scenario = {
  check: 'gateway-not-programmed',
  object: `Gateway/${edge}/public`,
  ...dated,
  prepare: async (world) => {
    await installApi(world, 'gateways');
    await world.apply(namespace(edge));
    await gateway(world, 'public', works);
  },
  fault: (world) => gateway(world, 'public', [works[0] ?? {}, condition('Programmed', 'False', 'AddressNotUsable')]),
  mend: (world) => gateway(world, 'public', works),
  lookAlikes: [
    {
      what: 'a Gateway to which no route is attached',
      arrange: (world) => gateway(world, 'empty', works, { listeners: [{ name: 'http', attachedRoutes: 0, conditions: works }] }),
    },
    {
      what: 'a Gateway that no controller here looks at',
      arrange: (world) =>
        gateway(world, 'foreign', [condition('Accepted', 'Unknown', 'Pending'), condition('Programmed', 'Unknown', 'Pending')]),
    },
    {
      what: 'a load balancer that is made for ten minutes',
      arrange: (world) => gateway(world, 'making', [works[0] ?? {}, condition('Programmed', 'False', 'Pending')]),
    },
    {
      what: 'one that has just stopped to be programmed',
      arrange: (world) => gateway(world, 'just', [works[0] ?? {}, condition('Programmed', 'False', 'Invalid', 0)]),
    },
  ],
};

const routed = inPlatform('route-unresolved');
const routes = resource('httproutes');
const parentRef = { name: 'any', namespace: edge };

async function route({ apply, patch }: World, name: string, parents: object[]): Promise<void> {
  await apply(custom('httproutes', name, routed, { parentRefs: [parentRef], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] }));
  await patch(routes, name, { status: { parents } }, { namespace: routed, status: true });
}

const accepted = condition('Accepted', 'True', 'Accepted');
const resolved = [{ parentRef, conditions: [accepted, condition('ResolvedRefs', 'True', 'ResolvedRefs')] }];

const routeUnresolved: Scenario = {
  check: 'route-unresolved',
  object: `HTTPRoute/${routed}/web`,
  ...dated,
  prepare: async (world) => {
    await installApi(world, 'gateways');
    await installApi(world, 'httproutes');
    await world.apply(namespace(routed));
    await route(world, 'web', resolved);
  },
  fault: (world) => route(world, 'web', [{ parentRef, conditions: [accepted, condition('ResolvedRefs', 'False', 'BackendNotFound')] }]),
  mend: (world) => route(world, 'web', resolved),
  lookAlikes: [
    { what: 'a route that no controller here looks at', arrange: (world) => route(world, 'foreign', []) },
    {
      what: 'what is left of a parent that is no longer one',
      arrange: (world) =>
        route(world, 'moved', [
          ...resolved,
          { parentRef: { name: 'old', namespace: edge }, conditions: [condition('Accepted', 'False', 'NoMatchingParent')] },
        ]),
    },
    {
      what: 'one that has just been refused',
      arrange: (world) => route(world, 'just', [{ parentRef, conditions: [condition('Accepted', 'False', 'NotAllowedByListeners', 0)] }]),
    },
  ],
};

const orphan = inPlatform('networkpolicy-orphan');

function policy(name: string, inNamespace: string, app?: string) {
  const podSelector = app ? { matchLabels: { app } } : {};
  const spec = { podSelector, policyTypes: ['Ingress'] };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: inNamespace }, spec };
}

const networkpolicyOrphan: Scenario = {
  check: 'networkpolicy-orphan',
  object: 'Cluster/local',
  prepare: ({ apply }) => apply(namespace(orphan), namespace(`${orphan}-empty`), deployment('web', orphan), policy('web', orphan, 'web')),
  fault: ({ apply }) => apply(policy('gone', orphan, 'gone')),
  mend: ({ remove }) => remove('networkpolicy', 'gone', orphan),
  lookAlikes: [
    {
      what: 'a policy for a workload that is scaled to zero',
      arrange: ({ apply }) => apply(deployment('asleep', orphan, { replicas: 0 }), policy('asleep', orphan, 'asleep')),
    },
    {
      what: 'a policy for a CronJob between two runs',
      arrange: ({ apply }) => {
        const template = {
          metadata: { labels: { app: 'yearly' } },
          spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'c:1' }] },
        };
        const spec = { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } } };
        const cronjob = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'yearly', namespace: orphan }, spec };
        return apply(cronjob, policy('yearly', orphan, 'yearly'));
      },
    },
    { what: 'a policy for every pod', arrange: ({ apply }) => apply(policy('all', orphan)) },
    { what: 'a policy in a namespace without pods', arrange: ({ apply }) => apply(policy('early', `${orphan}-empty`, 'soon')) },
  ],
};

export const networking: readonly Scenario[] = [
  ...networkingIngress,
  lbPending,
  lbReconcileFailed,
  albTargetUnhealthy,
  wafMissing,
  gatewayNotProgrammed,
  routeUnresolved,
  networkpolicyOrphan,
];
