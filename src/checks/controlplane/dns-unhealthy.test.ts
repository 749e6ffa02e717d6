import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { served } from '../../../test/fixtures/controlplane.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { daemonset, deployment, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { dnsUnhealthy } from './dns-unhealthy.ts';

const label = { 'k8s-app': 'kube-dns' };
const coredns = (options: WorkloadFixture = {}) =>
  deployment('coredns', { namespace: 'kube-system', labels: label, desired: 2, ...options });
/** kubeadm's DNS with so many ready endpoints. */
const dns = (ready: number, ...deployments: object[]): ClusterFixture => ({
  ...served('kube-system/kube-dns', ready, { selector: label }),
  deployments,
});
const found = (cluster: ClusterFixture) => findingsOf(dnsUnhealthy, cluster);
const gke = 'v1.36.1-gke.100';

describe('dns-unhealthy fires', () => {
  it('where the Service has no ready endpoint', () => {
    expect(found(dns(0, coredns({ ready: 0, unavailable: 60 })))).toEqual([
      {
        object: 'Service/kube-system/kube-dns',
        severity: 'critical',
        reason: 'NoReadyEndpoint',
        message:
          'Service/kube-system/kube-dns has no ready endpoint: names of Services and of the outside world cannot be resolved. Behind it: Deployment/kube-system/coredns (2 pods wanted). Look at the pods: kubectl -n kube-system get pods.',
      },
    ]);
  });

  it('where the Deployment is not available although something answers', () => {
    expect(found(dns(1, coredns({ desired: 3, ready: 1, unavailable: 60 })))).toEqual([
      {
        object: 'Deployment/kube-system/coredns',
        severity: 'critical',
        reason: 'NotAvailable',
        message:
          'Deployment/kube-system/coredns has fewer pods available than its rollout strategy allows, of 3 that it should have: the cluster DNS is slow or about to fail. Look at its pods: kubectl -n kube-system get pods.',
      },
    ]);
  });

  it('where somebody has scaled it to zero', () => {
    expect(found(dns(0, coredns({ desired: 0 })))[0]?.message).toContain('Deployment/kube-system/coredns (0 pods wanted)');
  });

  it('where nothing is behind the Service', () => {
    expect(found(dns(0))[0]?.message).toContain('Behind it: no Deployment and no DaemonSet.');
  });

  it('where the Service is gone and its pods are there', () => {
    expect(found({ deployments: [coredns()] })[0]).toMatchObject({ object: 'Service/kube-system/kube-dns', reason: 'ServiceMissing' });
  });

  it('where kube-dns of GKE is meant to run', () => {
    expect(found({ version: gke, ...dns(0, coredns({ ready: 0 })) })).toHaveLength(1);
  });

  it.each(['openshift-dns/dns-default', 'kube-system/rke2-coredns-rke2-coredns', 'kube-system/coredns'])('for %s', (service) => {
    expect(found(served(service, 0))[0]?.object).toBe(`Service/${service}`);
  });

  it('for a DaemonSet of which no pod is ready', () => {
    const own = { namespace: 'openshift-dns', labels: { dns: 'default' }, desired: 3, ready: 0 };
    const cluster = { ...served('openshift-dns/dns-default', 0, { selector: own.labels }), daemonsets: [daemonset('dns-default', own)] };
    expect(found(cluster)[0]?.message).toContain('Behind it: DaemonSet/openshift-dns/dns-default (3 pods wanted).');
  });
});

describe('dns-unhealthy at its boundaries', () => {
  it.each([
    ['no endpoint', 0],
    ['too few pods', 1],
  ])('fires at exactly 5 minutes of %s and not a second before', (_, ready) => {
    const findingsFor = (unavailable: number) => found(dns(ready, coredns({ ready, unavailable })));
    expect(findingsFor(5)).toHaveLength(1);
    expect(findingsFor(5 - 1 / 60)).toEqual([]);
  });

  it('counts from the first sight where no Deployment says since when', () => {
    expect(findingsAfter(5, dnsUnhealthy, dns(0))).toBe(1);
    expect(findingsAfter(5 - 1 / 60, dnsUnhealthy, dns(0))).toBe(0);
  });
});

describe('dns-unhealthy is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['where all pods answer', dns(2, coredns())],
    ['in a rolling update of one of two pods, which leaves the Deployment available', dns(1, coredns({ ready: 1 }))],
    ['with one pod where one is meant to be, as in k3s', dns(1, coredns({ desired: 1 }))],
    ['where endpoints are made by something else than a Deployment', dns(1)],
    ['about another Deployment that is not available', dns(2, coredns(), deployment('web', { namespace: 'kube-system', unavailable: 60 }))],
    ['about pods of the same label in another namespace', dns(2, coredns(), coredns({ namespace: 'shop', unavailable: 60 }))],
    [
      'about a Deployment that is being deleted, as after a move to another',
      dns(2, coredns(), coredns({ deleting: true, unavailable: 60 })),
    ],
    [
      'about one that is scaled to zero beside one that answers',
      dns(2, coredns(), deployment('kube-dns', { namespace: 'kube-system', labels: label, desired: 0, unavailable: 60 })),
    ],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
  });

  it('where a few pods of a DaemonSet are not ready', () => {
    const own = { namespace: 'openshift-dns', labels: { dns: 'default' }, desired: 30, ready: 28 };
    const cluster = { ...served('openshift-dns/dns-default', 28, { selector: own.labels }), daemonsets: [daemonset('dns-default', own)] };
    expect(found(cluster)).toEqual([]);
  });
});

it('dns-unhealthy judges a DNS of GKE that is not made by a Deployment', () => {
  expect(verdictOf(dnsUnhealthy, { version: gke, ...dns(1) })).toBeUndefined();
});

describe('dns-unhealthy is not applicable', () => {
  it.each<[string, ClusterFixture]>([
    ['scaled to zero', dns(0, coredns({ desired: 0 }))],
    ['not there', dns(0)],
    ['not there, nor is the Service', {}],
  ])('on GKE where kube-dns is %s, since Cloud DNS answers', (_, cluster) => {
    expect(verdictOf(dnsUnhealthy, { version: gke, ...cluster })).toMatch(/^NotApplicable: No kube-dns is meant to run/);
  });

  it('where no well-known DNS is there, as with EKS Auto Mode', () => {
    const others = { deployments: [deployment('metrics-server', { namespace: 'kube-system' })] };
    for (const cluster of [{}, others])
      expect(verdictOf(dnsUnhealthy, cluster)).toBe('NotApplicable: The cluster has none of the well-known DNS Services.');
  });
});

it.each(['services', 'endpointslices', 'deployments'] as const)(
  'dns-unhealthy is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(dnsUnhealthy, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  },
);
