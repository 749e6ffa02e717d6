import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import type { Finding } from '../../src/api/v1alpha1/coveragereport.ts';
import { binary, repository } from '../controlplane/binaries.ts';
import { runCommand } from '../controlplane/command.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { type Processes, superviseProcesses } from '../controlplane/processes.ts';
import { waitFor } from '../controlplane/wait.ts';
import { kubectlFor } from '../installation/coverage.ts';
import { namespace } from '../installation/operator.ts';
import { startRegistry } from './fake-registry.ts';
import { nodeName, type RealNode, registry, startNode } from './node.ts';

/** What a platform team does on its first day, with what Kubernetes itself makes of it: nothing here writes a status. */

const images = process.env.E2E_IMAGES;
const image = 'localhost/support-coverage-operator';
const release = 'support-coverage-operator';
const chart = join(repository, 'charts/support-coverage-operator');
const name = 'production';
const shop = 'shop';
const prometheusUrl = 'http://127.0.0.1:9090';
const mb = 1e6;

let cluster: ControlPlane;
let node: RealNode;
let server: Server;
let tools: Processes;

const say = (text: string) => process.stdout.write(`\n${text.trimEnd()}\n`);

async function helm(...args: string[]): Promise<string> {
  const env = { ...process.env, KUBECONFIG: cluster.adminKubeconfig, HELM_CACHE_HOME: cluster.dir, HELM_CONFIG_HOME: cluster.dir };
  const { code, stdout, stderr } = await runCommand(binary('helm'), args, { env, timeoutMs: 180_000 });
  if (code !== 0) throw new Error(`helm ${args.join(' ')} ended with ${code}: ${stderr || stdout}`);
  return stdout;
}

async function findings(): Promise<Finding[]> {
  return (await kubectlFor(cluster).report(`${name}.local`))?.status?.findings ?? [];
}

const keyOf = ({ check, object }: { check: string; object: string }) => `${check} ${object}`;

/** Resolves to the finding as soon as the report has it. */
function found(key: string, deadlineMs = 150_000): Promise<Finding> {
  return waitFor(
    `the finding ${key}`,
    async (see) => {
      const all = await findings();
      see(all.map(keyOf));
      return all.find((finding) => keyOf(finding) === key);
    },
    { deadlineMs, intervalMs: 500 },
  );
}

const resolved = (keys: readonly string[]) =>
  waitFor(
    `${keys.join(', ')} to be resolved`,
    async (see) => {
      const open = see((await findings()).map(keyOf));
      return keys.every((key) => !open.includes(key));
    },
    { deadlineMs: 150_000, intervalMs: 500 },
  );

/** A Deployment of one pod in which node runs this program. */
function deployment(app: string, program: string, container: object = {}, pod: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace: shop },
    spec: {
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              ...{ name: 'main', image: `${image}:e2e`, imagePullPolicy: 'Never', command: ['node', '-e', program] },
              resources: { requests: { cpu: '1m', memory: '1Mi' } },
              ...container,
            },
          ],
          ...pod,
        },
      },
    },
  };
}

/** Fault by fault: what is applied, and what is to be found. */
const faults: readonly { what: string; manifest: object; key: string }[] = [
  { what: 'a program that crashes', manifest: deployment('crashing', 'process.exit(3)'), key: 'pod-crashloop Deployment/shop/crashing' },
  {
    what: 'a program that wants more memory than its limit',
    manifest: deployment('hungry', 'const held = []; for (;;) held.push(Buffer.alloc(4e6, 1))', {
      resources: { limits: { memory: '96Mi' } },
    }),
    key: 'pod-oomkilled Deployment/shop/hungry',
  },
  {
    what: 'an image that is not in its registry',
    manifest: deployment('missing', '', { image: `${registry}/team/web:9.9.9`, imagePullPolicy: 'Always' }),
    key: 'image-pull Deployment/shop/missing',
  },
  {
    what: 'an image for which nobody is logged in',
    manifest: deployment('private', '', { image: `${registry}/private/web:1.0.0`, imagePullPolicy: 'Always' }),
    key: 'image-pull Deployment/shop/private',
  },
  {
    what: 'a pod that fits nowhere',
    manifest: deployment('large', '', { resources: { requests: { cpu: '900' } } }),
    key: 'pod-unschedulable Deployment/shop/large',
  },
  {
    what: 'a volume that is filled',
    manifest: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'filling', namespace: shop },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            ...{ name: 'main', image: `${image}:e2e`, imagePullPolicy: 'Never' },
            command: ['node', '-e', "fs.writeFileSync('/data/a', Buffer.alloc(30e6)); setInterval(() => {}, 1000)"],
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
            securityContext: { runAsUser: 0 },
          },
        ],
        volumes: [{ name: 'data', emptyDir: { sizeLimit: '10Mi' } }],
      },
    },
    key: 'pod-evicted Cluster/local',
  },
];

