/** CLUSTER=kind: a cluster of containers, created by the kind program under a random name and deleted at the end. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, requiresFrom } from './cluster-handle.ts';
import { runCommand } from './command.ts';
import { files, isolatedSpec, kwokArgs } from './component-specs.ts';
import { anyKubectl, kubectlAbilities } from './kubectl.ts';
import { fakeNodes } from './nodes.ts';
import { freePorts } from './ports.ts';
import { type Processes, superviseProcesses } from './processes.ts';
import { waitUntilReady } from './readiness.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** kind pulls its node image the first time, which takes minutes on a slow line. */
const createTimeoutMs = 15 * 60 * 1000;
const kwokDeadlineMs = 60_000;
const stopGraceMs = 1000;

/** What kubelets and the fake kubelet upstream use: a lease of 40 s, under the controller manager's grace period of 50 s in kind. */
const leaseSeconds = 40;

async function requireProgram(program: string, args: string[], env: Environment, advice: string): Promise<void> {
  const result = await runCommand(program, args, { env }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? `CLUSTER=kind: there is no \`${program}\` on the PATH. ${advice}` : error.message);
  });
  if (result.code !== 0) throw new Error(`CLUSTER=kind: \`${[program, ...args].join(' ')}\` failed: ${result.stderr.trim()}. ${advice}`);
}

async function requirePrograms(env: Environment): Promise<void> {
  const provider = env.KIND_EXPERIMENTAL_PROVIDER ?? 'docker';
  const local = 'Or leave CLUSTER unset: the local control plane needs neither kind nor containers.';
  await requireProgram('kind', ['version'], env, `Install it: https://kind.sigs.k8s.io/docs/user/quick-start/#installation. ${local}`);
  await requireProgram(provider, ['info'], env, `kind needs a running ${provider}. ${local}`);
}

function definedOnly(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

async function createKindCluster(name: string, dir: string, processes: Processes, env: Environment): Promise<string> {
  const kubeconfig = files(dir).kubeconfig('admin');
  const where = [`--name=${name}`, `--kubeconfig=${kubeconfig}`];
  // Before the creation, so that one that is interrupted is undone too; deleting a cluster that is not there succeeds.
  const deletion = { name: 'kind-delete', file: 'kind', args: ['delete', 'cluster', ...where], env: definedOnly(env) };
  await processes.atEnd({ ...deletion, log: files(dir).log('kind-delete') });
  const created = await runCommand('kind', ['create', 'cluster', ...where, '--wait=180s'], { env, timeoutMs: createTimeoutMs });
  if (created.code !== 0) throw new Error(`kind could not create the cluster ${name}: ${created.stderr.trim()}`);
  return kubeconfig;
}

async function startKwok(dir: string, kubeconfig: string, processes: Processes): Promise<void> {
  const [port = 0] = await freePorts(1);
  const spec = isolatedSpec('kwok', 'kwok', dir, kwokArgs(kubeconfig, port, leaseSeconds));
  await processes.launch(spec);
  await waitUntilReady(processes, { name: 'kwok', log: spec.log, url: `http://127.0.0.1:${port}/healthz` }, kwokDeadlineMs);
}

async function handle(dir: string, adminKubeconfig: string, processes: Processes): Promise<Cluster> {
  const kubectl = await kubectlAbilities(anyKubectl(), dir, adminKubeconfig);
  const { serverVersion } = await kubectl.kubectlJson<{ serverVersion: { gitVersion: string } }>(['version']);
  const abilities = fakeNodes(kubectl, serverVersion.gitVersion);
  return {
    kind: 'kind',
    adminKubeconfig,
    dir,
    ...kubectl,
    ...abilities,
    requires: requiresFrom('kind', abilities),
    stop: () => processes.shutdown(stopGraceMs),
  };
}

/**
 * Creates a kind cluster with a fake kubelet beside it; its real node stays too. Its control plane cannot be stopped or paused.
 *
 * @throws Error naming what is missing when there is no kind or no container engine.
 */
export async function startKindCluster(env: Environment = process.env): Promise<Cluster> {
  await requirePrograms(env);
  const dir = mkdtempSync(join(tmpdir(), 'kind-'));
  const processes = superviseProcesses(dir);
  try {
    const kubeconfig = await createKindCluster(`support-coverage-${randomBytes(4).toString('hex')}`, dir, processes, env);
    await startKwok(dir, kubeconfig, processes);
    return await handle(dir, kubeconfig, processes);
  } catch (error) {
    await processes.shutdown(0);
    throw error;
  }
}
