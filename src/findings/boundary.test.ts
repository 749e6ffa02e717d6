import * as fc from 'fast-check';
import { tiers } from '../api/v1alpha1/fields.ts';
import { type BoundaryRule, scopes } from '../api/v1alpha1/supportcoverage.ts';
import { createAgreement } from '../checks/agreement.ts';
import { type BoundaryInput, boundaryProblems, createJudge } from './boundary.ts';
import type { Judged } from './judge.ts';

const today = Temporal.PlainDate.from('2026-11-23');
const judge = (judged: Partial<Judged>, input: Partial<BoundaryInput> = {}) =>
  createJudge({
    ...{ tier: 'Level1', agreement: createAgreement(), rules: [], exceptions: [], today, managedControlPlane: false },
    ...input,
  })({ kind: 'Finding', check: 'node-not-ready', tier: 'Level1', object: 'Node/a', reason: 'Bad', severity: 'warning', ...judged });
const drift = (check: string, object: string, difference: Partial<NonNullable<Judged['difference']>> = {}): Partial<Judged> => ({
  ...{ kind: 'Drift', check, object },
  difference: { path: '', expected: '', actual: 'x=y', ...difference },
});
const changed = (check: string, path: string, expected: string, actual: string) =>
  drift(check, check === 'cluster-version' ? 'Cluster/local' : `Thing/${check}`, { path, expected, actual });
/** Scope and rule. */
const said = (judged: Partial<Judged>, input: Partial<BoundaryInput> = {}) => {
  const { scope, rule } = judge(judged, input);
  return [scope, rule];
};
const everythingElse = ['Support', 'shipped: everything else in the tier'];

describe('what is outside the agreement', () => {
  const agreement = createAgreement({ namespaces: { exclude: ['sandbox-*', 'monitoring'] } });

  it('is an object in a namespace that the scope leaves out, or that namespace itself, and the rule says so', () => {
    expect(judge({ object: 'Deployment/sandbox-1/web' }, { agreement })).toEqual({
      ...{ scope: 'Support', coverage: 'NotCovered', rule: 'scope: namespace sandbox-1 is not covered' },
    });
    expect(judge({ object: 'Namespace/sandbox-1' }, { agreement }).coverage).toBe('NotCovered');
  });

  it('is neither an object in no namespace nor one of a platform namespace, whatever is left out', () => {
    for (const object of ['Node/sandbox-1', 'Cluster/local', 'Deployment/shop/web', 'Deployment/monitoring/prometheus'])
      expect([object, judge({ object }, { agreement }).coverage]).toEqual([object, 'Covered']);
  });

  it('is what a check of a higher tier finds', () => {
    expect(judge({ tier: 'Level2' })).toMatchObject({ coverage: 'NotCovered', rule: 'tier: what Level2 covers is beyond Level1' });
    for (const tier of ['Level2', 'Level3'] as const) expect(judge({ tier: 'Level2' }, { tier }).coverage).toBe('Covered');
  });

  it('still says whose work it would be', () => {
    expect(judge({ check: 'pod-crashloop', tier: 'Level2', object: 'Deployment/shop/web' })).toMatchObject({
      ...{ coverage: 'NotCovered', scope: 'Customer' },
    });
  });
});

describe("the coverage's own rules", () => {
  const rule = (match: BoundaryRule['match'], assign: BoundaryRule['assign'] = 'Customer', reason = 'as agreed'): BoundaryRule => ({
    match,
    assign,
    reason,
  });

  it('come before the shipped ones, and the first that matches decides', () => {
    const rules = [rule({ checks: ['other'] }), rule({ checks: ['storage-*'] }, 'Support', 'we do'), rule({ objects: ['*'] })];
    expect(said(drift('storage-classes', 'StorageClass/fast'), { rules })).toEqual(['Support', 'boundary.rules[1]: we do']);
    expect(said({}, { rules })).toEqual(['Customer', 'boundary.rules[2]: as agreed']);
  });

  it('match only where everything that they give matches', () => {
    const rules = [rule({ checks: ['hpa-maxed'], objects: ['HorizontalPodAutoscaler/*'], namespaces: ['shop-*'] })];
    const matching = { check: 'hpa-maxed', object: 'HorizontalPodAutoscaler/shop-eu/web' };
    expect(said(matching, { rules })[0]).toBe('Customer');
    for (const other of [{ check: 'hpa-inactive' }, { object: 'Deployment/shop-eu/web' }, { object: 'HorizontalPodAutoscaler/other/web' }])
      expect(said({ ...matching, ...other }, { rules })).toEqual(everythingElse);
  });

  it('about namespaces are not about what is in none', () => {
    expect(said({ object: 'Node/shop' }, { rules: [rule({ namespaces: ['*'] })] })).toEqual(everythingElse);
  });

  it('that give an empty list match nothing', () => {
    expect(said({}, { rules: [rule({ checks: [], objects: ['*'] })] })).toEqual(everythingElse);
  });

  it('do not make covered what is not', () => {
    const agreement = createAgreement({ namespaces: { exclude: ['shop'] } });
    expect(judge({ object: 'Pod/shop/web' }, { agreement, rules: [rule({ namespaces: ['shop'] }, 'Support')] })).toMatchObject({
      ...{ coverage: 'NotCovered', rule: 'scope: namespace shop is not covered' },
    });
  });
});

