import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type * as k8s from '@kubernetes/client-node';
import { load } from 'js-yaml';
import { correctable } from '../../src/api/v1alpha1/supportcoverage.ts';
import { featureNames, features as featureSwitches } from '../../src/observe/features.ts';
import { parseRange } from '../../src/runtime/addresses.ts';
import { logLevels } from '../../src/runtime/logger.ts';
import { permissions } from '../../tools/generate-rbac.ts';
import { chart, installManifests, type RenderOptions } from '../../tools/render-manifests.ts';
import { binary } from '../controlplane/binaries.ts';
import { type Document, named, operator, optionsFrom, podOf, render, restrictedViolations } from '../fixtures/chart.ts';

const root = new URL('../..', import.meta.url).pathname;
const people = ['acknowledge', 'admin', 'edit', 'metrics-reader', 'view'].map((suffix) => `${operator}-${suffix}`);
const rulesOf = (documents: Document[]) => documents.flatMap(({ rules }) => rules ?? []);

describe('The chart', () => {
  it('passes helm lint', () => {
    const { status, stdout, stderr } = spawnSync(binary('helm'), ['lint', '--strict', chart], { encoding: 'utf8' });

    expect({ status, stderr, failed: /(\d+) chart\(s\) failed/.exec(stdout)?.[1] }).toEqual({ status: 0, stderr: '', failed: '0' });
  });

  it('carries the version of the package, and installs the image of that version', () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };

    expect(load(readFileSync(`${chart}/Chart.yaml`, 'utf8'))).toMatchObject({ version, appVersion: version });
    expect(podOf(render()).containers[0]?.image).toBe(`${operator}:${version}`);
  });

  it('installs the image by its digest where one is given', () => {
    const digest = `sha256:${'0a'.repeat(32)}`;

    expect(podOf(render({ image: { repository: 'mirror/operator', tag: '9', digest } })).containers[0]?.image).toBe(
      `mirror/operator@${digest}`,
    );
  });

  it('renders what deploy/install.yaml holds', () => {
    expect(readFileSync(`${root}deploy/install.yaml`, 'utf8')).toBe(installManifests());
  });

  it('puts every namespaced object but those for other namespaces into the namespace it is installed in', () => {
    const namespaces = render({}, 'elsewhere').map(({ metadata }) => metadata.namespace);

    expect([...new Set(namespaces)].sort()).toEqual(['elsewhere', ...Object.keys(permissions().namespaces), undefined]);
  });

  it('lists every value with its default in its README', () => {
    const rows = new Map(
      [...readFileSync(`${chart}/README.md`, 'utf8').matchAll(/^\| `([\w.]+)` \| `(.*?)` \|/gm)].map(([, path, value]) => [
        path,
        JSON.parse(value!),
      ]),
    );
    const values = load(readFileSync(`${chart}/values.yaml`, 'utf8'));
    const valueAt = (path: string) =>
      path.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], values);
    const listed = (path: string) => [...rows.keys()].some((row) => path === row || path.startsWith(`${row}.`));
    const leaves = (node: unknown, path: string): string[] =>
      typeof node === 'object' && node !== null && !Array.isArray(node) && Object.keys(node).length > 0
        ? Object.entries(node).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`))
        : [path];

    expect(leaves(values, '').filter((path) => !listed(path))).toEqual([]);
    expect(Object.fromEntries([...rows.keys()].map((path) => [path, valueAt(path!)]))).toEqual(Object.fromEntries(rows));
  });
});

describe("The chart's values", () => {
  it.each([
    ['a value that does not exist', { replica: 2 }, "'replica'"],
    ['a misspelt value further down', { metrics: { authentication: true } }, "'authentication'"],
    ['a word where a number belongs', { replicas: 'two' }, '/replicas'],
    ['a word where a switch belongs', { metrics: { auth: 'yes' } }, '/metrics/auth'],
    ['a namespace that no cluster can have', { coverageNamespaces: ['Team_A'] }, '/coverageNamespaces/0'],
    ['the same namespace twice', { coverageNamespaces: ['team-a', 'team-a'] }, '/coverageNamespaces'],
    ['a log level that the operator does not have', { logLevel: 'verbose' }, '/logLevel'],
    ['a digest that is none', { image: { digest: 'latest' } }, '/image/digest'],
    ['no image', { image: { repository: '' } }, '/image/repository'],
    ['less memory than none', { resources: { limits: { memory: '-1Mi' } } }, '/resources/limits/memory'],
    ['less time to stop than the operator takes', { terminationGracePeriodSeconds: 5 }, '/terminationGracePeriodSeconds'],
    ['a correction that no check makes', { corrections: { allow: ['node-not-ready'] } }, '/corrections/allow/0'],
    ['the switch for corrections that there was', { corrections: { enabled: true } }, "'enabled'"],
    ['a range of addresses that is none', { allowAddresses: ['lan'] }, '/allowAddresses/0'],
    ['an address with too large a number', { allowAddresses: ['999.0.0.1'] }, '/allowAddresses/0'],
    ['a range of more bits than there are', { allowAddresses: ['127.0.0.0/33'] }, '/allowAddresses/0'],
    ['the same of IPv6', { allowAddresses: ['fd00::/129'] }, '/allowAddresses/0'],
    ['an address of nine groups', { allowAddresses: ['1:2:3:4:5:6:7:8:9'] }, '/allowAddresses/0'],
    ['a tag in the name of the image', { image: { repository: 'reg.example.com/a:b' } }, '/image/repository'],
    ['the same without a registry', { image: { repository: 'a:b' } }, '/image/repository'],
    ['a Secret that no cluster can have', { secrets: { names: ['Hooks'] } }, '/secrets/names/0'],
    ['a budget that lets nobody be evicted', { podDisruptionBudget: { maxUnavailable: 0 } }, '/podDisruptionBudget/maxUnavailable'],
    ['a misspelt switch of the network policy', { networkPolicy: { enable: true } }, "'enable'"],
    ['a scraper that is described by nothing', { networkPolicy: { metricsFrom: [{}] } }, '/networkPolicy/metricsFrom/0'],
    ['a spread over nothing', { topologySpreadConstraints: [{ maxSkew: 1 }] }, '/topologySpreadConstraints/0'],
    ['a label that is no text', { commonLabels: { team: 7 } }, '/commonLabels/team'],
    ['definitions that are kept by a word', { crds: { keep: 'yes' } }, '/crds/keep'],
    ['alerts that are switched on by a word', { prometheusRule: { enabled: 'yes' } }, '/prometheusRule/enabled'],
    ['somebody else’s ServiceAccount without its name', { serviceAccount: { create: false } }, '/serviceAccount/name'],
  ])('are refused with their path: %s', (_, values, path) => {
    expect(() => render(values)).toThrow(path);
  });

  it('take every range that the operator takes, and a registry with its port', () => {
    const allowAddresses = [
      '10.20.0.0/16',
      '10.20.0.7',
      '::1',
      '::/0',
      'fd00:1::/64',
      '1:2:3:4:5:6:7:8',
      'fe80::1:2/128',
      '::ffff:10.0.0.1',
    ];
    for (const range of allowAddresses) parseRange(range);
    for (const repository of ['reg.example.com:5000/team/a', 'localhost:5000/a', 'team/a', 'a'])
      expect(podOf(render({ allowAddresses, image: { repository } })).containers[0]!.image).toMatch(`${repository}:`);
  });

  it('may come from a chart that this one is part of', () => {
    expect(render({ global: { region: 'eu' }, enabled: true })).toEqual(render());
  });
});

describe('The rendered permissions', () => {
  let everything: Document[];
  beforeAll(() => {
    everything = render({ metrics: { auth: true, serviceMonitor: { enabled: true } } });
  });

  it('are those that checks, facts and the operator need, and no others', () => {
    const { cluster, operatorNamespace, coverageNamespaces, secrets, namespaces } = permissions();
    const role = (name: string, namespace: string) => named(everything, 'Role', name, namespace)?.rules;

    expect(named(everything, 'ClusterRole', operator)?.rules).toEqual(cluster);
    expect(role(operator, 'platform-support')).toEqual(operatorNamespace);
    expect(role(`${operator}-coverage`, 'platform-support')).toEqual([...coverageNamespaces, ...secrets]);
    for (const [namespace, rules] of Object.entries(namespaces)) expect(role(`${operator}-observe`, namespace)).toEqual(rules);
    expect(everything.filter(({ kind }) => kind === 'Role')).toHaveLength(2 + Object.keys(namespaces).length);
    const clusterRoles = everything.filter(({ kind }) => kind === 'ClusterRole').map(({ metadata }) => metadata.name);
    expect(clusterRoles.sort()).toEqual([operator, ...people, `${operator}-metrics-auth`].sort());
  });

  it('name every group, resource, URL and verb: no wildcard', () => {
    const words = rulesOf(everything).flatMap((rule) => Object.values(rule).flat() as string[]);

    expect(words.length).toBeGreaterThan(50);
    expect(words.filter((word) => word.includes('*'))).toEqual([]);
  });

  it('give nobody a Secret but those beside coverages, one at a time; by name or not at all where the values say so', () => {
    const withSecrets = (values: RenderOptions['values']) =>
      render(values).flatMap(({ kind, metadata, rules = [] }) =>
        rules
          .filter(({ resources = [] }) => resources.some((resource) => /^secrets(\/|$)/.test(resource)))
          .map((rule) => ({ of: `${kind} ${metadata.namespace}/${metadata.name}`, ...rule })),
      );
    const rule = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
    const of = (namespace: string) => `Role ${namespace}/${operator}-coverage`;

    expect(withSecrets({})).toEqual([{ of: of('platform-support'), ...rule }]);
    const names = ['prod-us', 'hooks'];
    expect(withSecrets({ coverageNamespaces: ['team-a', 'team-b'], secrets: { names } })).toEqual(
      ['team-a', 'team-b'].map((namespace) => ({ of: of(namespace), ...rule, resourceNames: names })),
    );
    expect(withSecrets({ secrets: { enabled: false, names } })).toEqual([]);
  });

  it('are bound to the operator alone, but for the roles meant for people', () => {
    const bindings = everything.filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding');
    const account = { kind: 'ServiceAccount', name: operator, namespace: 'platform-support' };
    const key = (kind: string, name: string, namespace?: string) => `${kind} ${name} ${namespace ?? ''}`;
    const roles = everything.filter(({ kind, metadata }) => kind === 'Role' || (kind === 'ClusterRole' && !people.includes(metadata.name)));

    for (const { subjects } of bindings) expect(subjects).toEqual([account]);
    expect(bindings.map(({ metadata, roleRef }) => key(roleRef!.kind, roleRef!.name, metadata.namespace)).sort()).toEqual(
      roles.map(({ kind, metadata }) => key(kind, metadata.name, metadata.namespace)).sort(),
    );
  });

  it('contain no reviews of tokens and accesses where scrapes are not authenticated', () => {
    const resources = (documents: Document[]) => rulesOf(documents).flatMap((rule) => rule.resources ?? []);
    const open = render({ metrics: { auth: false } });

    expect(resources(everything)).toEqual(expect.arrayContaining(['tokenreviews', 'subjectaccessreviews']));
    expect(resources(open).filter((resource) => /reviews$/.test(resource))).toEqual([]);
    expect(named(open, 'ClusterRoleBinding', `${operator}-metrics-auth`)).toBeUndefined();
  });

  it('for coverages are given in each coverage namespace and not in the operator’s own, where that is none', async () => {
    const documents = render({ coverageNamespaces: ['team-a', 'team-b'] });
    const withCoverageRole = (kind: string) =>
      documents.filter((document) => document.kind === kind && document.metadata.name === `${operator}-coverage`);

    expect(withCoverageRole('Role').map(({ metadata }) => metadata.namespace)).toEqual(['team-a', 'team-b']);
    expect(withCoverageRole('RoleBinding').map(({ metadata }) => metadata.namespace)).toEqual(['team-a', 'team-b']);
    expect((await optionsFrom(documents)).coverageNamespaces).toEqual(['team-a', 'team-b']);
  });

  it('let viewers read, editors write coverages, and only admins bring and approve baselines', () => {
    const aggregated = (to: string) =>
      everything
        .filter(({ metadata }) => metadata.labels?.[`rbac.authorization.k8s.io/aggregate-to-${to}`] === 'true')
        .flatMap(({ rules }) => rules);
    const verbsOn = (to: string, resource: string) =>
      aggregated(to).flatMap((rule) => (rule?.resources?.includes(resource) ? rule.verbs : []));

    expect(verbsOn('view', 'coveragereports')).toEqual(['get', 'list', 'watch']);
    expect(verbsOn('view', 'acknowledgements')).toEqual(['get', 'list', 'watch']);
    expect(verbsOn('edit', 'acknowledgements')).toEqual(['create', 'update', 'patch', 'delete']);
    expect(verbsOn('edit', 'supportcoverages')).toEqual(['create', 'update', 'patch', 'delete']);
    expect([...verbsOn('view', 'coveragebaselines'), ...verbsOn('edit', 'coveragebaselines')]).toEqual(['get', 'list', 'watch']);
    expect(verbsOn('admin', 'coveragebaselines')).toEqual(['create', 'update', 'patch']);
    expect(rulesOf(everything).filter(({ resources }) => resources?.includes('supportcoverages/status'))).toHaveLength(1);
  });

  it('let a support engineer acknowledge without changing what was agreed', () => {
    const role = named(everything, 'ClusterRole', `${operator}-acknowledge`);

    expect(role?.rules).toEqual([
      { apiGroups: ['platformsupport.io'], resources: ['acknowledgements'], verbs: ['create', 'update', 'patch', 'delete'] },
    ]);
  });

  it('stay out of the built-in roles on request', () => {
    const labels = render({ userRoles: { aggregate: false } }).flatMap(({ metadata }) => Object.keys(metadata.labels ?? {}));

    expect(labels.filter((label) => label.includes('aggregate-to'))).toEqual([]);
  });
});

describe('what reaches further', () => {
  const clusterRole = (values: RenderOptions['values']) => named(render(values), 'ClusterRole', operator)!.rules!;
  const { cluster, features } = permissions();

  it('is granted only where a value says so', () => {
    expect(clusterRole({})).toEqual(cluster);
    for (const name of featureNames) {
      const value = featureSwitches[name].chartValue.slice('features.'.length);
      expect(clusterRole({ features: { [value]: true } })).toEqual([...cluster, ...features[name]]);
    }
  });

  it('is what the operator is told to read', async () => {
    expect((await optionsFrom(render({}))).features).toEqual([]);
    const { features: told } = await optionsFrom(render({ features: { tlsSecrets: true, kubeletStats: true } }));
    expect([...told].sort()).toEqual(['kubelet-stats', 'tls-secrets']);
  });
});

describe('corrections', () => {
  const { corrections } = permissions();
  const granted = (values: { allow?: string[]; namespaces?: string[] }) =>
    render({ corrections: values })
      .filter(({ kind, metadata }) => /^(Cluster)?Role$/.test(kind) && metadata.name === `${operator}-corrections`)
      .map(({ metadata, rules }) => [metadata.namespace ?? 'cluster', rules]);
  const { cluster, namespaces, namespaced } = corrections;
  const labels = namespaces['ns-pod-security'];
  const accounts = namespaced['sa-default-automount'];

  it('are permitted for nothing by default, nor for what changes namespaces without a list of them', () => {
    expect(granted({})).toEqual([]);
    expect(granted({ namespaces: ['platform'] })).toEqual([]);
    expect(granted({ allow: ['ns-pod-security', 'sa-default-automount'] })).toEqual([]);
  });

  it('are permitted for what the listed checks change, in the listed namespaces and of those by name', () => {
    expect(granted({ allow: ['default-storageclass'] })).toEqual([['cluster', [cluster['default-storageclass']]]]);
    const platform = ['monitoring', 'platform'];
    expect(granted({ allow: ['sa-default-automount'], namespaces: platform })).toEqual(platform.map((name) => [name, [accounts]]));
    expect(granted({ allow: ['ns-pod-security', 'namespaces'], namespaces: platform })).toEqual([
      ['cluster', [{ ...labels, resourceNames: platform }]],
    ]);
  });

  it('are permitted in the whole cluster where namespaces are listed by glob', () => {
    expect(granted({ allow: [...correctable], namespaces: ['platform-*'] })).toEqual([
      ['cluster', expect.arrayContaining([...Object.values(cluster), labels, accounts])],
    ]);
  });

  it('are what the operator is told to make', async () => {
    expect(await optionsFrom(render())).toMatchObject({ correctionsAllow: [], correctionsNamespaces: [] });
    const values = { allow: [...correctable], namespaces: ['platform-*', 'monitoring'] };
    expect(await optionsFrom(render({ corrections: values }))).toMatchObject({
      correctionsAllow: values.allow,
      correctionsNamespaces: values.namespaces,
    });
  });
});

it('addresses that coverages may name although they are special are told to the operator', () => {
  const flags = (values: RenderOptions['values']) => podOf(render(values)).containers[0]!.args!.filter((arg) => arg.includes('addresses'));

  expect(flags({})).toEqual([]);
  expect(flags({ allowAddresses: ['169.254.7.0/24', 'fd00::/8'] })).toEqual(['--allow-addresses=169.254.7.0/24,fd00::/8']);
});

describe("The operator's Pod", () => {
  it('meets the Pod Security level restricted, and writes no file', () => {
    const pod = podOf(render());

    expect(restrictedViolations(pod)).toEqual([]);
    expect(pod.containers.map(({ securityContext }) => securityContext?.readOnlyRootFilesystem)).toEqual([true]);
  });

  it('would be seen to miss that level', () => {
    const loose = render({
      securityContext: { allowPrivilegeEscalation: true, capabilities: { drop: null } },
      podSecurityContext: { runAsNonRoot: false, seccompProfile: null },
    });

    expect(restrictedViolations(podOf(loose))).toEqual(['allowPrivilegeEscalation', 'capabilities.drop', 'runAsNonRoot', 'seccompProfile']);
  });

  it('alone gets the ServiceAccount’s token', () => {
    const documents = render();

    expect(named(documents, 'ServiceAccount', operator, 'platform-support')?.automountServiceAccountToken).toBe(false);
    expect(podOf(documents).automountServiceAccountToken).toBe(true);
  });

  it('starts the operator with options that it understands', async () => {
    const options = await optionsFrom(render({ metrics: { auth: false }, extraArgs: ['--kubeconfig=/etc/kubeconfig'] }, 'support'));

    expect(options).toMatchObject({
      leaderElect: true,
      coverageNamespaces: ['support'],
      metricsAuth: false,
      kubeconfig: '/etc/kubeconfig',
    });
    for (const logLevel of logLevels) expect(await optionsFrom(render({ logLevel }))).toMatchObject({ logLevel, metricsAuth: true });
    expect(podOf(render()).containers[0]?.env).toContainEqual({
      name: 'POD_NAMESPACE',
      valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
    });
  });

  it('is probed and scraped where the operator listens', async () => {
    const documents = render();
    const { metricsBindAddress, healthProbeBindAddress } = await optionsFrom(documents);
    const container = podOf(documents).containers[0]!;
    const port = (name: unknown) => `:${container.ports?.find((candidate) => candidate.name === name)?.containerPort}`;
    const service = named(documents, 'Service', operator, 'platform-support')?.spec as k8s.V1ServiceSpec;
    const deployment = named(documents, 'Deployment', operator, 'platform-support')?.spec as unknown as k8s.V1DeploymentSpec;

    expect(container.livenessProbe?.httpGet?.path).toBe('/livez');
    expect(container.readinessProbe?.httpGet?.path).toBe('/readyz');
    expect(port(container.livenessProbe?.httpGet?.port)).toBe(healthProbeBindAddress);
    expect(port(container.readinessProbe?.httpGet?.port)).toBe(healthProbeBindAddress);
    expect(port(service.ports?.[0]?.targetPort)).toBe(metricsBindAddress);
    expect(deployment.template.metadata?.labels).toMatchObject(service.selector!);
  });
});
