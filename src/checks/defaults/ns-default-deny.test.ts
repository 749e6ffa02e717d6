import { namespace, podIn } from '../../../test/fixtures/defaults.ts';
import { correctionsOf, findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { nsDefaultDeny } from './ns-default-deny.ts';

const policy = (spec: object, own = 'shop') => ({ metadata: { name: 'default', namespace: own }, spec });
const everyPod = { podSelector: {}, policyTypes: ['Ingress'] };
const shop = { namespaces: [namespace('shop')], pods: podIn('shop') };
const found = (...specs: object[]) => findingsOf(nsDefaultDeny, { ...shop, networkpolicies: specs.map((spec) => policy(spec)) });

describe('ns-default-deny fires', () => {
  it('once for all application namespaces without one', () => {
    const names = ['shop', 'cart', 'search'];
    const cluster = {
      namespaces: names.map((name) => namespace(name)),
      pods: podIn(...names),
      networkpolicies: [policy(everyPod, 'cart')],
    };
    expect(findingsOf(nsDefaultDeny, cluster)).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'NoDefaultDeny',
        message:
          '2 application namespaces have no NetworkPolicy that is about the ingress of every pod: search, shop. Pods there that no other policy selects can be reached from everywhere in the cluster. Give each a default deny.',
      },
    ]);
  });

  it.each<[string, object]>([
    ['is about some pods only', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] }],
    [
      'selects some pods by an expression',
      { podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, policyTypes: ['Ingress'] },
    ],
    ['is about egress only', { podSelector: {}, policyTypes: ['Egress'] }],
    ['lets everything in', { ...everyPod, ingress: [{}] }],
    ['lets everything in by one of its rules', { ...everyPod, ingress: [{ from: [{ podSelector: {} }] }, { from: [], ports: [] }] }],
  ])('where the only policy %s', (_, spec) => {
    expect(found(spec)).toHaveLength(1);
  });
});

describe('ns-default-deny at its boundaries', () => {
  it('leaves a namespace an hour to be set up', () => {
    const aged = (age: number) => findingsOf(nsDefaultDeny, { ...shop, namespaces: [namespace('shop', { age })] });
    expect(aged(60)).toHaveLength(1);
    expect(aged(60 - 1 / 60)).toEqual([]);
  });

  it('fires an hour after the first sight and not a second before', () => {
    expect(findingsAfter(60, nsDefaultDeny, shop)).toBe(1);
    expect(findingsAfter(60 - 1 / 60, nsDefaultDeny, shop)).toBe(0);
  });
});

describe('ns-default-deny is silent', () => {
  it.each<[string, object[]]>([
    ['nothing in', [everyPod]],
    ['in what its rules say', [{ ...everyPod, ingress: [{ from: [{ podSelector: {} }] }] }]],
    ['in everybody on one port', [{ ...everyPod, ingress: [{ ports: [{ port: 80 }] }] }]],
    ['nothing in and nothing out', [{ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }]],
    ['nothing in, beside one that lets some pods be reached', [everyPod, { podSelector: { matchLabels: { app: 'web' } }, ingress: [{}] }]],
  ])('where a policy about every pod lets %s', (_, specs) => {
    const networkpolicies = specs.map((spec, index) => ({ metadata: { name: `p${index}`, namespace: 'shop' }, spec }));
    expect(findingsOf(nsDefaultDeny, { ...shop, networkpolicies })).toEqual([]);
  });

  it.each<[string, object, object[]]>([
    ['about the platform’s namespaces', namespace('kube-system'), podIn('kube-system')],
    ['about a namespace without pods', namespace('empty'), []],
    ['about a namespace that is being deleted', namespace('shop', { deleting: 1 }), podIn('shop')],
  ])('%s', (_, own, pods) => {
    expect(findingsOf(nsDefaultDeny, { namespaces: [own], pods })).toEqual([]);
  });
});

it('ns-default-deny is unknown, not healthy, where NetworkPolicies cannot be read', () => {
  const message = 'the operator may not list and watch networkpolicies.networking.k8s.io: forbidden';
  expect(verdictOf(nsDefaultDeny, { ...shop, knowledge: { networkpolicies: { state: 'NotPermitted', message } } })).toBe(
    `Unknown: ${message}`,
  );
});

describe('ns-default-deny corrects', () => {
  const templates = { networkPolicy: { namespace: 'platform-templates', name: 'default' } };
  const withTemplate = (spec: object, ...others: object[]) => ({
    ...shop,
    networkpolicies: [policy(spec, 'platform-templates'), ...others],
  });

  it('by a copy of the template', () => {
    expect(correctionsOf(nsDefaultDeny, withTemplate(everyPod), { templates })).toEqual([
      `kubectl patch networkpolicies default -n platform-templates --type json -p '[{"op":"replace","path":"/metadata","value":{"name":"default","namespace":"shop"}}]' --dry-run=client -o json | kubectl create -f -`,
    ]);
    expect(correctionsOf(nsDefaultDeny, withTemplate(everyPod))).toEqual([]);
  });

  it('not where another policy of its name is there already', () => {
    const some = { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] };
    expect(correctionsOf(nsDefaultDeny, withTemplate(everyPod, policy(some)), { templates })).toEqual([]);
  });

  it('not by a template that would leave the namespace as open as it is, and says so', () => {
    const open = withTemplate({ ...everyPod, ingress: [{}] });
    expect(correctionsOf(nsDefaultDeny, open, { templates })).toEqual([]);
    expect(findingsOf(nsDefaultDeny, open, {}, { templates })[0]?.message).toContain(
      'The template NetworkPolicy/platform-templates/default is not about the ingress of every pod, or lets everything in, so nothing is suggested',
    );
  });
});