it('an exception accepts what a check finds, never a difference from the baseline', () => {
  const exceptions = [{ check: '*', object: '*', reason: 'CHG-1', owner: 'jane', expires: '2026-11-23' }];
  expect(judge({}, { exceptions }).exception).toBe('CHG-1 (jane, until 2026-11-23)');
  expect(judge(changed('storage-classes', 'reclaimPolicy', 'Delete', 'Retain'), { exceptions })).not.toHaveProperty('exception');
});

describe('drift that adds a platform module', () => {
  it.each([
    ['storage-classes', 'StorageClass/fast'],
    ['ingress-classes', 'IngressClass/traefik'],
    ['gateway-classes', 'GatewayClass/istio'],
    ['csi-drivers', 'CSIDriver/efs.csi.aws.com'],
    ['admission-webhooks', 'ValidatingWebhookConfiguration/kyverno'],
    ['apiservices', 'APIService/v1beta1.custom.metrics.k8s.io'],
    ['platform-modules', 'PlatformModule/crd-group/kafka.strimzi.io'],
    ['platform-modules', 'PlatformModule/workloads/kafka-system/strimzi'],
    ['log-collectors', 'DaemonSet/logging/fluent-bit'],
    ['namespaces', 'Namespace/kafka-system'],
  ])('is separate scope: %s %s', (fact, object) => {
    expect(said(drift(fact, object))).toEqual(['Project', 'shipped: a new platform module is separate scope']);
  });

  it('is separate scope as a Helm release, but not as the entry that says that releases are read', () => {
    expect(said(drift('helm-releases', 'HelmRelease/monitoring/tempo'))[0]).toBe('Project');
    expect(said(drift('helm-releases', 'Cluster/local'))).toEqual(everythingElse);
  });

  it('is support where the object is gone or changed instead', () => {
    expect(said(drift('storage-classes', 'StorageClass/fast', { expected: 'x=y', actual: '' }))).toEqual(everythingElse);
    expect(said(changed('storage-classes', 'reclaimPolicy', 'Delete', 'Retain'))).toEqual(everythingElse);
  });

  it('takes with it what else it brings, but not what is added to a module that was agreed', () => {
    const object = 'CustomResourceDefinition/kafkas.kafka.strimzi.io';
    expect(said({ ...drift('crds', object), partOfNewModule: true })).toEqual([
      ...['Project', 'shipped: it is a part of a new platform module, which is separate scope'],
    ]);
    expect(said({ ...drift('crds', object), partOfNewModule: false })).toEqual(everythingElse);
  });

  it('leaves who may do what with support', () => {
    expect(said(drift('cluster-admins', 'ClusterRoleBinding/strimzi'))).toEqual(everythingElse);
    expect(said(drift('cluster-roles', 'ClusterRole/strimzi'))).toEqual(everythingElse);
  });
});

