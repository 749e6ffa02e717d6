import { node } from '../../../test/fixtures/cluster.ts';
import { namespace, podIn } from '../../../test/fixtures/defaults.ts';
import { correctionsOf, findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { nsPodSecurity } from './ns-pod-security.ts';

const enforce = 'pod-security.kubernetes.io/enforce';
/** Namespaces in which pods run, by the level that each enforces; '' for none. */
const clusterOfLevels = (levels: Record<string, string>) => ({
  nodes: [node('a')],
  namespaces: Object.entries(levels).map(([name, level]) => namespace(name, level ? { labels: { [enforce]: level } } : {})),
  pods: podIn(...Object.keys(levels)),
});
const shop = clusterOfLevels({ shop: '' });

describe('ns-pod-security fires', () => {
  it('once for namespaces without the label and for those that enforce privileged', () => {
    expect(findingsOf(nsPodSecurity, clusterOfLevels({ shop: '', cart: '', search: 'privileged', pay: 'restricted' }))).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'NotEnforced',
        message:
          'Pods that reach for the node are admitted in 2 application namespaces without the label pod-security.kubernetes.io/enforce (cart, shop), and in 1 application namespace with the level privileged (search). Set the label to baseline, or to restricted where the pods allow it.',
      },
    ]);
  });

  it('where only warnings are asked for', () => {
    const namespaces = [namespace('shop', { labels: { 'pod-security.kubernetes.io/warn': 'restricted' } })];
    expect(findingsOf(nsPodSecurity, { ...shop, namespaces })).toHaveLength(1);
  });
});

describe('ns-pod-security suggests', () => {
  it('the level baseline for namespaces that say nothing, never another for one that says privileged', () => {
    expect(correctionsOf(nsPodSecurity, clusterOfLevels({ shop: '', cart: '', search: 'privileged' }))).toEqual([
      `kubectl label namespaces cart ${enforce}=baseline --overwrite`,
      `kubectl label namespaces shop ${enforce}=baseline --overwrite`,
    ]);
  });
});

describe('ns-pod-security at its boundaries', () => {
  it('leaves a namespace an hour to be set up', () => {
    const aged = (age: number) => findingsOf(nsPodSecurity, { ...shop, namespaces: [namespace('shop', { age })] });
    expect(aged(60)).toHaveLength(1);
    expect(aged(60 - 1 / 60)).toEqual([]);
  });

  it('fires an hour after the first sight and not a second before', () => {
    expect(findingsAfter(60, nsPodSecurity, shop)).toBe(1);
    expect(findingsAfter(60 - 1 / 60, nsPodSecurity, shop)).toBe(0);
  });
});

describe('ns-pod-security is silent', () => {
  it.each(['baseline', 'restricted'])('where %s is enforced', (level) => {
    expect(findingsOf(nsPodSecurity, clusterOfLevels({ shop: level }))).toEqual([]);
  });

  it.each(['', 'privileged'])('about the platform’s namespaces, whose drivers need it (level %j)', (level) => {
    expect(findingsOf(nsPodSecurity, clusterOfLevels({ 'kube-system': level }))).toEqual([]);
  });

  it('about a namespace without pods', () => {
    expect(findingsOf(nsPodSecurity, { ...shop, pods: [] })).toEqual([]);
  });
});

it('ns-pod-security is not applicable on OpenShift, which has its own means', () => {
  const nodes = [node('a', { labels: { 'node.openshift.io/os_id': 'rhcos' } })];
  expect(verdictOf(nsPodSecurity, { ...shop, nodes })).toMatch(/^NotApplicable: OpenShift holds pods to security context constraints/);
});

it('ns-pod-security is unknown, not healthy, where namespaces cannot be read', () => {
  const message = 'the operator may not list and watch namespaces: forbidden';
  expect(verdictOf(nsPodSecurity, { knowledge: { namespaces: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
