import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type * as k8s from '@kubernetes/client-node';
import { dump, load, loadAll } from 'js-yaml';
import { chart } from '../../tools/render-manifests.ts';
import { binary } from '../controlplane/binaries.ts';
import { type Document, named, operator, optionsFrom, podOf, render } from '../fixtures/chart.ts';

const root = new URL('../..', import.meta.url).pathname;
const namespace = 'platform-support';
const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
const ofKind = (documents: Document[], kind: string) => documents.filter((document) => document.kind === kind);
const names = (documents: Document[]) => documents.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
const specOf = <T>(documents: Document[], kind: string) => named(documents, kind, operator, namespace)?.spec as T | undefined;
const podLabels = (documents: Document[]) => specOf<k8s.V1DeploymentSpec>(documents, 'Deployment')!.template.metadata!.labels!;
const selects = (selector: Record<string, string> | undefined, labels: Record<string, string>) =>
  Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);

it('the command of the notes that covers the cluster can be pasted', () => {
  const notes = spawnSync(binary('helm'), ['install', operator, chart, '--dry-run=client', '--namespace', namespace], { encoding: 'utf8' });
  const [, command] = /Cover this cluster:\n(.*?)\n\n/s.exec(notes.stdout) ?? [];
  const pasted = spawnSync('bash', ['-c', `kubectl() { [ "$*" = "apply -f -" ] && cat; }\n${command}\n`], { encoding: 'utf8' });
  expect(pasted).toMatchObject({ status: 0, stderr: '' });
  expect(load(pasted.stdout)).toMatchObject({
    kind: 'SupportCoverage',
    metadata: { name: 'production', namespace },
    spec: { tier: 'Level1' },
  });
});

describe('Two replicas', () => {
  const documents = render({ replicas: 2 });

  it('are a stand-by: one of them works', async () => {
    expect(specOf<k8s.V1DeploymentSpec>(documents, 'Deployment')?.replicas).toBe(2);
    expect((await optionsFrom(documents)).leaderElect).toBe(true);
  });

  it('are not evicted at the same time, unless a value says so', () => {
    const budget = specOf<k8s.V1PodDisruptionBudgetSpec>(documents, 'PodDisruptionBudget');

    expect(budget).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect(selects(budget?.selector?.matchLabels, podLabels(documents))).toBe(true);
    expect(ofKind(render({ replicas: 2, podDisruptionBudget: { enabled: false } }), 'PodDisruptionBudget')).toEqual([]);
    const share = specOf(render({ replicas: 4, podDisruptionBudget: { maxUnavailable: '50%' } }), 'PodDisruptionBudget');
    expect(share).toMatchObject({ maxUnavailable: '50%' });
  });

  it('are spread as the values say, counting their own Pods where no selector is given', () => {
    const bare = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' };
    const selected = { ...bare, topologyKey: 'topology.kubernetes.io/zone', labelSelector: { matchLabels: { team: 'support' } } };
    const [own, given] = podOf(render({ replicas: 2, topologySpreadConstraints: [bare, selected] })).topologySpreadConstraints!;

    expect(own).toMatchObject(bare);
    expect(own?.labelSelector?.matchLabels).toEqual(specOf<k8s.V1DeploymentSpec>(documents, 'Deployment')?.selector.matchLabels);
    expect(given).toEqual(selected);
  });
});

it('one replica has no budget, which would only stop a drain', () => {
  expect(ofKind(render(), 'PodDisruptionBudget')).toEqual([]);
});

it('the Pod is placed, ranked and pulled as the values say', () => {
  const values = {
    image: { pullSecrets: [{ name: 'registry' }] },
    priorityClassName: 'platform',
    nodeSelector: { pool: 'system' },
    tolerations: [{ key: 'system', operator: 'Exists' }],
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
    terminationGracePeriodSeconds: 40,
  };
  const { image, nodeSelector, ...same } = values;

  expect(podOf(render(values))).toMatchObject({
    ...same,
    imagePullSecrets: image.pullSecrets,
    nodeSelector: { 'kubernetes.io/os': 'linux', ...nodeSelector },
  });
});

describe('Labels and annotations of the values', () => {
  const extra = { commonLabels: { team: 'support', 'app.kubernetes.io/name': 'mine' }, commonAnnotations: { owner: 'platform' } };
  const everything = {
    replicas: 2,
    networkPolicy: { enabled: true },
    prometheusRule: { enabled: true },
    metrics: { serviceMonitor: { enabled: true } },
  };
  const documents = () => render({ ...everything, ...extra }, namespace, true).filter(({ kind }) => kind !== 'Namespace');

  it('are on every object, and change none that something selects by', () => {
    expect(documents().length).toBeGreaterThan(25);
    expect(names(documents().filter(({ metadata }) => metadata.labels?.team !== 'support'))).toEqual([]);
    expect(names(documents().filter(({ metadata }) => metadata.annotations?.owner !== 'platform'))).toEqual([]);
    const selector = (values: Record<string, unknown>) => specOf<k8s.V1DeploymentSpec>(render(values), 'Deployment')?.selector;
    expect(selector(extra)).toEqual(selector({}));
    expect(podLabels(documents())).toMatchObject({ team: 'support', 'app.kubernetes.io/name': operator });
  });

  it('leave the annotations that objects have of their own', () => {
    const [definition] = ofKind(documents(), 'CustomResourceDefinition');
    const account = named(render({ ...extra, serviceAccount: { annotations: { role: 'a' } } }), 'ServiceAccount', operator, namespace);

    expect(definition?.metadata.annotations).toEqual({ owner: 'platform', 'helm.sh/resource-policy': 'keep' });
    expect(account?.metadata.annotations).toEqual({ owner: 'platform', role: 'a' });
  });

  it('of the Pod alone are on the Pod alone', () => {
    const own = render({ podLabels: { mesh: 'off' }, podAnnotations: { scrape: 'no' } });
    const { metadata } = specOf<k8s.V1DeploymentSpec>(own, 'Deployment')!.template;

    expect(metadata).toMatchObject({ labels: { mesh: 'off' }, annotations: { scrape: 'no' } });
    expect(own.filter((document) => document.metadata.labels?.mesh || document.metadata.annotations?.scrape)).toEqual([]);
  });
});