describe('larger changes of what is there', () => {
  it.each([
    ['a storage class that another driver serves', changed('storage-classes', 'provisioner', 'kubernetes.io/aws-ebs', 'ebs.csi.aws.com')],
    ['an ingress class that another controller serves', changed('ingress-classes', 'controller', 'k8s.io/ingress-nginx', 'traefik.io/x')],
    ['a gateway class that another controller serves', changed('gateway-classes', 'controllerName', 'a.io/x', 'b.io/x')],
    [
      'a workload that runs another program',
      changed('platform-workloads', 'images.main', 'docker.io/grafana/promtail:3.0', 'docker.io/fluent/fluent-bit:3.1'),
    ],
    ['a log collector that is another', changed('log-collectors', 'images', 'fluent/fluentd', 'otel/opentelemetry-collector')],
  ])('replace a module: %s', (_, judged) => {
    expect(said(judged)).toEqual(['Project', 'shipped: to replace a platform module is separate scope']);
  });

  it.each([
    ['another version', 'registry.k8s.io/ingress-nginx/controller:v1.11.2', 'registry.k8s.io/ingress-nginx/controller:v1.13.0'],
    ['a mirror', 'k8s.gcr.io/pause:3.9', 'registry.example.com:5000/mirror/pause:3.10'],
    ['a digest', 'a/b/controller:v1', 'a/b/controller@sha256:0123'],
    ['a container more', '', 'envoyproxy/envoy:v1.31.0'],
    ['a container less', 'envoyproxy/envoy:v1.31.0', ''],
  ])('are no replacement where an image is %s', (_, expected, actual) => {
    expect(said(changed('platform-workloads', 'images.main', expected, actual))).toEqual(everythingElse);
  });

  it.each([
    ['1.35.2', '1.37.0', 'Project'],
    ['1.37.0', '1.35.2', 'Project'],
    ['1.37.2', '2.0.0', 'Project'],
    ['1.36.2', '1.37.0', 'Support'],
    ['1.37.0', '1.37.2', 'Support'],
    ['1.9.9', '1.10.0', 'Support'],
    ['not known', '1.37.2', 'Support'],
  ])('are a move of Kubernetes from %s to %s: %s', (expected, actual, scope) => {
    expect(said(changed('cluster-version', 'version', expected, actual))[0]).toBe(scope);
  });

  it('are measured between the newest kubelets of a pool, while they are renewed one by one', () => {
    const kubelets = (expected: string, actual: string) => said(changed('node-pools', 'kubeletVersions', expected, actual))[0];
    expect(kubelets('v1.35.2-eks-1', 'v1.35.2-eks-1, v1.36.0-eks-2')).toBe('Support');
    expect(kubelets('v1.9.0, v1.10.0', 'v1.11.0')).toBe('Support');
    expect(kubelets('v1.34.1, v1.35.2', 'v1.35.2, v1.37.0')).toBe('Project');
  });

  it('are a new node pool, not one that is gone or has other labels', () => {
    expect(said(drift('node-pools', 'NodePool/gpu'))).toEqual(['Project', 'shipped: a new node pool is separate scope']);
    expect(said(drift('node-pools', 'NodePool/gpu', { expected: 'a=b', actual: '' }))).toEqual(everythingElse);
    expect(said(changed('node-pools', 'labels.team', 'a', 'b'))).toEqual(everythingElse);
  });
});

describe('what the provider has to mend', () => {
  const readyz = { check: 'apiserver-readyz', object: 'Cluster/local', reason: 'NotReady' };

  it('is a managed control plane that is not ready, and no other', () => {
    expect(said(readyz, { managedControlPlane: true })).toEqual(['Provider', 'shipped: the provider runs the control plane']);
    expect(said(readyz)).toEqual(everythingElse);
    expect(said({ check: 'dns-unhealthy' }, { managedControlPlane: true })).toEqual(everythingElse);
  });

  it('is a machine that it has planned to stop, and no other problem of a node', () => {
    expect(said({ check: 'node-problem', reason: 'VMEventScheduled' })[0]).toBe('Provider');
    expect(said({ check: 'node-problem', reason: 'KernelDeadlock' })).toEqual(everythingElse);
  });

  it('is not the end of support of a version', () => {
    expect(said({ check: 'version-eol', object: 'Cluster/local' }, { managedControlPlane: true })).toEqual(everythingElse);
  });
});

describe('an application that fails by its own doing', () => {
  const ids = ['pod-crashloop', 'pod-oomkilled', 'pod-not-ready', 'container-waiting', 'job-failed', 'rollout-stuck', 'helm-release-stuck'];
  const of = (check: string, object: string, tier: BoundaryInput['tier']) => said({ check, object, tier }, { tier })[0];

  it.each(ids)('is the customer’s, and support’s in a platform namespace: %s', (check) => {
    expect(of(check, 'Deployment/shop/web', 'Level2')).toBe('Customer');
    expect(of(check, 'Deployment/kube-system/coredns', 'Level2')).toBe('Support');
  });

  it('is support’s at Level3 where it is a deployment incident, and the customer’s where it fails by itself', () => {
    const level3 = ids.map((check) => of(check, 'Deployment/shop/web', 'Level3'));
    expect(Object.fromEntries(ids.map((id, index) => [id, level3[index]]))).toEqual({
      ...{ 'pod-crashloop': 'Customer', 'pod-oomkilled': 'Customer', 'pod-not-ready': 'Customer', 'container-waiting': 'Customer' },
      ...{ 'job-failed': 'Support', 'rollout-stuck': 'Support', 'helm-release-stuck': 'Support' },
    });
    expect(said({ check: 'job-failed', object: 'Job/shop/migrate' }, { tier: 'Level3' })[1]).toBe(
      'shipped: at Level3 a deployment incident is support',
    );
  });

  it('is not one that finds no room, whose cause is the platform', () => {
    expect(said({ check: 'pod-unschedulable', object: 'Deployment/shop/web' })).toEqual(everythingElse);
  });
});