/** Of the operator's process, which is in the same process namespace as the suite. */
function operatorRssMb(): number {
  const pids = globSync('/proc/[0-9]*/cmdline').filter((file) => existsSync(file) && readFileSync(file, 'utf8').includes('dist/main.js\0'));
  const status = readFileSync(pids[0]!.replace('cmdline', 'status'), 'utf8');
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / mb;
}

async function query(expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
  const answer = await fetch(`${prometheusUrl}/api/v1/query?${new URLSearchParams({ query: expression })}`);
  return ((await answer.json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } }).data.result;
}

beforeAll(async () => {
  if (!images) throw new Error('run it with `make e2e`, which makes its namespaces');
  cluster = await startControlPlane({ kwok: false, nodeMonitorGraceSeconds: 24 });
  node = await startNode(cluster, images);
  server = await startRegistry();
  await cluster.kubectl(['create', 'namespace', shop]);
}, 180_000);

afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await tools?.shutdown(2_000);
  await node?.stop();
  await cluster?.stop();
}, 60_000);

describe('installed with the chart', () => {
  it('the operator is ready, and its Pod says what it is', async () => {
    const values = { image: { repository: image, tag: 'e2e', pullPolicy: 'Never' } };
    const file = join(cluster.dir, 'values.yaml');
    writeFileSync(file, dump(values));
    await helm('install', release, chart, '--namespace', namespace, '--create-namespace', '--values', file);
    await cluster.kubectl(['rollout', 'status', `deployment/${release}`, '-n', namespace, '--timeout=60s']);
    say((await cluster.kubectl(['describe', 'pod', '-n', namespace])).stdout);
    type Pods = { items: { status: { startTime: string; conditions: { type: string; lastTransitionTime: string }[] } }[] };
    const { items } = await cluster.kubectlJson<Pods>(['get', 'pods', '-n', namespace]);
    const [{ status } = { status: { startTime: '', conditions: [] } }] = items;
    const ready = status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '';
    const seconds = (Date.parse(ready) - Date.parse(status.startTime)) / 1000;
    say(`ready ${seconds} s after the Pod was accepted`);
    expect(seconds).toBeLessThanOrEqual(10);
  }, 90_000);

  it('a coverage is Ready and Healthy, and its baseline can be approved', async () => {
    await cluster.apply({
      apiVersion: 'platformsupport.io/v1alpha1',
      kind: 'SupportCoverage',
      metadata: { name, namespace },
      spec: {
        tier: 'Level3',
        checks: {
          settings: [
            ...['pod-crashloop', 'pod-oomkilled', 'image-pull', 'pod-unschedulable', 'pod-evicted', 'node-unreachable'].map((check) => ({
              ...{ check, for: '0s' },
            })),
          ],
        },
      },
    });
    const kubectl = kubectlFor(cluster);
    await kubectl.condition(name, 'Healthy', 'True');
    await kubectl.approve(`${name}.local`);
    await kubectl.condition(name, 'BaselineInSync', 'True');
    say((await cluster.kubectl(['get', 'scov,scbl,scrp', '-n', namespace])).stdout);
    expect(await findings()).toEqual([]);
  }, 90_000);

  it('its ServiceAccount may do what the chart says, and no more', async () => {
    const { stdout } = await cluster.kubectl(['auth', 'can-i', '--list', '--as', `system:serviceaccount:${namespace}:${release}`]);
    say(stdout);
    const may = async (...what: string[]) =>
      (
        await cluster.kubectl(['auth', 'can-i', ...what, '--as', `system:serviceaccount:${namespace}:${release}`], { allowFailure: true })
      ).stdout.trim();
    expect([await may('list', 'pods', '-A'), await may('get', 'secrets', '-A'), await may('delete', 'pods', '-n', shop)]).toEqual([
      ...['yes', 'no', 'no'],
    ]);
  });
});

describe('what happens on a real node', () => {
  it.each(faults)(
    '$what is found, in words that Kubernetes wrote itself',
    async ({ manifest, key }) => {
      const at = Date.now();
      await cluster.apply(manifest as never);
      const finding = await found(key);
      say(`after ${((Date.now() - at) / 1000).toFixed(0)} s: ${finding.severity} ${key}: ${finding.message}`);
      expect(finding.scope).toMatch(/^(Support|Customer)$/);
    },
    180_000,
  );

  it('all of it is resolved once it is gone', async () => {
    await cluster.kubectl(['delete', 'deployments,pods', '--all', '-n', shop, '--wait=false']);
    await resolved(faults.map(({ key }) => key));
  }, 180_000);

  it('a kubelet that hangs is found, and resolved when it goes on', async () => {
    const key = `node-unreachable Node/${nodeName}`;
    const at = Date.now();
    await node.pauseKubelet();
    const finding = await found(key);
    say(`after ${((Date.now() - at) / 1000).toFixed(0)} s: ${finding.severity} ${key}: ${finding.message}`);
    await node.resumeKubelet();
    await resolved([key]);
    expect(finding.message).toContain('has stopped reporting');
  }, 300_000);
});

