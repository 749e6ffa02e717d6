import { alert } from '../../test/fixtures/alerts.ts';
import { type ClusterFixture, clusterOf, node, now } from '../../test/fixtures/cluster.ts';
import { supportAll } from '../../test/fixtures/judgement.ts';
import { deployment } from '../../test/fixtures/observability.ts';
import { crashing, podWith } from '../../test/fixtures/workloads.ts';
import type { Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Tier } from '../api/v1alpha1/fields.ts';
import { createAgreement } from '../checks/agreement.ts';
import { checks } from '../checks/catalogue.ts';
import { configureChecks, runCheck } from '../checks/run.ts';
import { runPass } from './pass.ts';
import { withoutTold } from './told-alerts.ts';

const web = { namespace: 'shop', pod: 'web-7d4b9c-x2x9z' };
const crashLoop = alert('KubePodCrashLooping', web);
const cluster = (pods: object[], ...alerts: ReturnType<typeof alert>[]): ClusterFixture => ({
  ...{ nodes: [node('a')], deployments: [deployment('web', { namespace: 'shop' })], pods },
  probes: { 'active-alerts': alerts },
});
const fine = podWith('web-7d4b9c-x2x9z');
const bad = crashing('web-7d4b9c-x2x9z');

interface Given {
  tier?: Tier;
  /** Checks that run, besides alert-firing; default pod-crashloop. */
  run?: string[];
  /** Those whose results are of this pass; default all. */
  results?: string[];
  before?: Finding[];
}

/** What is told of alerts: object, reason and whether it counts from the alert's own beginning. */
function told(fixture: ClusterFixture, { tier = 'Level2', run = ['pod-crashloop'], results = run, before = [] }: Given = {}) {
  const configured = configureChecks(
    checks.filter(({ id }) => id === 'alert-firing' || run.includes(id)),
    [],
  ).checks;
  const [view, agreement] = [clusterOf(fixture), createAgreement({ tier })];
  const ran = configured.filter(({ check }) => check.id === 'alert-firing' || results.includes(check.id));
  const all = withoutTold({
    ...{ checks: configured, before, view, now, agreement },
    results: ran.map((each) => runCheck(each, view, now, agreement)),
  });
  const own = all.find(({ check }) => check.id === 'alert-firing');
  return own?.observations.map(({ object, reason, since }) => `${reason} ${object}${since ? ' dated' : ''}`);
}

it('an alert is left out while a check sees the same object, reported or not', () => {
  expect(told(cluster([bad], crashLoop))).toEqual([]);
});

it('also in a pass that does not run that check', () => {
  expect(told(cluster([bad], crashLoop), { results: [] })).toEqual([]);
});

it('an alert that goes on although the check sees nothing is told, from when that was seen here', () => {
  expect(told(cluster([fine], crashLoop))).toEqual(['KubePodCrashLooping Deployment/shop/web']);
});

it('what no check tells is told from when the alert began, also of an object that a check sees', () => {
  expect(told(cluster([bad], alert('SlowCheckout', web)))).toEqual(['SlowCheckout Deployment/shop/web dated']);
});

it('an alert about another object than the one that the check sees is told', () => {
  const other = podWith('cart-1', { owner: 'Deployment/cart' });
  expect(told(cluster([bad, other], alert('KubePodCrashLooping', { namespace: 'shop', pod: 'cart-1' })))).toEqual([
    'KubePodCrashLooping Deployment/shop/cart',
  ]);
});

it('a check that does not run tells nothing, and one beyond the tier tells nobody', () => {
  expect(told(cluster([bad], crashLoop), { run: [] })).toEqual(['KubePodCrashLooping Deployment/shop/web dated']);
  const pulling = podWith('web-7d4b9c-x2x9z', { notReady: 20, containers: [{ waiting: 'ImagePullBackOff' }] });
  const waiting = cluster([pulling], alert('KubeContainerWaiting', web));
  expect(told(waiting, { run: ['image-pull'], tier: 'Level3' })).toEqual([]);
  expect(told(waiting, { run: ['image-pull'], tier: 'Level2' })).toEqual(['KubeContainerWaiting Deployment/shop/web dated']);
});

it('a check that cannot judge now goes on telling what it found before', () => {
  const blind = cluster([bad], alert('KubeHpaMaxedOut', { namespace: 'shop', deployment: 'web' }));
  const stale = { ...blind, knowledge: { horizontalpodautoscalers: { state: 'Stale' as const, message: 'silent' } } };
  const found = { check: 'hpa-maxed', object: 'Deployment/shop/web' } as Finding;
  expect(told(stale, { run: ['hpa-maxed'], before: [found] })).toEqual([]);
  expect(told(stale, { run: ['hpa-maxed'] })).toEqual(['KubeHpaMaxedOut Deployment/shop/web']);
});

it('of an unreachable node one check tells both alerts of the mixin', () => {
  const lost = node('a', { ready: 'Unknown', taints: ['node.kubernetes.io/unreachable'] });
  const alerts = ['KubeNodeNotReady', 'KubeNodeUnreachable'].map((name) => alert(name, { node: 'a' }));
  const both = { ...cluster([], ...alerts), nodes: [lost] };
  expect(told(both, { run: ['node-not-ready', 'node-unreachable'] })).toEqual([]);
  expect(told({ ...both, nodes: [node('a')] }, { run: ['node-not-ready', 'node-unreachable'] })).toHaveLength(2);
});

it('so a crash loop of which an alert tells too is one finding', async () => {
  const settings = ['alert-firing', 'pod-crashloop'].map((check) => ({ check, enabled: true, for: '0s' }));
  const run = checks.filter(({ id }) => settings.some(({ check }) => check === id));
  const { findings } = await runPass({
    ...{
      checks: configureChecks(run, settings).checks,
      facts: [],
      ignore: [],
      agreement: { tier: 'Level2' as const },
      judge: supportAll,
      now,
    },
    ...{ memory: { findings: [], pending: [], drift: [] }, baseline: { state: 'Absent' as const }, monotonic: () => 0 },
    view: clusterOf(cluster([bad], crashLoop)),
    writerOf: async () => undefined,
  });
  expect(findings.map(({ check, object }) => `${check} ${object}`)).toEqual(['pod-crashloop Deployment/shop/web']);
});
