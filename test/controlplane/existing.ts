/** CLUSTER=existing: the cluster of the current kubeconfig context, touched only after its user agreed. */
import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { type Cluster, requiresFrom } from './cluster-handle.ts';
import { runCommand } from './command.ts';
import { files } from './component-specs.ts';
import { anyKubectl, kubectlAbilities } from './kubectl.ts';
import { superviseProcesses } from './processes.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The terminal, as far as the question needs one. */
export interface Terminal {
  interactive: boolean;
  /** Shows the text and returns the answer. */
  ask(text: string): Promise<string>;
}

export const processTerminal: Terminal = {
  interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  async ask(text) {
    const reader = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await reader.question(text);
    } finally {
      reader.close();
    }
  },
};

interface CurrentContext {
  name: string;
  server: string;
  /** A kubeconfig with this context alone, certificates and keys included. */
  kubeconfig: string;
}

interface KubeconfigView {
  'current-context': string;
  clusters: { cluster: { server: string } }[] | null;
}

async function readCurrentContext(kubectl: string, env: Environment): Promise<CurrentContext> {
  const args = ['config', 'view', '--minify', '--flatten', '--raw', '--output=json'];
  const result = await runCommand(kubectl, args, { env }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? 'CLUSTER=existing: there is no `kubectl` on the PATH' : error.message);
  });
  if (result.code !== 0) throw new Error(`CLUSTER=existing: the kubeconfig has no current context to use: ${result.stderr.trim()}`);
  const view = JSON.parse(result.stdout) as KubeconfigView;
  const server = view.clusters?.[0]?.cluster.server;
  if (server === undefined) throw new Error('CLUSTER=existing: the kubeconfig has no current context to use');
  return { name: view['current-context'], server, kubeconfig: result.stdout };
}

async function requireConsent({ name, server }: CurrentContext, env: Environment, terminal: Terminal): Promise<void> {
  const confirmed = env.CLUSTER_EXISTING_CONFIRM;
  if (confirmed === name) return;
  const what = `CLUSTER=existing creates, changes and deletes objects in the context "${name}" (${server})`;
  if (confirmed !== undefined) throw new Error(`${what}, but CLUSTER_EXISTING_CONFIRM names another context, "${confirmed}"`);
  if (!terminal.interactive) {
    throw new Error(`${what}. There is no terminal to ask on: set CLUSTER_EXISTING_CONFIRM=${name} to agree`);
  }
  const answer = await terminal.ask(`${what}.\nType "yes" to go on: `);
  if (answer.trim() !== 'yes') throw new Error(`${what}; the answer was not "yes", so nothing was touched`);
}

/**
 * A handle on the cluster of the current context, pinned: a later change of the context has no effect on it.
 * stop() leaves the cluster and everything in it.
 *
 * @throws Error when nobody agreed, or there is no current context.
 */
export async function useExistingCluster(env: Environment = process.env, terminal: Terminal = processTerminal): Promise<Cluster> {
  const program = anyKubectl();
  const context = await readCurrentContext(program, env);
  await requireConsent(context, env, terminal);
  const dir = mkdtempSync(join(tmpdir(), 'existing-'));
  const processes = superviseProcesses(dir); // for the directory: it holds credentials and must not outlive this process
  try {
    const adminKubeconfig = files(dir).kubeconfig('admin');
    await writeFile(adminKubeconfig, context.kubeconfig, { mode: 0o600 });
    const kubectl = await kubectlAbilities(program, dir, adminKubeconfig);
    return {
      kind: 'existing',
      adminKubeconfig,
      dir,
      ...kubectl,
      requires: requiresFrom('existing', {}),
      stop: () => processes.shutdown(0),
    };
  } catch (error) {
    await processes.shutdown(0);
    throw error;
  }
}
