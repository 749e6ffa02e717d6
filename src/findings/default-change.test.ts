import { type ClusterFixture, clusterOf, minutesAgo } from '../../test/fixtures/cluster.ts';
import type { Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { brokenDeliveries } from './default-change.ts';

const finding = (extra: Partial<Finding> = {}): Finding => ({
  ...{ id: 'f1', check: 'rollout-stuck', severity: 'warning', object: 'Deployment/shop/web', reason: 'RolloutStuck' },
  ...{ scope: 'Support', coverage: 'Covered', rule: 'default', message: 'It is stuck.', remediation: 'Look.' },
  ...{ stage: 'Deploy', cause: 'AdmissionDenied', subject: 'Pod Security level restricted:latest' },
  ...{ firstSeen: minutesAgo(10), openedAt: minutesAgo(10) },
  ...extra,
});
const drift = (extra: Partial<Drift> = {}): Drift => ({
  ...{ id: 'd1', fact: 'namespaces', object: 'Namespace/shop', path: 'labels.pod-security.kubernetes.io/enforce' },
  ...{ expected: '', actual: 'restricted', manager: 'kubectl-label', changedAt: minutesAgo(30), firstSeen: minutesAgo(5) },
  ...{ scope: 'Support', coverage: 'Covered', rule: 'default' },
  ...extra,
});
const broken = (findings: Finding[], drifts: Drift[], cluster: ClusterFixture = {}) =>
  brokenDeliveries(findings, drifts, clusterOf(cluster)).map(({ object, severity, message }) => ({ object, severity, message }));
const links = (found: Partial<Finding>, drifted: Partial<Drift>, cluster: ClusterFixture = {}) =>
  broken([finding(found)], [drift(drifted)], cluster).length === 1;

it('names the change, who wrote it and when, and what fails since', () => {
  expect(broken([finding(), finding({ id: 'f2', object: 'Deployment/shop/api', severity: 'critical' })], [drift()])).toEqual([
    {
      object: 'Namespace/shop',
      severity: 'critical',
      message:
        'Deployment/shop/api, Deployment/shop/web fail since labels.pod-security.kubernetes.io/enforce of Namespace/shop was changed from nothing to restricted by kubectl-label at 2026-11-23T11:30:00Z. Take that back, or make what is delivered fit it and approve the baseline anew.',
    },
  ]);
});

describe('a failure is linked to a change', () => {
  it('of a quota that refuses it', () => {
    const quota = { fact: 'quotas-and-limits', path: 'quotas.team', expected: 'pods=20', actual: 'pods=10' };
    expect(links({ subject: 'ResourceQuota team', cause: 'QuotaExceeded' }, quota)).toBe(true);
    expect(links({ subject: 'ResourceQuota other', cause: 'QuotaExceeded' }, quota)).toBe(false);
    expect(links({ subject: 'ResourceQuota team', object: 'Kustomization/flux-system/shop' }, quota)).toBe(true);
    const runners = (namespace: string) => ({
      check: 'github-runner',
      subject: 'ResourceQuota team',
      object: `AutoscalingRunnerSet/${namespace}/ci`,
    });
    expect(links(runners('shop'), quota)).toBe(true);
    expect(links(runners('other'), quota)).toBe(false);
  });

  it('of a webhook that refuses it, also where its whole configuration is new', () => {
    const webhook = { subject: 'webhook v.example.com' };
    const changed = { fact: 'admission-webhooks', object: 'ValidatingWebhookConfiguration/policy' };
    const configuration = {
      metadata: { name: 'policy' },
      webhooks: [{ name: 'v.example.com', clientConfig: { url: 'https://v.example.com' } }],
    };
    const cluster = { validatingwebhookconfigurations: [configuration] };
    expect(links(webhook, { ...changed, path: 'webhooks.v.example.com', expected: 'Ignore', actual: 'Fail' })).toBe(true);
    expect(links(webhook, { ...changed, path: 'webhooks.w.example.com', expected: 'Ignore', actual: 'Fail' })).toBe(false);
    expect(links(webhook, { ...changed, path: '', actual: 'added' }, cluster)).toBe(true);
    expect(links(webhook, { ...changed, path: 'webhooks.v.example.com', expected: 'Fail', actual: '' })).toBe(false);
  });

  it('of a ClusterRole that the refused account is bound to', () => {
    const refused = { subject: 'user system:serviceaccount:ci:deployer' };
    const role = { fact: 'cluster-roles', object: 'ClusterRole/deploy', path: 'rules', expected: 'sha256:a', actual: 'sha256:b' };
    const bindingTo = (name: string) => ({
      clusterrolebindings: [
        {
          metadata: { name: 'deploy' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
          subjects: [{ kind: 'ServiceAccount', namespace: 'ci', name: 'deployer' }],
        },
      ],
    });
    expect(links(refused, role, bindingTo('deploy'))).toBe(true);
    expect(links(refused, role, bindingTo('other'))).toBe(false);
  });

  it('of who is cluster-admin, where it is the one who was', () => {
    const admins = {
      fact: 'cluster-admins',
      object: 'ClusterRoleBinding/ci',
      path: 'subjects',
      expected: 'ServiceAccount/ci/deployer, User/jane',
    };
    expect(links({ subject: 'user system:serviceaccount:ci:deployer' }, { ...admins, actual: 'User/jane' })).toBe(true);
    expect(links({ subject: 'user jane' }, { ...admins, actual: 'User/jane' })).toBe(false);
  });

  describe('of what pods pull with by default,', () => {
    const refused = {
      check: 'image-pull',
      stage: 'Authentication',
      cause: 'CredentialsRejected',
      subject: 'image ghcr.io/team/web:2',
    } as const;
    const unnamed = { fact: 'default-pull-secrets', path: 'imagePullSecrets', expected: 'regcred', actual: '' };
    const emptied = { fact: 'registry-secrets', path: 'registries.regcred', expected: 'ghcr.io, quay.io', actual: 'quay.io' };
    const workload = (pod: object = {}, name = 'web') => ({
      deployments: [{ metadata: { name, namespace: 'shop' }, spec: { template: { spec: { containers: [], ...pod } } } }],
    });

    it('where a registry has no credentials or refuses them', () => {
      expect(links(refused, unnamed, workload())).toBe(true);
      expect(links({ ...refused, cause: 'CredentialsMissing' }, unnamed, workload())).toBe(true);
      expect(links({ ...refused, cause: 'ImageMissing' }, unnamed, workload())).toBe(false);
      expect(links(refused, { ...unnamed, object: 'Namespace/other' }, workload())).toBe(false);
    });

    it('but not where pods name Secrets or an account of their own', () => {
      for (const change of [unnamed, emptied]) {
        expect(links(refused, change, workload({ imagePullSecrets: [{ name: 'own' }] }))).toBe(false);
        expect(links(refused, change, workload({ serviceAccountName: 'web' }))).toBe(false);
        expect(links(refused, change, workload({}, 'gone'))).toBe(false);
      }
    });

    it('where it is the registry for which there is no login any more', () => {
      expect(links(refused, emptied, workload())).toBe(true);
      expect(links({ ...refused, subject: 'registry ghcr.io' }, emptied, workload())).toBe(true);
      expect(links({ ...refused, subject: 'image quay.io/team/web:2' }, emptied, workload())).toBe(false);
      expect(links({ ...refused, subject: 'image web:2' }, { ...emptied, expected: 'index.docker.io', actual: '' }, workload())).toBe(true);
    });
  });

  it('of where the same object comes from', () => {
    const moved = { fact: 'delivery', object: 'GitRepository/flux-system/shop', path: 'source', expected: 'a', actual: 'b' };
    expect(links({ check: 'flux-source', object: 'GitRepository/flux-system/shop', subject: undefined }, moved)).toBe(true);
  });

  it('of what is gone, of which Kubernetes keeps no time, seen within an hour of the failure on either side', () => {
    const gone = { fact: 'delivery', object: 'Deployment/shop/web', path: '', expected: 'a', actual: '', changedAt: undefined };
    expect(links({}, { ...gone, firstSeen: minutesAgo(0) })).toBe(true);
    expect(links({ firstSeen: minutesAgo(90) }, { ...gone, firstSeen: minutesAgo(0) })).toBe(false);
  });
});

describe('nothing is linked', () => {
  it('to a change that came after the failure, or more than an hour before it', () => {
    expect(links({}, { changedAt: minutesAgo(9) })).toBe(false);
    expect(links({}, { changedAt: minutesAgo(10) })).toBe(true);
    expect(links({}, { changedAt: minutesAgo(70) })).toBe(true);
    expect(links({}, { changedAt: minutesAgo(71) })).toBe(false);
  });

  it('to a change in another namespace, or of another level', () => {
    expect(links({}, { object: 'Namespace/other' })).toBe(false);
    expect(links({}, { actual: 'baseline' })).toBe(false);
  });

  it('of which only the time fits: a crash, an image that is not there', () => {
    expect(links({ subject: undefined, cause: 'CrashLoop' }, {})).toBe(false);
    expect(links({ subject: 'image registry.example.com/web:2', cause: 'ImageMissing' }, {})).toBe(false);
  });

  it('that is no delivery, is not covered, or differs by agreement', () => {
    expect(links({ stage: undefined }, {})).toBe(false);
    expect(links({ coverage: 'NotCovered' }, {})).toBe(false);
    expect(links({}, { scope: 'Project' })).toBe(false);
  });
});
