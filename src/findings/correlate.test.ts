import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type ClusterFixture, clusterOf, minutesAgo, node, now, pod } from '../../test/fixtures/cluster.ts';
import { served, webhooks } from '../../test/fixtures/controlplane.ts';
import { supportAll, supported } from '../../test/fixtures/judgement.ts';
import { podWith } from '../../test/fixtures/workloads.ts';
import type { Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { createAgreement } from '../checks/agreement.ts';
import { checks } from '../checks/catalogue.ts';
import { configureChecks, runCheck } from '../checks/run.ts';
import { rules } from './causes.ts';
import { type CorrelateInput, correlate } from './correlate.ts';
import type { Judge } from './judge.ts';
import { advance } from './lifecycle.ts';
import { ownChecks } from './own-checks.ts';

interface Options {
  judge?: Judge;
  before?: readonly Finding[];
  drift?: readonly Drift[];
}

const agreement = createAgreement({ tier: 'Level2' });
const related = new Set(rules.flatMap(({ roots, consequences }) => [...roots, ...consequences]));
const configured = configureChecks(
  checks.filter(({ id }) => related.has(id)),
  [],
).checks.map((one) => ({ ...one, holdMs: 0 }));

/** Every check of the rules on a cluster, and what is linked then. */
function inputOf(cluster: ClusterFixture, { judge = supportAll, before = [], drift = [] }: Options = {}): CorrelateInput {
  const view = clusterOf(cluster);
  const results = configured.map((one) => runCheck(one, view, now, agreement));
  const { findings, transitions } = advance({ findings: before, pending: [] }, results, 'local', now, judge);
  return { findings, transitions, before, drift, view, agreement, now };
}

const judgedAs =
  (check: string, judgement: Partial<ReturnType<Judge>>): Judge =>
  (judged) =>
    judged.check === check ? { ...supported, ...judgement } : supported;
const keyOf = (entry: Finding | Drift) => `${'fact' in entry ? entry.fact : entry.check} ${entry.object}`;

function links({ findings }: { findings: readonly Finding[] }, drift: readonly Drift[] = []): string[] {
  const byId = new Map([...findings, ...drift].map((entry) => [entry.id, keyOf(entry)]));
  return findings.flatMap((finding) => (finding.rootCause ? [`${keyOf(finding)} <- ${byId.get(finding.rootCause)}`] : [])).sort();
}
const linksIn = (cluster: ClusterFixture, options: Options = {}) => links(correlate(inputOf(cluster, options)), options.drift);
const isOfNode = ({ object }: Finding) => object.startsWith('Node/');
const found = (cluster: ClusterFixture) => inputOf(cluster).findings.map(keyOf);

const lost = (name: string, since = 60) => node(name, { ready: 'Unknown', since, taints: ['node.kubernetes.io/unreachable'] });
const nodes = (names: string, gone: string) => [...names].map((name) => (gone.includes(name) ? lost(name) : node(name)));
const words = '0/6 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 4 Insufficient cpu.';
const evicted = (name: string, nodeName: string, extra: object = {}) =>
  pod(name, { namespace: 'shop', deployment: 'web', nodeName, deleting: true, ...extra });
const waiting = (name: string, extra: object = {}) => pod(name, { namespace: 'shop', deployment: 'web', unschedulable: words, ...extra });
const deployment = (name: string, replicas: number, extra: { status?: object; namespace?: string; image?: string; app?: string } = {}) => ({
  metadata: { name, namespace: extra.namespace ?? 'shop', generation: 1 },
  spec: {
    replicas,
    template: { metadata: { labels: { app: extra.app ?? name } }, spec: { containers: [{ name: 'main', image: extra.image ?? 'app:1' }] } },
  },
  status: { observedGeneration: 1, ...extra.status },
});

describe('a third of the nodes', () => {
  const first = { ...lost('b', 70) };
  const third: ClusterFixture = {
    nodes: [node('a'), first, lost('c'), lost('d', 65), node('e'), node('f'), node('g'), node('h'), node('i')],
  };

  it('lost is one root, the first of them, whether their kubelets say so or not', () => {
    expect(linksIn(third)).toEqual([
      'node-unreachable Node/c <- node-unreachable Node/b',
      'node-unreachable Node/d <- node-unreachable Node/b',
    ]);
    const mixed = { nodes: [node('a'), node('b'), lost('c', 90), node('d', { ready: 'False' })] };
    expect(linksIn(mixed)).toEqual(['node-not-ready Node/d <- node-unreachable Node/c']);
  });

  it('is more than these: each stands alone', () => {
    expect(linksIn({ nodes: nodes('abcdefg', 'ab') })).toEqual([]);
    expect(linksIn({ nodes: nodes('abc', 'a') })).toEqual([]);
  });

  it('keeps its root while that is lost, and what comes back is over; what is lost later joins no more', () => {
    const { findings: before } = correlate(inputOf(third));
    const fewer = { nodes: [...third.nodes!.filter((each) => each !== third.nodes![3]), node('d'), lost('x', 10), ...nodes('klmn', '')] };
    expect(linksIn(fewer, { before })).toEqual(['node-unreachable Node/c <- node-unreachable Node/b']);
    expect(found(fewer)).toContain('node-unreachable Node/x');
  });

  it('that stood for others and is back leaves them alone, which is said once', () => {
    const { findings: before } = correlate(inputOf(third));
    const back = { nodes: [node('b'), lost('c'), ...nodes('aefghi', '')] };
    const after = correlate(inputOf(back, { before }));
    expect(after.findings.filter(isOfNode).map(({ object, rootCause }) => [object, rootCause])).toEqual([['Node/c', undefined]]);
    expect(
      after.transitions
        .filter(({ finding }) => isOfNode(finding))
        .map(({ type, finding }) => `${type} ${finding.object}`)
        .sort(),
    ).toEqual(['OutlivedCause Node/c', 'Resolved Node/b', 'Resolved Node/d', 'SeverityChanged Node/c']);
    expect(correlate(inputOf(back, { before: after.findings })).transitions).toEqual([]);
  });
});

describe('pods that wait for a node', () => {
  const two = [lost('a', 90), ...nodes('bcdefghij', 'b')];
  const link = 'pod-unschedulable Deployment/shop/web <- node-unreachable Node/a';

  it('are a consequence where each replaces one that was lost with its node', () => {
    expect(linksIn({ nodes: two, pods: [evicted('web-1', 'a'), evicted('web-2', 'b'), waiting('web-3'), waiting('web-4')] })).toEqual([
      link,
    ]);
  });

  it('are one too where the scheduler no longer names the taint', () => {
    const unschedulable = '0/6 nodes are available: 2 node(s) had untolerated taint(s), 4 Insufficient cpu.';
    expect(linksIn({ nodes: two, pods: [evicted('web-1', 'a'), waiting('web-3', { unschedulable })] })).toEqual([link]);
  });

  const dedicated = '0/6 nodes are available: 2 node(s) had untolerated taint {dedicated: gpu}, 4 Insufficient cpu.';
  it.each([
    ['another taint keeps them off', [evicted('web-1', 'a'), waiting('web-3', { unschedulable: dedicated })]],
    ['more wait than were lost', [evicted('web-1', 'a'), waiting('web-3'), waiting('web-4')]],
    ['one asks for more than the one that was lost', [evicted('web-1', 'a'), waiting('web-3', { cpu: '64' })]],
    [
      'the scheduler names no lost node',
      [evicted('web-1', 'a'), waiting('web-3', { unschedulable: '0/6 nodes are available: 6 Insufficient cpu.' })],
    ],
    ['the one that is being deleted is on a node that is ready', [evicted('web-1', 'c'), waiting('web-3')]],
    ['others of the workload wait on no lost node', [evicted('web-1', 'a', { deployment: 'api' }), waiting('web-3')]],
  ])('stand alone where %s', (_, pods) => {
    expect(found({ nodes: two, pods })).toContain('pod-unschedulable Deployment/shop/web');
    expect(linksIn({ nodes: two, pods })).toEqual([]);
  });

  it('are a consequence of the first of a third of the nodes, not of the one that they were on', () => {
    const pods = [evicted('web-1', 'b'), waiting('web-3')];
    expect(linksIn({ nodes: [lost('a', 90), lost('b'), node('c')], pods })).toContain(link);
  });

  const claim = (extra: object) => ({
    metadata: { name: 'data', namespace: 'shop', creationTimestamp: minutesAgo(60) },
    spec: extra,
    status: { phase: 'Pending' },
  });
  const mounting = (unschedulable = 'pod has unbound immediate PersistentVolumeClaims. not found') => {
    const made = pod('web-1', { namespace: 'shop', deployment: 'web', unschedulable });
    return { ...made, spec: { ...made.spec, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } };
  };
  const slow = { metadata: { name: 'slow' }, provisioner: 'csi.example.com' };

  it('for a claim without a class where none is the default come of that, as the claim does', () => {
    expect(linksIn({ nodes: nodes('a', ''), storageclasses: [slow], persistentvolumeclaims: [claim({})], pods: [mounting()] })).toEqual([
      'pod-unschedulable Deployment/shop/web <- default-storageclass Cluster/local',
      'pvc-pending PersistentVolumeClaim/shop/data <- default-storageclass Cluster/local',
    ]);
  });

  it('come of the class that is gone from the baseline', () => {
    const gone: Drift = {
      ...{ id: 'gone', fact: 'storage-classes', object: 'StorageClass/fast', path: '', expected: 'provisioner=x', actual: '' },
      ...{ firstSeen: minutesAgo(60), ...supported },
    };
    const marked = { ...slow, metadata: { name: 'slow', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } };
    const cluster = { nodes: nodes('a', ''), storageclasses: [marked], persistentvolumeclaims: [claim({ storageClassName: 'fast' })] };
    expect(linksIn(cluster, { drift: [gone] })).toEqual([
      'pvc-pending PersistentVolumeClaim/shop/data <- storage-classes StorageClass/fast',
    ]);
    expect(linksIn(cluster, { drift: [{ ...gone, path: 'provisioner', actual: 'y' }] })).toEqual([]);
    expect(linksIn(cluster, { drift: [{ ...gone, coverage: 'NotCovered' }] })).toEqual([]);
  });

  it('stand alone where the claim wants no class at all, or the scheduler says something else', () => {
    const cluster = { nodes: nodes('a', ''), storageclasses: [slow], persistentvolumeclaims: [claim({ storageClassName: '' })] };
    expect(linksIn({ ...cluster, pods: [mounting()] })).toEqual([
      'pod-unschedulable Deployment/shop/web <- pvc-pending PersistentVolumeClaim/shop/data',
    ]);
    expect(linksIn({ ...cluster, pods: [mounting('0/1 nodes are available: 1 Insufficient cpu.')] })).toEqual([]);
  });
});

describe('pods that cannot be made', () => {
  const refused = (message: string) => ({
    deployments: [
      deployment('web', 2, {
        status: { conditions: [{ type: 'ReplicaFailure', status: 'True', message, lastTransitionTime: minutesAgo(60) }] },
      }),
    ],
  });
  const quota = (used: Record<string, string>) => ({
    resourcequotas: [{ metadata: { name: 'team', namespace: 'shop' }, spec: { hard: { pods: '10', configmaps: '5' } }, status: { used } }],
  });
  const byQuota = (name: string) =>
    refused(`pods "web-1" is forbidden: exceeded quota: ${name}, requested: pods=1, used: pods=10, limited: pods=10`);
  const byWebhook = (name: string) => refused(`Internal error occurred: failed calling webhook "${name}": no endpoints available`);
  const failing = { validatingwebhookconfigurations: [webhooks([{}])], ...served('policy/policy', 0) };

  it('are a consequence of the quota that refuses them, where what they ask for is used up', () => {
    expect(linksIn({ ...byQuota('team'), ...quota({ pods: '10' }) })).toEqual([
      'workload-mismatch Deployment/shop/web <- quota-full ResourceQuota/shop/team',
    ]);
    expect(linksIn({ ...byQuota('other'), ...quota({ pods: '10' }) })).toEqual([]);
    expect(linksIn({ ...byQuota('team'), ...quota({ pods: '9', configmaps: '5' }) })).toEqual([]);
    expect(linksIn({ ...refused('pods "web-1" is forbidden: violates PodSecurity'), ...quota({ pods: '10' }) })).toEqual([]);
  });

  it('are a consequence of the webhook that refuses them, and of no other', () => {
    expect(linksIn({ ...byWebhook('policy.example.com'), ...failing })).toEqual([
      'workload-mismatch Deployment/shop/web <- webhook-failing ValidatingWebhookConfiguration/policy',
    ]);
    expect(linksIn({ ...byWebhook('other.example.com'), ...failing })).toEqual([]);
  });

  it('stand alone where nobody is told of the quota: it is excepted, not covered or the customer’s', () => {
    const cluster = { ...byQuota('team'), ...quota({ pods: '10' }) };
    for (const judgement of [{ exception: 'until May' }, { coverage: 'NotCovered' }, { scope: 'Customer' }] as const)
      expect(linksIn(cluster, { judge: judgedAs('quota-full', judgement) })).toEqual([]);
  });

  it('stay linked while the quota cannot be read, and stand alone once it is over', () => {
    const cluster = { ...byQuota('team'), ...quota({ pods: '10' }) };
    const { findings: before } = correlate(inputOf(cluster));
    const blind = { ...cluster, knowledge: { resourcequotas: { state: 'Stale', message: 'not read' } } } as const;
    expect(linksIn(blind, { before })).toHaveLength(1);
    expect(linksIn(blind)).toEqual([]);
    expect(linksIn({ ...byQuota('team'), ...quota({ pods: '1' }) }, { before })).toEqual([]);
  });
});

describe('pods that are not ready', () => {
  const agent = (notReady: number, nodeName = 'a') =>
    podWith('cni-1', { namespace: 'kube-system', owner: 'DaemonSet/calico-node', nodeName, notReady });
  const calico = {
    metadata: { name: 'calico-node', namespace: 'kube-system', generation: 1 },
    spec: {
      template: {
        metadata: { labels: { 'k8s-app': 'calico-node' } },
        spec: { containers: [{ name: 'calico-node', image: 'calico/node:v3' }] },
      },
    },
    status: { observedGeneration: 1, desiredNumberScheduled: 2, numberReady: 1 },
  };
  const cluster = (...pods: object[]): ClusterFixture => ({
    nodes: [node('a', { since: 600 }), node('b', { since: 600 })],
    daemonsets: [calico],
    pods,
  });

  it('are a consequence where the network plugin was not ready on their nodes before', () => {
    expect(linksIn(cluster(agent(60), podWith('web-1', { notReady: 30 })))).toEqual([
      'pod-not-ready Deployment/shop/web <- cni-gap DaemonSet/kube-system/calico-node',
    ]);
  });

  it.each([
    ['one is on another node', [agent(60), podWith('web-1', { notReady: 30 }), podWith('web-2', { notReady: 30, nodeName: 'b' })]],
    ['they were not ready before it', [agent(30), podWith('web-1', { notReady: 60 })]],
  ])('stand alone where %s', (_, pods) => {
    expect(found(cluster(...pods))).toEqual(
      expect.arrayContaining(['cni-gap DaemonSet/kube-system/calico-node', 'pod-not-ready Deployment/shop/web']),
    );
    expect(linksIn(cluster(...pods))).toEqual([]);
  });
});

describe('a Service without endpoints', () => {
  const asking = { validatingwebhookconfigurations: [webhooks([{ service: 'ingress/admission' }])] };
  const controller = deployment('nginx', 1, { namespace: 'ingress', image: 'registry.k8s.io/ingress-nginx/controller:v1' });
  const cluster: ClusterFixture = {
    nodes: [node('c')],
    ...asking,
    ingressclasses: [{ metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } }],
    deployments: [controller],
    ...served('ingress/admission', 0, { selector: { app: 'nginx' } }),
    ingresses: [
      {
        metadata: { name: 'web', namespace: 'ingress' },
        spec: { ingressClassName: 'nginx', defaultBackend: { service: { name: 'admission', port: { number: 443 } } } },
      },
    ],
  };

  it('before an ingress controller that is down comes of that, and so does the webhook that it answers for', () => {
    const root = 'ingress-controller-unhealthy Deployment/ingress/nginx';
    expect(linksIn(cluster)).toEqual([
      `service-no-endpoints Service/ingress/admission <- ${root}`,
      `webhook-failing ValidatingWebhookConfiguration/policy <- ${root}`,
    ]);
  });

  it('does not where it leads to another workload too', () => {
    const other = deployment('other', 1, { namespace: 'ingress', app: 'nginx' });
    expect(linksIn({ ...cluster, deployments: [controller, other] })).toEqual([
      'webhook-failing ValidatingWebhookConfiguration/policy <- service-no-endpoints Service/ingress/admission',
    ]);
  });

  it('is not kept silent by a node that is lost, which is less severe', () => {
    const onLost = (nodeName: string) => [podWith('nginx-1', { namespace: 'ingress', owner: 'Deployment/nginx', nodeName, notReady: 30 })];
    const linkedTo = (all: object[], pods: object[]) => linksIn({ ...cluster, nodes: all, pods }).filter((link) => link.endsWith('Node/a'));
    expect(linkedTo([lost('a'), ...nodes('bcdefg', '')], onLost('a'))).toEqual([]);
    expect(linkedTo([lost('a'), lost('b', 50), node('c')], onLost('a'))).toHaveLength(4);
    expect(linkedTo([lost('a'), lost('b', 50), node('c')], onLost('c'))).toHaveLength(1);
  });
});

