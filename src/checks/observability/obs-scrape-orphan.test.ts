import { type ClusterFixture, minutesAgo, node, pod } from '../../../test/fixtures/cluster.ts';
import { namespace } from '../../../test/fixtures/defaults.ts';
import { correctionsOf, findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { daemonset, deployment, operated, statefulset } from '../../../test/fixtures/observability.ts';
import { obsScrapeOrphan } from './obs-scrape-orphan.ts';

interface MonitorFixture {
  namespace?: string;
  matchLabels?: Record<string, string>;
  matchExpressions?: object[];
  namespaceSelector?: object;
  labels?: Record<string, string>;
  owned?: boolean;
  /** Minutes; default a day. */
  age?: number;
  deleting?: boolean;
}

function monitor(name: string, options: MonitorFixture = {}): object {
  const { namespace = 'shop', matchLabels = { app: name }, matchExpressions, namespaceSelector = {}, age = 1440, deleting } = options;
  const { labels = {}, owned } = options;
  return {
    metadata: {
      ...{ name, namespace, labels, creationTimestamp: minutesAgo(age) },
      ...(owned ? { ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: 'owner', uid: 'u', controller: true }] } : {}),
      ...(deleting ? { deletionTimestamp: minutesAgo(1) } : {}),
    },
    spec: { selector: { matchLabels, ...(matchExpressions ? { matchExpressions } : {}) }, namespaceSelector },
  };
}

const service = (name: string, labels: Record<string, string>, namespace = 'shop') => ({ metadata: { name, namespace, labels } });
const found = (cluster: ClusterFixture, setting = {}, agreement = {}) => findingsOf(obsScrapeOrphan, cluster, setting, agreement);
/** Whether a ServiceMonitor is an orphan beside the Service shop/web, labelled app=web and tier=front. */
const isOrphan = (options: MonitorFixture) =>
  found({ servicemonitors: [monitor('web', options)], services: [service('web', { app: 'web', tier: 'front' })] }).length > 0;
const isPodOrphan = (options: MonitorFixture, cluster: ClusterFixture = {}) =>
  found({
    podmonitors: [monitor('web', options)],
    deployments: [deployment('web', { namespace: 'shop', labels: { app: 'web' } })],
    ...cluster,
  }).length > 0;

describe('obs-scrape-orphan fires', () => {
  it('where monitors select nothing, once for all, and names them', () => {
    expect(
      found({
        servicemonitors: [monitor('b'), monitor('a'), monitor('web')],
        podmonitors: [monitor('c')],
        services: [service('web', { app: 'web' })],
      }),
    ).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'SelectsNothing',
        message:
          '3 monitors select nothing, so nothing is scraped for them: PodMonitor/shop/c, ServiceMonitor/shop/a, ServiceMonitor/shop/b. Correct their selectors or delete them.',
      },
    ]);
  });

  it.each<[string, MonitorFixture]>([
    ['another value of a label', { matchLabels: { app: 'api' } }],
    ['a label more than the Service has', { matchLabels: { app: 'web', team: 'a' } }],
    ['an expression that the Service does not meet', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['front'] }] }],
    ['only an expression that no Service meets', { matchLabels: {}, matchExpressions: [{ key: 'team', operator: 'Exists' }] }],
    ['Services of another namespace than theirs', { namespace: 'monitoring' }],
    ['namespaces by name without the Service’s', { namespaceSelector: { matchNames: ['monitoring', 'gone'] } }],
    ['any namespace and a label that no Service has', { namespaceSelector: { any: true }, matchLabels: { app: 'api' } }],
    ['everything in a namespace without Services', { namespace: 'empty', matchLabels: {} }],
  ])('for a selector with %s', (_, options) => {
    expect(isOrphan(options)).toBe(true);
  });

  it('for a PodMonitor that no workload’s pods meet', () => {
    expect(isPodOrphan({ matchLabels: { app: 'api' } })).toBe(true);
    expect(isPodOrphan({ namespace: 'monitoring' })).toBe(true);
  });

  it('for a control plane’s monitor where the control plane is the cluster’s own', () => {
    const nodes = [node('cp', { labels: { 'node-role.kubernetes.io/control-plane': '' } })];
    const servicemonitors = [monitor('scheduler', { matchLabels: { 'app.kubernetes.io/name': 'kube-scheduler' } })];
    expect(found({ nodes, servicemonitors })).toHaveLength(1);
    expect(found({ nodes: [node('w')], servicemonitors })).toHaveLength(0);
  });
});

