import { facts } from '../../src/baseline/catalogue.ts';
import { checks } from '../../src/checks/catalogue.ts';
import { type Clusters, createClusters } from '../../src/coverage/clusters.ts';
import { createRemoteConnector } from '../../src/coverage/connect-remote.ts';
import { needsOf } from '../../src/coverage/needs.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { readSecretData } from '../../src/kube/secret-data.ts';
import { createTransport, type Transport } from '../../src/kube/transport.ts';
import { createObserver, type Observer } from '../../src/observe/observer.ts';
import { systemClock as clock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { createRuntimeMetrics } from '../../src/runtime/metrics.ts';
import { runCommand } from '../controlplane/command.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { install, namespace, serviceAccount } from '../installation/operator.ts';
import { kubeconfigByRecipe, pageCommand, remoteManifest } from '../installation/remote.ts';

/** One operator and two API servers: its own, and one that it covers with what deploy/remote-cluster.yaml grants and docs/remote-clusters.md says. */

const coverage = `${namespace}/production`;
const scope = { name: 'prod-us', kubeconfigSecretRef: { name: 'prod-us', key: 'kubeconfig' } };
const needs = needsOf('Level3', checks, facts);

let home: ControlPlane;
let covered: ControlPlane;
let transport: Transport;
let local: Observer;
let clusters: Clusters;
const stop = new AbortController();
let running: Promise<void>;

const find = () => clusters.find(namespace, scope);
const namespaces = () => [...find().observer.view('prod-us').list('namespaces')].map(({ name }) => name);
const addNamespace = (name: string) => covered.kubectl(['create', 'namespace', name]);
const patience = { deadlineMs: 60_000, intervalMs: 100 };

async function putSecret(kubeconfig: string): Promise<void> {
  await home.apply({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'prod-us', namespace } },
    stringData: { kubeconfig },
  });
}

beforeAll(async () => {
  [home, covered] = await Promise.all([startControlPlane({ kwok: false }), startControlPlane({ kwok: false })]);
  await install(home);
  const kubeConfig = loadKubeConfig(await home.kubeconfigFor({ namespace, serviceAccount }));
  const metrics = createRuntimeMetrics();
  const parts = { clock, random: Math.random, logger: silentLogger, metrics };
  transport = createTransport({ kubeConfig });
  local = createObserver({ ...parts, ...needs, transport, features: [], operatorNamespace: namespace });
  running = local.run(stop.signal);
  clusters = createClusters({
    ...parts,
    local: { observer: local, transport },
    readSecret: (inNamespace, name) => readSecretData(transport, inNamespace, name),
    createRemote: createRemoteConnector({ ...parts, home: transport, operatorNamespace: namespace, checks, facts, features: [] }),
    isAllowed: () => true,
    onChange: () => {},
  });
  clusters.retain(coverage, [{ name: 'local' }, scope], 'Level3');
}, 180_000);

afterAll(async () => {
  await clusters?.close();
  stop.abort();
  await running;
  await transport?.close();
  await Promise.all([home?.stop(), covered?.stop()]);
}, 60_000);

it('a Secret that is not there yet is a problem that says so', async () => {
  await waitFor('the problem', (see) => see(find().problem ?? '').includes(`the Secret ${namespace}/prod-us does not exist`), patience);
});

it('the page’s recipe gives a kubeconfig with which every watch and probe is permitted', async () => {
  await covered.apply(remoteManifest);
  await putSecret(await kubeconfigByRecipe(covered));
  await waitFor('the cluster to be reached', (see) => see(find().problem) === undefined, patience);
  const { observer, uid } = find();
  await waitFor('its watches to settle', () => observer.isSettled(), patience);
  await observer.refreshProbes(stop.signal);
  const view = observer.view('prod-us');
  const states = [...needs.watch, ...needs.ask].map((name) => `${name}: ${view.knowledge(name).state}`);
  expect(states.filter((state) => !/: (Current|NotInstalled|SwitchedOff)$/.test(state))).toEqual([]);
  expect(observer.notPermitted()).toEqual([]);
  expect(states).toEqual(expect.arrayContaining(['nodes: Current', 'support-calendar: Current', 'version: Current', 'readyz: Current']));
  const { metadata } = await covered.kubectlJson<{ metadata: { uid: string } }>(['get', 'namespace', 'kube-system']);
  expect(uid).toBe(metadata.uid);
  await addNamespace('only-there');
  await waitFor('the new namespace', (see) => see(namespaces()).includes('only-there'), patience);
  expect([...local.view('local').list('namespaces')].map(({ name }) => name)).not.toContain('only-there');
}, 90_000);