describe('The network policy', () => {
  const policy = (values: Record<string, unknown>, documents = render({ networkPolicy: { enabled: true, ...values } })) =>
    specOf<k8s.V1NetworkPolicySpec>(documents, 'NetworkPolicy');
  const ports = (rule: k8s.V1NetworkPolicyIngressRule) => rule.ports?.map(({ port }) => port);

  it('is there on request alone', () => {
    expect(policy({}, render())).toBeUndefined();
  });

  it('lets in probes and scrapes, nothing else, and everything out', () => {
    expect(policy({})?.policyTypes).toEqual(['Ingress']);
    expect(policy({})?.ingress?.map(ports)).toEqual([['probes'], ['metrics']]);
    expect(policy({})?.ingress?.some((rule) => '_from' in rule || 'from' in rule)).toBe(false);
    const container = podOf(render()).containers[0]!;
    expect(container.ports?.map(({ name }) => name).sort()).toEqual(['metrics', 'probes']);
    expect(selects(policy({})?.podSelector?.matchLabels, podLabels(render()))).toBe(true);
  });

  it('lets scrape only whom the values list, and `helm test`; the kubelet still probes', () => {
    const [probes, metrics] = policy({ metricsFrom: [monitoring] })!.ingress! as { from?: k8s.V1NetworkPolicyPeer[] }[];
    const [testPod] = ofKind(render({}, namespace, true), 'Pod');

    expect(probes?.from).toBeUndefined();
    expect(metrics?.from?.[0]).toEqual(monitoring);
    expect(metrics?.from).toHaveLength(2);
    expect(selects(metrics?.from?.[1]?.podSelector?.matchLabels, testPod!.metadata.labels!)).toBe(true);
  });

  it('lets out what the values list, where they list anything', () => {
    const egress = [{ to: [{ ipBlock: { cidr: '192.0.2.10/32' } }], ports: [{ port: 6443, protocol: 'TCP' }] }];

    expect(policy({ egress })).toMatchObject({ policyTypes: ['Ingress', 'Egress'], egress });
  });
});

describe('The alerts', () => {
  it('are a PrometheusRule on request, the same as the rule file', () => {
    const rule = named(
      render({ prometheusRule: { enabled: true, labels: { release: 'monitoring' } } }),
      'PrometheusRule',
      operator,
      namespace,
    );

    expect(rule?.spec).toEqual(load(readFileSync(`${chart}/alerts/rules.yaml`, 'utf8')));
    expect(rule?.metadata.labels).toMatchObject({ release: 'monitoring', 'app.kubernetes.io/name': operator });
    expect(ofKind(render(), 'PrometheusRule')).toEqual([]);
  });
});

describe('The definitions of the custom resources', () => {
  const written = readdirSync(`${root}crds`).map((file) => load(readFileSync(`${root}crds/${file}`, 'utf8')) as Document);
  const definitions = (values: Record<string, unknown>) => ofKind(render(values), 'CustomResourceDefinition');

  it('are part of the release, as they are written', () => {
    expect(written).toHaveLength(4);
    expect(definitions({}).map(({ metadata, ...rest }) => ({ ...rest, name: metadata.name }))).toEqual(
      written.map(({ metadata, ...rest }) => ({ ...rest, name: metadata.name })),
    );
    expect(readdirSync(chart)).not.toContain('crds');
  });

  it('stay when the release goes, unless a value says otherwise', () => {
    const policies = (values: Record<string, unknown>) =>
      definitions(values).map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy']);

    expect(policies({})).toEqual(Array(4).fill('keep'));
    expect(policies({ crds: { keep: false } })).toEqual(Array(4).fill(undefined));
  });

  it('are left to somebody else on request', () => {
    expect(definitions({ crds: { install: false } })).toEqual([]);
  });
});

describe('The base for kustomize', () => {
  function kustomize(folder: string): Document[] {
    const { status, stdout, stderr } = spawnSync(binary('kubectl'), ['kustomize', folder], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return loadAll(stdout) as Document[];
  }
  const sorted = (documents: Document[]) => documents.toSorted((a, b) => names([a])[0]!.localeCompare(names([b])[0]!));

  it('renders the objects of deploy/install.yaml', () => {
    const installed = loadAll(readFileSync(`${root}deploy/install.yaml`, 'utf8')) as Document[];

    expect(installed.length).toBeGreaterThan(20);
    expect(sorted(kustomize(`${root}deploy`))).toEqual(sorted(installed));
  });

  it('takes the image of whoever builds on it, as the chart’s README shows', () => {
    const folder = mkdtempSync(join(tmpdir(), 'overlay-'));
    try {
      const example = /```yaml\n# kustomization\.yaml of yours\n([\s\S]*?)```/.exec(readFileSync(`${chart}/README.md`, 'utf8'))![1]!;
      const overlay = load(example.replaceAll('<your registry>', 'registry.example.com')) as { resources: string[] };
      writeFileSync(join(folder, 'kustomization.yaml'), dump({ ...overlay, resources: [relative(folder, join(root, 'deploy'))] }));
      expect(podOf(kustomize(folder)).containers[0]?.image).toMatch(/^registry\.example\.com\/support-coverage-operator:\d/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
