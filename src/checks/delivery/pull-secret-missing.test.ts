import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { findingsAfter } from '../../../test/fixtures/first-sight.ts';
import { type PodStateFixture, podWith, shopWith } from '../../../test/fixtures/workloads.ts';
import { imagePull } from './image-pull.ts';
import { pullSecretMissing } from './pull-secret-missing.ts';

const registry = 'registry.example.com';
/** The Secret regcred of the namespace shop, for that registry, unless told otherwise. */
const secret = ({ name = 'regcred', namespace = 'shop', registries = [registry] } = {}) => {
  const auths = Object.fromEntries(registries.map((key) => [key, { auth: Buffer.from('bot:hunter2').toString('base64') }]));
  return {
    metadata: { name, namespace },
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
};
const legacy = () => {
  const auths = { [registry]: { username: 'bot', password: 'hunter2' } };
  return {
    metadata: { name: 'regcred', namespace: 'shop' },
    data: { '.dockercfg': Buffer.from(JSON.stringify(auths)).toString('base64') },
  };
};
/** By which it is known that one must log in there. */
const elsewhere = secret({ namespace: 'payments' });
const web = (options: PodStateFixture & { name?: string; image?: string } = {}) => {
  const { name = 'web-1', image = `${registry}/app:1`, ...rest } = options;
  return podWith(name, { pullSecrets: ['regcred'], containers: [{ image }], ...rest });
};
/** The workload of such pods; what its template names, and the ServiceAccount that gives names where it names none. */
const workload = (name = 'web', { pullSecrets = ['regcred'], serviceAccountName = 'default', deleting = false } = {}) => ({
  metadata: { name, namespace: 'shop', ...(deleting ? { deletionTimestamp: '2026-11-23T11:00:00Z' } : {}) },
  spec: { template: { spec: { serviceAccountName, imagePullSecrets: pullSecrets.map((one) => ({ name: one })), containers: [] } } },
});
const account = (name: string, pullSecrets: string[], namespace = 'shop') => ({
  metadata: { name, namespace },
  imagePullSecrets: pullSecrets.map((one) => ({ name: one })),
});
const cluster = (pods: object[], more: ClusterFixture = {}) =>
  shopWith(pods, { 'pull-secrets': [elsewhere], deployments: [workload()], ...more });
const found = (pods: object[], more: ClusterFixture = {}) => findingsOf(pullSecretMissing, cluster(pods, more));
const reasons = (pods: object[], more: ClusterFixture = {}) => found(pods, more).map(({ object, reason }) => `${object} ${reason}`);
const stranded = 'Deployment/shop/web NoUsableSecret';
const inVain = 'Cluster/local NamedInVain';

describe('pull-secret-missing fires', () => {
  it('on a Deployment that runs, of a Secret that is not there for a registry that others log in to', () => {
    expect(found([web()])).toEqual([
      {
        object: 'Deployment/shop/web',
        severity: 'warning',
        reason: 'NoUsableSecret',
        message:
          'Deployment/shop/web runs, but a pod of it on a node without its image would not start: no pull Secret that it names can be used for registry.example.com/app, where others in this cluster log in: Secret/shop/regcred (not there as a pull Secret). Create it with credentials for that registry.',
      },
    ]);
  });

  it('of a Secret with a login for another registry, or with none', () => {
    for (const registries of [['other.example.com'], [`${registry}/team`], [`${registry}:5000`], []]) {
      const [finding, ...others] = found([web()], { 'pull-secrets': [elsewhere, secret({ registries })] });
      expect(finding?.message).toContain('Secret/shop/regcred (no credentials for it)');
      expect(others).toEqual([]);
    }
  });

  it('with the ServiceAccount that gives its pods the name', () => {
    const serviceaccounts = [account('runner', ['regcred']), account('runner', ['regcred'], 'payments')];
    const deployments = [workload('web', { pullSecrets: [], serviceAccountName: 'runner' })];
    const [finding, ...others] = found([web()], { serviceaccounts, deployments });
    expect(finding?.message).toContain('Secret/shop/regcred (not there as a pull Secret) named by ServiceAccount/shop/runner. Create it');
    expect(others).toEqual([]);
  });

  it('once for a workload, with all its Secrets, and an init container’s image', () => {
    const pod = web({ pullSecrets: ['regcred', 'second'] });
    const deployments = [workload('web', { pullSecrets: ['regcred', 'second'] })];
    const [finding, ...others] = found([pod, web({ name: 'web-2', pullSecrets: ['regcred', 'second'] })], { deployments });
    expect(finding?.message).toContain('Secret/shop/regcred (not there as a pull Secret), Secret/shop/second (not there as a pull Secret)');
    expect(others).toEqual([]);
    const migrating = { ...web({ image: 'nginx' }) } as { spec: object };
    migrating.spec = { ...migrating.spec, initContainers: [{ name: 'migrate', image: `${registry}/migrate:1` }] };
    expect(found([migrating])[0]?.message).toContain('can be used for registry.example.com/migrate,');
  });

  it('where the login of the others is in a Secret of the type before', () => {
    const other = { ...legacy(), metadata: { name: 'old', namespace: 'payments' } };
    expect(reasons([web()], { 'pull-secrets': [], 'legacy-pull-secrets': [other] })).toEqual([stranded]);
  });

  it('and says nothing of what a Secret holds', () => {
    const all = JSON.stringify(
      found([web()], { 'pull-secrets': [elsewhere, secret({ registries: ['https://bot:hunter2@internal.example.com'] })] }),
    );
    expect(all).not.toMatch(/hunter2|bot|internal/);
  });
});

describe('pull-secret-missing tells as info, in one finding for the cluster,', () => {
  it('of names that nothing shows to be needed', () => {
    const pods = [
      web({ image: 'nginx:1.27' }),
      web({ name: 'api-1', owner: 'StatefulSet/api', image: 'unknown.example.com/api:1', pullSecrets: ['other'] }),
    ];
    const accounts = [account('default', ['regcred', 'unused'])];
    const statefulsets = [workload('api', { pullSecrets: ['other'] })];
    expect(found(pods, { serviceaccounts: accounts, statefulsets })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'NamedInVain',
        message:
          'Named to pull images with, and not there or of another type than kubernetes.io/dockerconfigjson: Secret/shop/other (by StatefulSet/shop/api), Secret/shop/regcred (by Deployment/shop/web), Secret/shop/unused (by ServiceAccount/shop/default). Nothing shows that an image needs them; remove the names, or create the Secrets.',
      },
    ]);
  });

  it('of a second name beside a Secret that can be used', () => {
    const deployments = [workload('web', { pullSecrets: ['regcred', 'gone'] })];
    expect(reasons([web({ pullSecrets: ['regcred', 'gone'] })], { 'pull-secrets': [elsewhere, secret()], deployments })).toEqual([inVain]);
  });

  it('of public registries and of those that let nodes in, though others log in there', () => {
    for (const host of ['docker.io', 'ghcr.io', '1.dkr.ecr.eu-west-1.amazonaws.com']) {
      const others = secret({ namespace: 'payments', registries: [host] });
      expect(reasons([web({ image: `${host}/team/app:1` })], { 'pull-secrets': [others] })).toEqual([inVain]);
    }
  });

  it('and not of a Secret that a warning names', () => {
    expect(reasons([web()], { serviceaccounts: [account('default', ['regcred'])] })).toEqual([stranded]);
  });
});

