import { readFileSync } from 'node:fs';
import { startCluster } from '../controlplane/cluster.ts';
import type { Cluster } from '../controlplane/cluster-handle.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator, uninstall } from '../installation/operator.ts';
import { type Fault, faultsOf } from './faults.ts';

/**
 * `make demo`: a cluster, the operator, four faults, and what the operator says of them. DEMO=once ends when all was seen, with 0, or
 * non-zero when something expected did not appear; otherwise the cluster stays up until Ctrl-C.
 */

const startedAt = performance.now();
const deadlineMs = 150_000;
const world = readFileSync(new URL('world.yaml', import.meta.url), 'utf8');

function say(text: string): void {
  process.stdout.write(`\n[${String(Math.round((performance.now() - startedAt) / 1000)).padStart(3)} s] ${text}\n`);
}

/** Runs kubectl as the reader would, and shows the command with what it prints. */
async function show(cluster: Cluster, ...args: string[]): Promise<void> {
  const { stdout } = await cluster.kubectl(args);
  process.stdout.write(`\n$ kubectl ${args.map((arg) => (/[\s"'{}|]/.test(arg) ? `'${arg}'` : arg)).join(' ')}\n${stdout}`);
}

async function showMetrics(operator: Operator, pattern: RegExp): Promise<void> {
  const lines = (await operator.metrics()).split('\n').filter((line) => pattern.test(line));
  process.stdout.write(`\n$ curl -s …/metrics | grep …\n${lines.join('\n')}\n`);
}

async function showConditions(cluster: Cluster): Promise<void> {
  const columns = 'jsonpath={range .status.conditions[*]}{.type}{"\\t"}{.status}{"\\t"}{.reason}{"\\t"}{.message}{"\\n"}{end}';
  const { stdout } = await cluster.kubectl(['get', 'scov', 'demo', '-n', namespace, '-o', columns]);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  process.stdout.write(
    `\nconditions of scov/demo\n${rows.map(([type = '', status = '', reason = '', message = '']) => `  ${type.padEnd(21)} ${status.padEnd(8)} ${reason.padEnd(20)} ${message}`).join('\n')}\n`,
  );
}

async function seen(kubectl: Kubectl, operator: Operator, { title, expect }: Fault): Promise<void> {
  await kubectl.condition('demo', expect.condition, 'False');
  await waitFor(`the metric ${expect.metric} after ${title}`, async (see) => see(await operator.metric(expect.metric)) === 1, {
    deadlineMs,
  });
  const { kind, name } = expect.event;
  await waitFor(
    `an Event about ${kind}/${name} after ${title}`,
    async (see) => see(await kubectl.eventsAbout(kind, name, expect.event.namespace)).length > 0,
    { deadlineMs },
  );
}

/** On somebody's own cluster the demo must neither meet an installation that is there nor leave anything behind. */
async function refuseInstalled(cluster: Cluster): Promise<void> {
  if (cluster.kind !== 'existing') return;
  for (const object of ['crd/supportcoverages.platformsupport.io', `namespace/${namespace}`, 'namespace/scov-demo']) {
    const { stdout } = await cluster.kubectl(['get', object, '--ignore-not-found', '-o', 'name']);
    if (stdout.trim() !== '')
      throw new Error(`this cluster has ${object} already; the demo would remove it at its end, so it does nothing`);
  }
}

async function cleanUp(cluster: Cluster): Promise<void> {
  if (cluster.kind !== 'existing') return;
  say('Removing what the demo made.');
  for (const { mend } of faultsOf(cluster, undefined)) await mend().catch(() => undefined);
  await cluster.kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], { input: world });
  await uninstall(cluster);
}

async function prepare(cluster: Cluster): Promise<string | undefined> {
  const nodes = cluster.createNodes ? await cluster.createNodes(4, { prefix: 'worker', cpu: '4', memory: '16Gi' }) : [];
  await cluster.apply(world);
  // Nothing here can run a metrics-server, so the API server itself answers for its API.
  if (cluster.kind === 'local') {
    await cluster.apply({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
    });
  }
  await cluster.kubectl(['rollout', 'status', 'deployment/web', '-n', 'scov-demo', '--timeout=120s'], { timeoutMs: 130_000 });
  return nodes.at(-1);
}