describe('obs-scrape-orphan at its boundaries', () => {
  it('counts a monitor once it is an hour old, and not a second before', () => {
    expect(isOrphan({ matchLabels: { app: 'api' }, age: 60 })).toBe(true);
    expect(isOrphan({ matchLabels: { app: 'api' }, age: 60 - 1 / 60 })).toBe(false);
  });

  it('takes another time from the coverage', () => {
    expect(found({ servicemonitors: [monitor('a', { age: 5 })] }, { for: '5m' })).toHaveLength(1);
    expect(found({ servicemonitors: [monitor('a', { age: 4 })] }, { for: '5m' })).toHaveLength(0);
  });

  it('speaks of one as of one', () => {
    expect(found({ servicemonitors: [monitor('a')] })[0]?.message).toMatch(/^1 monitor selects nothing, .*: ServiceMonitor\/shop\/a\./);
  });
});

describe('obs-scrape-orphan is silent', () => {
  it.each<[string, MonitorFixture]>([
    ['for a Service of its namespace', {}],
    ['for a Service by all its labels', { matchLabels: { app: 'web', tier: 'front' } }],
    [
      'for a Service by expressions alone',
      { matchLabels: {}, matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }] },
    ],
    ['for a Service in any namespace', { namespace: 'monitoring', namespaceSelector: { any: true } }],
    ['for a Service in a namespace by name', { namespace: 'monitoring', namespaceSelector: { matchNames: ['other', 'shop'] } }],
    ['for a selector of everything', { matchLabels: {} }],
    ['about a monitor that is being deleted', { matchLabels: { app: 'api' }, deleting: true }],
    ['about a monitor that was just made', { matchLabels: { app: 'api' }, age: 5 }],
  ])('%s', (_, options) => {
    expect(isOrphan(options)).toBe(false);
  });

  it.each<[string, ClusterFixture]>([
    ['a Deployment', {}],
    [
      'a Deployment without pods at the moment',
      { deployments: [deployment('web', { namespace: 'shop', labels: { app: 'web' }, desired: 0 })] },
    ],
    ['a StatefulSet', { deployments: [], statefulsets: [statefulset('web', { namespace: 'shop', labels: { app: 'web' } })] }],
    ['a DaemonSet', { deployments: [], daemonsets: [daemonset('web', { namespace: 'shop', labels: { app: 'web' } })] }],
  ])('about a PodMonitor for the pods of %s', (_, cluster) => {
    expect(isPodOrphan({}, cluster)).toBe(false);
  });

  it('about a PodMonitor that may be for pods whose labels are not known', () => {
    const pods = [pod('bare', { namespace: 'shop', nodeName: 'a' })];
    expect(isPodOrphan({ matchLabels: { app: 'api' } }, { pods })).toBe(false);
    expect(isPodOrphan({ matchLabels: { app: 'api' }, namespaceSelector: { any: true } }, { pods })).toBe(false);
    expect(isPodOrphan({ matchLabels: { app: 'api' }, namespaceSelector: { matchNames: ['other'] } }, { pods })).toBe(true);
    expect(
      isPodOrphan({ matchLabels: { app: 'api' } }, { pods: [pod('web-1', { namespace: 'shop', nodeName: 'a', deployment: 'web' })] }),
    ).toBe(true);
  });

  it.each([
    { matchLabels: { 'spilo-role': 'master' } },
    { matchLabels: {}, matchExpressions: [{ key: 'istio.io/rev', operator: 'Exists' }] },
  ])('about a PodMonitor that selects by a label which may be added to a pod later: %j', (options) => {
    expect(isPodOrphan(options)).toBe(false);
  });

  it('about a namespace that is not covered', () => {
    expect(found({ servicemonitors: [monitor('a')] }, {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });
});

it('obs-scrape-orphan does not apply where Prometheus Operator is not installed', () => {
  const knowledge = { servicemonitors: { state: 'NotInstalled', message: 'the cluster does not serve servicemonitors' } } as const;
  expect(verdictOf(obsScrapeOrphan, { knowledge })).toBe('NotApplicable: the cluster does not serve servicemonitors');
});

it.each(['servicemonitors', 'services', 'podmonitors'] as const)(
  'obs-scrape-orphan is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `${name} is forbidden`;
    expect(verdictOf(obsScrapeOrphan, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);

describe('obs-scrape-orphan, about monitors that no Prometheus selects', () => {
  const byRelease = (value: string, more: object = {}) =>
    operated(value, {
      spec: { serviceMonitorSelector: { matchLabels: { release: value } }, serviceMonitorNamespaceSelector: {}, ...more },
    });
  const ofPlatform = (name: string, options: MonitorFixture = {}) =>
    monitor(name, { namespace: 'ingress-nginx', matchLabels: {}, ...options });
  const labelled = ['a', 'b', 'c'].map((name) => ofPlatform(name, { labels: { release: 'stack' } }));
  /** One monitor without the label, beside three with it and a Prometheus that selects by it. */
  const world = (options: MonitorFixture = {}, more: ClusterFixture = {}): ClusterFixture => ({
    namespaces: [namespace('ingress-nginx'), namespace('monitoring'), namespace('shop')],
    services: [service('web', {}, 'ingress-nginx'), service('web', {}, 'shop')],
    prometheuses: [byRelease('stack')],
    servicemonitors: [...labelled, ofPlatform('web', options)],
    ...more,
  });
  const seen = (options: MonitorFixture = {}, more: ClusterFixture = {}, agreement = {}) =>
    found(world(options, more), {}, agreement).map(({ reason }) => reason);

  it('fires where a monitor of the platform lacks the label by which Prometheus selects most, and suggests it', () => {
    expect(found(world())).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'NotSelected',
        message:
          '1 monitor of the platform lacks labels by which Prometheus selects, so nothing is scraped for them: ServiceMonitor/ingress-nginx/web (release=stack). Add the labels.',
      },
    ]);
    expect(correctionsOf(obsScrapeOrphan, world())).toEqual(['kubectl label servicemonitors web -n ingress-nginx release=stack']);
  });

  it('fires for PodMonitors too', () => {
    const podmonitors = [...labelled, ofPlatform('web')];
    const selecting = { spec: { podMonitorSelector: { matchLabels: { release: 'stack' } }, podMonitorNamespaceSelector: {} } };
    const cluster = { podmonitors, prometheuses: [operated('stack', selecting)] };
    const workloads = { deployments: [deployment('web', { namespace: 'ingress-nginx' })] };
    expect(correctionsOf(obsScrapeOrphan, { ...cluster, ...workloads, namespaces: [namespace('ingress-nginx')] })).toEqual([
      'kubectl label podmonitors web -n ingress-nginx release=stack',
    ]);
  });

  it('suggests each label that is missing, and nothing for what a controller would take back', () => {
    const prometheuses = [
      operated('main', {
        spec: { serviceMonitorSelector: { matchLabels: { release: 'stack', team: 'sre' } }, serviceMonitorNamespaceSelector: {} },
      }),
    ];
    const both = ['a', 'b', 'c'].map((name) => ofPlatform(name, { labels: { release: 'stack', team: 'sre' } }));
    const one = (options: MonitorFixture) => world({}, { prometheuses, servicemonitors: [...both, ofPlatform('web', options)] });
    expect(correctionsOf(obsScrapeOrphan, one({}))).toEqual(['kubectl label servicemonitors web -n ingress-nginx release=stack team=sre']);
    expect(correctionsOf(obsScrapeOrphan, one({ labels: { team: 'sre' } }))).toEqual([
      'kubectl label servicemonitors web -n ingress-nginx release=stack',
    ]);
    expect(correctionsOf(obsScrapeOrphan, world({ owned: true }))).toEqual([]);
    expect(seen({ owned: true })).toEqual(['NotSelected']);
  });

  it('counts a monitor once it is an hour old, and a Prometheus as the one that is meant once it selects more than half', () => {
    expect(seen({ age: 60 })).toEqual(['NotSelected']);
    expect(seen({ age: 60 - 1 / 60 })).toEqual([]);
    const of = (withLabel: number, without: number) => [
      ...Array.from({ length: withLabel }, (_, index) => ofPlatform(`with-${index}`, { labels: { release: 'stack' } })),
      ...Array.from({ length: without }, (_, index) => ofPlatform(`without-${index}`)),
    ];
    expect(seen({}, { servicemonitors: of(3, 2) })).toEqual(['NotSelected']);
    expect(seen({}, { servicemonitors: of(2, 2) })).toEqual([]);
  });

  it.each<[string, MonitorFixture, ClusterFixture?, object?]>([
    ['where it has the label', { labels: { release: 'stack' } }],
    ['where it is meant for another Prometheus', { labels: { release: 'edge' } }],
    ['where it is an application’s', { namespace: 'shop' }],
    ['where it is being deleted', { deleting: true }],
    ['where a Prometheus selects everything', {}, { prometheuses: [byRelease('stack'), byRelease('all', { serviceMonitorSelector: {} })] }],
    [
      'where an agent selects it',
      {},
      { prometheusagents: [operated('edge', { spec: { serviceMonitorSelector: {}, serviceMonitorNamespaceSelector: {} } })] },
    ],
    ['where two could be meant', {}, { prometheuses: [byRelease('stack'), byRelease('edge')] }],
    [
      'where an expression could be meant',
      {},
      {
        prometheuses: [
          byRelease('stack'),
          byRelease('edge', { serviceMonitorSelector: { matchExpressions: [{ key: 'release', operator: 'In', values: ['x', 'y'] }] } }),
        ],
      },
    ],
    [
      'where the Prometheus asks for more than a label',
      {},
      {
        prometheuses: [
          byRelease('stack', {
            serviceMonitorSelector: { matchLabels: { release: 'stack' }, matchExpressions: [{ key: 'release', operator: 'Exists' }] },
          }),
        ],
      },
    ],
    ['where Prometheus is not told of monitors', {}, { prometheuses: [operated('bare')] }],
    [
      'where Prometheus looks in its own namespace only',
      {},
      { prometheuses: [byRelease('stack', { serviceMonitorNamespaceSelector: undefined })] },
    ],
    [
      'where Prometheus looks in other namespaces only',
      {},
      { prometheuses: [byRelease('stack', { serviceMonitorNamespaceSelector: { matchLabels: { watched: 'true' } } })] },
    ],
    ['where the Prometheus is an application’s', {}, {}, { platformNamespaces: ['ingress-nginx'] }],
    ['where there is no Prometheus of the operator', {}, { prometheuses: [] }],
  ])('is silent %s', (_, options, more = {}, agreement = {}) => {
    expect(seen(options, more, agreement)).toEqual([]);
  });

  it.each(['prometheuses', 'prometheusagents', 'namespaces'] as const)(
    'is unknown, and suggests nothing, where %s cannot be read',
    (name) => {
      const message = `${name} is forbidden`;
      const cluster = world({}, { knowledge: { [name]: { state: 'NotPermitted', message } } });
      expect(verdictOf(obsScrapeOrphan, cluster)).toBe(`Unknown: ${message}`);
      expect(correctionsOf(obsScrapeOrphan, cluster)).toEqual([]);
    },
  );

  it('says once of a monitor that selects nothing that it does', () => {
    const cluster = world({ matchLabels: { app: 'gone' } });
    expect(found(cluster).map(({ reason }) => reason)).toEqual(['SelectsNothing']);
    expect(correctionsOf(obsScrapeOrphan, cluster)).toEqual([]);
  });
});