it('cluster-autoscaler is seen in whichever namespace it is, in both clusters, and no other ConfigMap is', async () => {
  const inNamespace = 'openshift-machine-api';
  const autoscalers = ({ view }: Observer) => [...view('any').list('cluster-autoscaler-status')].map((status) => status.namespace);
  const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: inNamespace } });
  const observers = [local, find().observer];
  await waitFor('the watches here to settle', () => local.isSettled(), patience);
  expect(observers.map((observer) => [observer.notPermitted(), autoscalers(observer)])).toEqual([
    [[], []],
    [[], []],
  ]);
  for (const cluster of [home, covered]) {
    await cluster.kubectl(['create', 'namespace', inNamespace]);
    await cluster.apply(configMap('somebody-else'));
    await cluster.apply(configMap('cluster-autoscaler-status'));
  }
  await waitFor('both to be seen', (see) => see(observers.map(autoscalers)).every(([first]) => first === inNamespace), patience);
  expect(observers.map(autoscalers)).toEqual([[inNamespace], [inNamespace]]);
}, 90_000);

it('who has that kubeconfig writes nothing and reads no Secret', async () => {
  const kubeconfig = `${covered.dir}/by-recipe.kubeconfig`;
  await runCommand('bash', ['-c', `cat > "${kubeconfig}"`], { input: await kubeconfigByRecipe(covered) });
  const { stdout } = await covered.kubectl(['auth', 'can-i', '--list'], { kubeconfig });
  const verbs = stdout
    .split('\n')
    .flatMap((line) => (/^selfsubject/.test(line) ? [] : (/\[([a-z ]+)\]\s*$/.exec(line)?.[1]?.split(' ') ?? [])));
  expect([...new Set(verbs)].sort()).toEqual(['get', 'list', 'watch']);
  expect(stdout).not.toMatch(/^secrets/m);
});

it('a token that was replaced is picked up by the same watches', async () => {
  const { observer } = find();
  await covered.kubectl(['delete', ...pageCommand('kubectl delete ').split(' ')]);
  await covered.apply(remoteManifest);
  await waitFor('the old token to be refused', (see) => see(find().problem ?? '').includes('(401)'), {
    deadlineMs: 120_000,
    intervalMs: 500,
  });
  await putSecret(await kubeconfigByRecipe(covered));
  await waitFor('the cluster to be read again', (see) => see(find().problem) === undefined, patience);
  await addNamespace('after-rotation');
  await waitFor('the new namespace', (see) => see(namespaces()).includes('after-rotation'), patience);
  expect(find().observer).toBe(observer);
}, 240_000);

it('an API server that is stopped is a problem within seconds, of that cluster alone; brought back, it is read again', async () => {
  const apiServer = covered.components['kube-apiserver'];
  await apiServer.stop({ graceMs: 0 });
  await waitFor('the problem', (see) => see(find().problem ?? '').startsWith('cannot be reached: '), {
    deadlineMs: 15_000,
    intervalMs: 100,
  });
  expect([clusters.find(namespace, { name: 'local' }).problem, local.isCurrent()]).toEqual([undefined, true]);
  await apiServer.start();
  await waitFor('the cluster to be read again', (see) => see(find().problem) === undefined, patience);
  await addNamespace('after-outage');
  await waitFor('the new namespace', (see) => see(namespaces()).includes('after-outage'), patience);
}, 180_000);
