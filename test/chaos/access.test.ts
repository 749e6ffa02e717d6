import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import type { KubeConfig } from '../../src/kube/kubeconfig.ts';
import type { ControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { install, namespace, serviceAccount } from '../installation/operator.ts';
import { type ChaosWorld, coverage, coverageName, createChaosWorld } from './world.ts';

/** What becomes of the operator when what it may read changes under it. */

let world: ChaosWorld;
let tokenFile: string;

/** A token that dies with the Secret that it is bound to, as a rotated one dies with its time. */
async function mortalToken(cluster: ControlPlane, secret: string): Promise<string> {
  await cluster.kubectl(['create', 'secret', 'generic', secret, '-n', namespace]);
  const bound = ['--bound-object-kind=Secret', `--bound-object-name=${secret}`];
  return (await cluster.kubectl(['create', 'token', serviceAccount, '-n', namespace, ...bound])).stdout.trim();
}

/** As in a Pod, where the kubelet writes a new token into the file. */
async function tokenFileKubeconfig(cluster: ControlPlane): Promise<string> {
  tokenFile = join(cluster.dir, 'token');
  await writeFile(tokenFile, await mortalToken(cluster, 'first-token'));
  const config = load(await readFile(await cluster.kubeconfigFor({ namespace, serviceAccount }), 'utf8')) as KubeConfig;
  const file = join(cluster.dir, 'token-file.kubeconfig');
  await writeFile(file, dump({ ...config, users: config.users?.map((user) => ({ ...user, user: { tokenFile } })) }));
  return file;
}

beforeAll(async () => {
  world = await createChaosWorld({ kubeconfig: tokenFileKubeconfig });
}, 120_000);
afterAll(async () => world?.stop(), 60_000);

const nodesHealthy = async (status: string) =>
  waitFor(
    `NodesHealthy to be ${status}`,
    async (see) => {
      const { status: now } = await world.kubectl.runNow(coverageName);
      return see(now?.conditions?.find(({ type }) => type === 'NodesHealthy'))?.status === status;
    },
    { deadlineMs: 90_000, intervalMs: 1_000 },
  );

it('a permission is revoked and granted again: Unknown in between, never healthy', async () => {
  await world.survive('permission on nodes revoked', async () => {
    const { cluster } = world;
    const role = 'support-coverage-operator';
    const { rules } = await cluster.kubectlJson<{ rules: { resources?: string[]; verbs: string[] }[] }>(['get', 'clusterrole', role]);
    const patch = (changed: object) =>
      cluster.kubectl(['patch', 'clusterrole', role, '--type', 'merge', '-p', JSON.stringify({ rules: changed })]);
    const withoutNodes = (resources: string[] | undefined) => resources?.filter((resource) => resource !== 'nodes');
    await patch(rules.map((rule) => (rule.verbs.includes('watch') ? { ...rule, resources: withoutNodes(rule.resources) } : rule)));
    // A watch that is open is not asked again; a new connection is.
    const server = cluster.components['kube-apiserver'];
    await server.stop({ graceMs: 0 });
    await server.start();
    await nodesHealthy('Unknown');
    const condition = await world.kubectl.condition(coverageName, 'NodesHealthy', 'Unknown');
    expect(condition.message).toContain('may not list and watch nodes');
    expect(await world.conditionMetric('NodesHealthy')).toBe('Unknown');
    await patch(rules);
    await nodesHealthy('True');
    return 'NodesHealthy=Unknown, "may not list and watch nodes"';
  });
}, 420_000);

it('the token is rotated: the next one is read from its file as soon as the old one is refused', async () => {
  await world.survive('token rotated, the old one refused', async () => {
    const { cluster } = world;
    const old = await readFile(tokenFile, 'utf8');
    await writeFile(tokenFile, await mortalToken(cluster, 'second-token'));
    await cluster.kubectl(['delete', 'secret', 'first-token', '-n', namespace]);
    await waitFor(
      'the old token to be refused',
      async () => (await cluster.kubectl(['--token', old, 'get', '--raw', '/version'], { allowFailure: true })).code !== 0,
      { deadlineMs: 60_000, intervalMs: 500 },
    );
    return `NodesHealthy=${await world.conditionMetric('NodesHealthy')}`;
  });
}, 420_000);

it('its own CRD is removed, and installed later with a coverage: picked up by the same process', async () => {
  const { cluster, operator, kubectl } = world;
  const { pid } = operator;
  await cluster.kubectl(['delete', 'crd', 'supportcoverages.platformsupport.io']);
  await waitFor('the series of the coverage to be gone', async (see) => see(await world.conditionMetric('Healthy')) === 'absent', {
    deadlineMs: 60_000,
  });
  await install(cluster);
  const startedAt = performance.now();
  await cluster.apply(coverage);
  await kubectl.condition(coverageName, 'Ready', 'True');
  world.note('own CRD removed, installed later', 'series of the coverage gone', (performance.now() - startedAt) / 1000, 'same process');
  expect(operator.pid).toBe(pid);
}, 420_000);