describe('pull-secret-missing at its boundaries', () => {
  it('fires one hour after the first sight and not a second before', () => {
    expect(findingsAfter(60, pullSecretMissing, cluster([web()]))).toBe(1);
    expect(findingsAfter(60 - 1 / 60, pullSecretMissing, cluster([web()]))).toBe(0);
  });
});

describe('pull-secret-missing is silent', () => {
  it.each<[string, object[], ClusterFixture]>([
    ['where the Secret is there', [web()], { 'pull-secrets': [elsewhere, secret()] }],
    ['where its login is for all hosts of the domain', [web()], { 'pull-secrets': [elsewhere, secret({ registries: ['*.example.com'] })] }],
    ['where it is of the type before', [web()], { 'legacy-pull-secrets': [legacy()] }],
    [
      'where one of two Secrets can be used',
      [web({ pullSecrets: ['first', 'regcred'] })],
      { 'pull-secrets': [elsewhere, secret(), secret({ name: 'first', registries: [] })] },
    ],
    ['about pods that name no Secret', [web({ pullSecrets: [] })], {}],
    ['about a Secret without a login for images that are public', [web({ image: 'nginx' })], { 'pull-secrets': [elsewhere, secret()] }],
    ['about a Job, a CronJob’s Job and a pod by itself', ['Job/import', ''].map((owner) => web({ owner })), {}],
    ['about pods that are being deleted, and those without a node', [web({ deleting: true }), web({ name: 'web-2', nodeName: '' })], {}],
    [
      'about a Secret that was replaced by another in the ServiceAccount after the pods were made',
      [web()],
      {
        'pull-secrets': [elsewhere, secret({ name: 'new' })],
        deployments: [workload('web', { pullSecrets: [] })],
        serviceaccounts: [account('default', ['new'])],
      },
    ],
    [
      'about pods to which an admission webhook gives another Secret than the template',
      [web({ pullSecrets: ['regcred', 'given'] })],
      { 'pull-secrets': [elsewhere, secret({ name: 'given' })] },
    ],
    ['about names that neither the template nor the ServiceAccount has', [web()], { deployments: [workload('web', { pullSecrets: [] })] }],
    [
      'about a Deployment that is being deleted, and one that is not there',
      [web(), web({ name: 'x-1', owner: 'Deployment/x' })],
      {
        deployments: [workload('web', { deleting: true })],
      },
    ],
    ['about a kind of workload whose template is not read', [web({ owner: 'StrimziPodSet/web' })], {}],
    [
      'while pods of the version that names the right Secret are there',
      [web(), web({ name: 'web-2', pullSecrets: ['new'] })],
      { 'pull-secrets': [elsewhere, secret({ name: 'new' })], serviceaccounts: [] },
    ],
  ])('%s', (_, pods, more) => {
    expect(reasons(pods, more).filter((one) => one !== inVain)).toEqual([]);
  });

  it('and without an info too, where there is nothing to be told', () => {
    expect(reasons([web()], { 'pull-secrets': [secret()], serviceaccounts: [account('default', ['regcred'])] })).toEqual([]);
    expect(reasons([web({ owner: 'Job/import' })])).toEqual([]);
  });

  it('about namespaces that are not covered or are being deleted', () => {
    const accounts = { serviceaccounts: [account('default', ['gone'])] };
    expect(findingsOf(pullSecretMissing, cluster([web()], accounts), {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
    const leaving = { namespaces: [{ metadata: { name: 'shop', deletionTimestamp: '2026-11-23T11:00:00Z' } }] };
    expect(reasons([web()], { ...accounts, ...leaving })).toEqual([]);
  });

  it('where the image cannot be pulled, of which image-pull tells and names the Secret', () => {
    const said = `failed to resolve reference "${registry}/app:1": failed to authorize: failed to fetch anonymous token: unexpected status: 401`;
    const waiting = web({ notReady: 90 }) as { status: { containerStatuses: object[] } };
    const state = { waiting: { reason: 'ErrImagePull', message: said } };
    waiting.status.containerStatuses = [{ name: 'main', image: `${registry}/app:1`, restartCount: 0, ready: false, state, lastState: {} }];
    const both = cluster([waiting, web({ name: 'web-2' })]);
    expect(findingsOf(pullSecretMissing, both)).toEqual([]);
    expect(findingsOf(imagePull, both).map(({ message }) => message)).toEqual([
      'Images of Deployment/shop/web cannot be pulled: registry.example.com/app:1 (no credentials were sent: see the imagePullSecrets of the pod and its ServiceAccount) (pod web-1). Of the pull Secrets that it names none can be used: Secret/shop/regcred (not there as a pull Secret). See the Events: kubectl -n shop describe pod.',
    ]);
    const silent = (more: ClusterFixture) => expect(findingsOf(imagePull, { ...both, ...more })[0]?.message).not.toContain('regcred');
    silent({ 'pull-secrets': [secret()] });
    silent({ knowledge: { 'pull-secrets': { state: 'SwitchedOff', message: 'off' } } });
    silent({ knowledge: { 'legacy-pull-secrets': { state: 'NotPermitted', message: 'forbidden' } } });
  });

  it('where nobody has switched it on, and says how', () => {
    const message = "needs the chart's value features.pullSecrets: true";
    expect(verdictOf(pullSecretMissing, { knowledge: { 'pull-secrets': { state: 'SwitchedOff', message } } })).toBe(
      `NotApplicable: ${message}`,
    );
  });
});

it.each(['pull-secrets', 'legacy-pull-secrets', 'serviceaccounts', 'pods'] as const)(
  'pull-secret-missing is unknown, not healthy, where %s cannot be read',
  (name) => {
    const message = `the operator may not list and watch ${name}`;
    expect(verdictOf(pullSecretMissing, { nodes: [node('a')], knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(
      `Unknown: ${message}`,
    );
  },
);