it('whatever is open: a root is open and stands alone, none is its own, and the order changes nothing', () => {
  const names = [...'abcdef'];
  const arbitrary = fc.record({
    gone: fc.subarray(names),
    pods: fc.array(fc.record({ nodeName: fc.constantFrom(...names), deleting: fc.boolean(), waits: fc.boolean() }), { maxLength: 6 }),
    before: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }),
    stale: fc.boolean(),
    rotate: fc.nat(),
  });
  fc.assert(
    fc.property(arbitrary, ({ gone, pods, before, stale, rotate }) => {
      const cluster: ClusterFixture = {
        nodes: names.map((name) => (gone.includes(name) ? lost(name) : node(name))),
        pods: pods.map(({ waits, ...rest }, index) => (waits ? waiting(`web-${index}`) : evicted(`web-${index}`, rest.nodeName, rest))),
        ...(stale ? { knowledge: { nodes: { state: 'Stale', message: 'x' } } } : {}),
      };
      const seen = inputOf({ ...cluster, knowledge: {} });
      const count = Math.max(1, seen.findings.length);
      const linkedBefore = seen.findings.map((finding, index) => {
        const [, cause] = before.find(([from]) => from % count === index) ?? [];
        const rootCause = cause === undefined ? undefined : seen.findings[cause % count]?.id;
        return rootCause ? { ...finding, rootCause } : finding;
      });
      const input = { ...seen, before: linkedBefore, view: clusterOf(cluster) };
      const { findings } = correlate(input);
      const byId = new Map(findings.map((finding) => [finding.id, finding]));
      for (const { id, rootCause } of findings) {
        if (rootCause === undefined) continue;
        expect(rootCause).not.toBe(id);
        expect(byId.get(rootCause)).toBeDefined();
        expect(byId.get(rootCause)!.rootCause).toBeUndefined();
      }
      const turned = [...seen.findings.slice(rotate % count), ...seen.findings.slice(0, rotate % count)];
      expect(correlate({ ...input, findings: turned }).findings).toEqual(findings);
    }),
  );
});

it('docs/correlation.md explains every rule with its checks, and no other', () => {
  const text = readFileSync(new URL('../../docs/correlation.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| (?!Cause|---)/.test(line));
  expect(rows.map((row) => row.split('|')[1]!.trim())).toEqual(rules.map(({ name }) => name));
  for (const [index, { consequences }] of rules.entries())
    for (const check of consequences)
      if (index > 0 && !rows[index]?.includes('every check of the area Delivery')) expect(rows[index]).toContain(check);
  const ids = new Set([...checks, ...ownChecks].map(({ id }) => id));
  expect(
    rules.flatMap(({ roots, consequences }) => [...roots, ...consequences]).filter((id) => !ids.has(id) && id !== 'storage-classes'),
  ).toEqual([]);
});