it('whatever is judged has one scope, and a rule that a report can hold', () => {
  const text = fc.constantFrom('', 'x', 'a/b:1', 'v1.2.3', '1.37.2', '*', 'Namespace/shop', 'Pod/shop/web', 'kube-system');
  const judged = fc.record({
    kind: fc.constantFrom('Finding' as const, 'Drift' as const),
    check: fc.constantFrom('crds', 'node-pools', 'pod-crashloop', 'platform-workloads', 'cluster-version', 'nothing-known'),
    tier: fc.constantFrom(...tiers),
    object: fc.oneof(text, fc.string()),
    severity: fc.constant('warning' as const),
    partOfNewModule: fc.boolean(),
    difference: fc.record({
      path: fc.oneof(text, fc.constantFrom('images.x', 'version')),
      expected: fc.oneof(text, fc.string()),
      actual: text,
    }),
  });
  const rules = fc.array(
    fc.record({
      match: fc.record({ checks: fc.array(text), objects: fc.array(text), namespaces: fc.array(text) }, { requiredKeys: ['objects'] }),
      assign: fc.constantFrom(...scopes),
      reason: fc.string({ minLength: 1, maxLength: 256 }),
    }),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(judged, rules, fc.constantFrom(...tiers), fc.boolean(), (one, own, tier, managedControlPlane) => {
      const judgement = judge(one, { rules: own, tier, managedControlPlane });
      expect(scopes).toContain(judgement.scope);
      expect(judgement.rule).toMatch(/^(shipped|boundary\.rules\[\d+\]|scope|tier): ./s);
      if (judgement.coverage === 'Covered') expect(judgement.rule.length).toBeLessThanOrEqual(300);
      expect(judgement.coverage).toBe(tiers.indexOf(one.tier) > tiers.indexOf(tier) ? 'NotCovered' : 'Covered');
    }),
  );
});

describe('rules and exceptions that can never match', () => {
  const known = { checks: ['node-not-ready', 'version-eol', 'baseline-altered'], facts: ['storage-classes'] };
  const rules = (...checks: string[]) => ({ boundary: { rules: [{ match: { checks }, assign: 'Project', reason: 'x' } as BoundaryRule] } });
  const exception = (fields: object) => ({
    exceptions: [{ check: 'version-eol', object: '*', reason: 'x', owner: 'jane', expires: '2027-01-31', ...fields }],
  });
  const problems = (spec: Parameters<typeof boundaryProblems>[0]) =>
    boundaryProblems(spec, known).map(({ path, message }) => `${path}: ${message}`);

  it('are none where each id, or glob, is that of a check or fact', () => {
    expect(problems({})).toEqual([]);
    expect(problems(rules('version-eol', 'storage-classes', 'node-*', '*'))).toEqual([]);
    expect(problems(exception({ check: 'baseline-*' }))).toEqual([]);
  });

  it('are named with the path of the field, and what there is', () => {
    expect(problems(rules('version-eol', 'version-elo', 'pods-*'))).toEqual([
      'spec.boundary.rules[0].match.checks[1]: there is no check or fact "version-elo"; known are baseline-altered, node-not-ready, storage-classes, version-eol',
      'spec.boundary.rules[0].match.checks[2]: "pods-*" matches no check or fact',
    ]);
    expect(problems(exception({ check: 'version-elo' }))).toEqual([
      'spec.exceptions[0].check: there is no check "version-elo"; known are baseline-altered, node-not-ready, version-eol',
    ]);
  });

  it('are an exception for a fact, and one that ends on no day', () => {
    expect(problems(exception({ check: 'storage-classes' }))).toEqual([
      'spec.exceptions[0].check: "storage-classes" is a fact, not a check; differences from the baseline are accepted in spec.baseline.ignore',
    ]);
    expect(problems(exception({ expires: '2027-02-30' }))).toEqual([
      'spec.exceptions[0].expires: "2027-02-30" is no day; write for example 2027-01-31',
    ]);
  });
});