describe('a real Prometheus', () => {
  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'prometheus-'));
    tools = superviseProcesses(dir);
    // As the chart's notes say it.
    await cluster.kubectl(['create', 'namespace', 'monitoring']);
    await cluster.kubectl(['create', 'serviceaccount', 'prometheus', '-n', 'monitoring']);
    await cluster.kubectl([
      ...['create', 'clusterrolebinding', 'prometheus-metrics', `--clusterrole=${release}-metrics-reader`],
      '--serviceaccount=monitoring:prometheus',
    ]);
    const { stdout: token } = await cluster.kubectl(['create', 'token', 'prometheus', '-n', 'monitoring']);
    const { spec } = await cluster.kubectlJson<{ spec: { clusterIP: string } }>(['get', 'service', release, '-n', namespace]);
    const config = {
      global: { scrape_interval: '2s', evaluation_interval: '2s' },
      rule_files: [join(chart, 'alerts/rules.yaml')],
      scrape_configs: [
        {
          job_name: release,
          authorization: { credentials: token.trim() },
          // Debian's Prometheus is built without the discovery of Kubernetes: over the Service, by kube-proxy.
          static_configs: [{ targets: [`${spec.clusterIP}:8080`] }],
        },
      ],
    };
    writeFileSync(join(dir, 'prometheus.yml'), dump(config));
    const file = execFileSync('/bin/sh', ['-c', 'command -v prometheus'], { encoding: 'utf8' }).trim();
    const args = [`--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/data`, '--web.listen-address=127.0.0.1:9090'];
    await tools.launch({ name: 'prometheus', file, args, env: {}, log: join(dir, 'prometheus.log') });
    await waitFor('Prometheus to be ready', async (see) => {
      see(readFileSync(join(dir, 'prometheus.log'), 'utf8').slice(-1_500));
      return await fetch(`${prometheusUrl}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
  }, 60_000);

  it('reads the operator, with a token of its own, and knows its alert rules', async () => {
    await waitFor('the target to be up', async (see) => see(await query('up')).some(({ value }) => value[1] === '1'));
    type Rules = { data: { groups: { rules: { name: string; health: string }[] }[] } };
    const { data } = await waitFor('the rules to be evaluated', async (see) => {
      const rules = see((await (await fetch(`${prometheusUrl}/api/v1/rules`)).json()) as Rules);
      return rules.data.groups.every(({ rules: all }) => all.every(({ health }) => health !== 'unknown')) && rules;
    });
    const rules = data.groups.flatMap(({ rules: all }) => all);
    expect(rules.length).toBeGreaterThan(3);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    const [healthy] = await query('supportcoverage_condition{type="Healthy",status="True"}');
    expect(healthy?.value[1]).toBe('1');
  }, 60_000);

  it('sees drift within a scrape of its being found, and its end', async () => {
    const kubectl = kubectlFor(cluster);
    await cluster.kubectl(['label', 'namespace', shop, 'pod-security.kubernetes.io/enforce=restricted']);
    await kubectl.runNow(name);
    const at = Date.now();
    await waitFor('the drift', async (see) => see(await query('sum(supportcoverage_drift)'))[0]?.value[1] === '1');
    say(`drift was in Prometheus ${((Date.now() - at) / 1000).toFixed(1)} s after the status said so, with a scrape every 2 s`);
    await cluster.kubectl(['label', 'namespace', shop, 'pod-security.kubernetes.io/enforce-']);
    await kubectl.runNow(name);
    await waitFor('its end', async (see) => see(await query('sum(supportcoverage_drift) or vector(0)'))[0]?.value[1] === '0');
  }, 120_000);
});

it('uninstalled, the definitions stay with what was written, and nothing else', async () => {
  say(`RSS of the operator before: ${operatorRssMb().toFixed(0)} MB`);
  await helm('uninstall', release, '--namespace', namespace, '--wait');
  const { stdout } = await cluster.kubectl(['get', 'scov,scbl,scrp', '-n', namespace, '-o', 'name']);
  say(stdout);
  expect(stdout.trim().split('\n')).toHaveLength(3);
  await waitFor('all else to be gone', async (see) => {
    const left = await cluster.kubectl(['get', 'deployments,pods,services,serviceaccounts', '-n', namespace, '-o', 'name']);
    return !see(left.stdout).includes(release);
  });
}, 120_000);
