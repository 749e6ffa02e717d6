import { type ClusterFixture, minutesAgo, pod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { app } from '../../../test/fixtures/networking.ts';
import { networkpolicyOrphan } from './networkpolicy-orphan.ts';

interface PolicyFixture {
  name?: string;
  namespace?: string;
  selector?: object;
  age?: number;
}

const policy = ({ name = 'web', namespace = 'shop', selector = { matchLabels: { app: 'gone' } }, age = 9000 }: PolicyFixture = {}) => ({
  metadata: { name, namespace, creationTimestamp: minutesAgo(age) },
  spec: { podSelector: selector, policyTypes: ['Ingress'] },
});
const running = { pods: [pod('web-1', { namespace: 'shop', nodeName: 'a', deployment: 'web' })], deployments: [app('web')] };
const found = (policies: object[], more: ClusterFixture = {}, agreement = {}) =>
  findingsOf(networkpolicyOrphan, { networkpolicies: policies, ...running, ...more }, {}, agreement);

describe('networkpolicy-orphan fires', () => {
  it('once for all policies that select no pod, with the first of them', () => {
    const policies = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => policy({ name }));
    expect(found(policies)).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'SelectsNothing',
        message:
          '7 NetworkPolicies select no pod: NetworkPolicy/shop/a, NetworkPolicy/shop/b, NetworkPolicy/shop/c, NetworkPolicy/shop/d, NetworkPolicy/shop/e and 2 more. Correct their selectors or delete them.',
      },
    ]);
  });

  it('by an expression as by a label', () => {
    const selector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['gone', 'away'] }] };
    expect(found([policy({ selector })])).toHaveLength(1);
  });

  it('where what it selects is in another namespace', () => {
    expect(
      found([policy({ selector: { matchLabels: { app: 'far' } } })], { deployments: [app('web'), app('far', { namespace: 'x' })] }),
    ).toHaveLength(1);
  });
});

describe('networkpolicy-orphan at its boundaries', () => {
  it('fires an hour after the first sight and not a second before, and not for a policy that is younger', () => {
    const cluster = { networkpolicies: [policy()], ...running };
    expect(findingsAfter(60, networkpolicyOrphan, cluster)).toBe(1);
    expect(findingsAfter(60 - 1 / 60, networkpolicyOrphan, cluster)).toBe(0);
    expect(found([policy({ age: 60 })])).toHaveLength(1);
    expect(found([policy({ age: 60 - 1 / 60 })])).toHaveLength(0);
  });
});

describe('networkpolicy-orphan is silent', () => {
  it.each<[string, object, ClusterFixture?]>([
    ['that selects pods', policy({ selector: { matchLabels: { app: 'web' } } })],
    ['for every pod', policy({ selector: {} })],
    ['for every pod, of which the last belong to a workload that was deleted', policy({ selector: {} }), { deployments: [] }],
    ['in a namespace without pods', policy({ namespace: 'empty' })],
    ['for a workload that is scaled to zero', policy(), { deployments: [app('web'), app('gone', { desired: 0 })] }],
    [
      'for a CronJob between two runs',
      policy(),
      {
        cronjobs: [
          {
            metadata: { name: 'j', namespace: 'shop' },
            spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: 'gone' } } } } } },
          },
        ],
      },
    ],
    ['by a label that pods may get later', policy({ selector: { matchLabels: { 'security.example.com/level': 'high' } } })],
    ['beside pods of a Job, whose labels are not known', policy(), { pods: [...running.pods, pod('job-1', { namespace: 'shop' })] }],
    ['in a namespace that is being deleted', policy(), { namespaces: [{ metadata: { name: 'shop', deletionTimestamp: minutesAgo(1) } }] }],
  ])('about a policy %s', (_, object, more = {}) => {
    expect(found([object], more)).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    expect(found([policy()], {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });
});

it.each(['networkpolicies', 'pods', 'cronjobs'] as const)(
  'networkpolicy-orphan is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(networkpolicyOrphan, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);