async function demonstrate(cluster: Cluster): Promise<Operator> {
  const kubectl = kubectlFor(cluster, { deadlineMs });
  const node = await prepare(cluster);
  say('Installing the chart’s CRDs and permissions; starting the operator under its ServiceAccount.');
  await install(cluster);
  const operator = await startOperator(cluster);

  say('Applying a SupportCoverage (test/demo/coverage.yaml).');
  await cluster.apply(readFileSync(new URL('coverage.yaml', import.meta.url), 'utf8'));
  await kubectl.condition('demo', 'Ready', 'True');
  await show(cluster, 'get', 'scov,scbl,scrp', '-n', namespace);
  say('The operator captured what the cluster is like now. Approving it makes it the baseline.');
  await kubectl.approve('demo.demo-cluster');
  await kubectl.condition('demo', 'Onboarded', 'True');
  await kubectl.condition('demo', 'Healthy', 'True');
  await showConditions(cluster);

  const faults = faultsOf(cluster, node);
  for (const fault of faults) {
    say(`Fault: ${fault.title}.`);
    await fault.inject();
  }
  say('Waiting for the operator to see all of it; it looks once a minute, and a silent node takes the control plane a while.');
  for (const fault of faults) await seen(kubectl, operator, fault);
  await show(cluster, 'get', 'supportcoverages', '-n', namespace);
  await showConditions(cluster);
  await show(cluster, 'describe', 'supportcoverage', 'demo', '-n', namespace);
  await show(
    cluster,
    'get',
    'events',
    '-A',
    '--field-selector',
    'reportingComponent=platformsupport.io/support-coverage-operator',
    '--sort-by=.metadata.creationTimestamp',
    '-o',
    'custom-columns=TYPE:.type,REASON:.reason,OBJECT:.involvedObject.name,MESSAGE:.message',
  );
  await show(
    cluster,
    'get',
    'scrp',
    'demo.demo-cluster',
    '-n',
    namespace,
    '-o',
    'jsonpath={range .status.drift[*]}{.object}{" "}{.path}{": agreed "}{.expected}{", is "}{.actual}{", by "}{.manager}{" at "}{.changedAt}{"\\n"}{end}',
  );
  await showMetrics(operator, /^supportcoverage_(condition\{.*"Healthy"|(findings|drift)\{.*\} [1-9])/);

  say('Mending all of it.');
  for (const { mend } of faults) await mend();
  await kubectl.condition('demo', 'Healthy', 'True');
  await waitFor(
    'every finding and drift metric to be 0',
    async (see) =>
      see((await operator.metrics()).split('\n').filter((line) => /^supportcoverage_(findings|drift)\{.*\} [1-9]/.test(line))).length === 0,
    { deadlineMs },
  );
  await show(cluster, 'get', 'scov', 'demo', '-n', namespace, '-o', 'wide');
  await showMetrics(operator, /^supportcoverage_findings_(opened|resolved)_total\{.*\} [1-9]/);
  return operator;
}

const once = process.env.DEMO === 'once';
say(`Starting a cluster (CLUSTER=${process.env.CLUSTER ?? 'local'}).`);
const cluster = await startCluster();
let touched = false;
try {
  await refuseInstalled(cluster);
  touched = true;
  const operator = await demonstrate(cluster);
  if (once) {
    say(`Everything expected was seen. The operator ended with ${await operator.stop()}.`);
  } else {
    say(
      `Everything expected was seen. The cluster stays up until Ctrl-C; look around with\n  export KUBECONFIG=${cluster.adminKubeconfig}\n  kubectl get scov -n ${namespace} -o wide`,
    );
    await interrupted(operator);
    await operator.stop();
  }
} catch (error) {
  process.exitCode = 1;
  say(`NOT SEEN: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  if (touched) await cleanUp(cluster);
  await cluster.stop();
}

/** Resolves at Ctrl-C, and where the operator ends before, which is said. */
async function interrupted(operator: Operator): Promise<void> {
  const alive = setInterval(() => undefined, 60_000);
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const ended = await Promise.race([asked, operator.ended.then((code) => ({ code }))]);
  clearInterval(alive);
  if (!ended) return;
  process.exitCode = 1;
  say(`The operator ended by itself, with ${ended.code}: the demo ends.`);
}
