import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from './cluster.ts';
import { type ControlPlane, startControlPlane } from './controlplane.ts';
import type { Terminal } from './existing.ts';

const nobody: Terminal = { interactive: false, ask: () => Promise.reject(new Error('nobody is there')) };

function answering(answer: string, shown: string[]): Terminal {
  return {
    interactive: true,
    ask: (text) => {
      shown.push(text);
      return Promise.resolve(answer);
    },
  };
}

describe('the choice of a cluster by CLUSTER', () => {
  let cluster: ControlPlane;
  let programs: string;

  beforeAll(async () => {
    programs = mkdtempSync(join(tmpdir(), 'programs-'));
    cluster = await startControlPlane({ kwok: false });
  }, 120_000);

  afterAll(async () => {
    rmSync(programs, { recursive: true, force: true });
    await cluster?.stop();
  }, 30_000);

  function existing(extra: Record<string, string> = {}) {
    return { CLUSTER: 'existing', KUBECONFIG: cluster.adminKubeconfig, PATH: process.env.PATH, HOME: programs, ...extra };
  }

  /** A stand-in for a program that is not installed here: it records how it was called. */
  function install(name: string, script: string): void {
    const path = join(programs, name);
    writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> ${programs}/calls\n${script}\n`);
    chmodSync(path, 0o755);
  }

  function calls(): string[] {
    return readFileSync(join(programs, 'calls'), 'utf8').trimEnd().split('\n');
  }

  it('names the possible values when CLUSTER is none of them', async () => {
    await expect(startCluster({ env: { CLUSTER: 'minikube' } })).rejects.toThrow('write local, kind or existing');
  });

  it('touches no existing cluster where nobody can be asked and nothing was confirmed', async () => {
    const attempt = startCluster({ env: existing(), terminal: nobody });
    await expect(attempt).rejects.toThrow(`context "admin" (${cluster.serverUrl}). There is no terminal to ask on`);
  });

  it('touches no existing cluster when another context was confirmed', async () => {
    const attempt = startCluster({ env: existing({ CLUSTER_EXISTING_CONFIRM: 'production' }), terminal: nobody });
    await expect(attempt).rejects.toThrow('names another context, "production"');
  });

  it('touches no existing cluster when the answer is not yes', async () => {
    await expect(startCluster({ env: existing(), terminal: answering('y', []) })).rejects.toThrow('nothing was touched');
  });

  it('shows context and server, and uses the existing cluster after a yes', async () => {
    const shown: string[] = [];
    const found = await startCluster({ env: existing(), terminal: answering('yes', shown) });
    try {
      expect(shown).toEqual([expect.stringContaining(`context "admin" (${cluster.serverUrl})`)]);
      expect((await found.kubectl(['get', 'namespace', 'default', '--output=name'])).stdout).toBe('namespace/default\n');
      expect(() => found.requires('components')).toThrow('not possible with CLUSTER=existing');
      const kubeconfig = await found.kubeconfigFor({ namespace: 'default', serviceAccount: 'default' });
      const denied = await found.kubectl(['get', 'nodes'], { kubeconfig, allowFailure: true });
      expect(denied.stderr).toContain('system:serviceaccount:default:default');
    } finally {
      await found.stop();
    }
    expect(existsSync(found.dir)).toBe(false);
    expect((await cluster.kubectl(['get', 'namespace', 'default', '--output=name'])).stdout).toBe('namespace/default\n');
  }, 30_000);

  it('uses an existing cluster without asking when its context was confirmed', async () => {
    const found = await startCluster({ env: existing({ CLUSTER_EXISTING_CONFIRM: 'admin' }), terminal: nobody });
    expect(found.serverUrl).toBe(cluster.serverUrl);
    await found.stop();
  }, 30_000);

  it('says that kind is missing, or that its container engine is', async () => {
    const env = { CLUSTER: 'kind', PATH: programs };
    await expect(startCluster({ env })).rejects.toThrow('there is no `kind` on the PATH');
    install('kind', 'exit 0');
    await expect(startCluster({ env })).rejects.toThrow('there is no `docker` on the PATH');
    install('docker', 'echo "is the daemon running?" >&2; exit 1');
    await expect(startCluster({ env })).rejects.toThrow('`docker info` failed: is the daemon running?. kind needs a running docker');
  }, 30_000);

  it('creates a kind cluster with fake nodes and deletes the same one at the end', async () => {
    install('docker', 'exit 0');
    // Where the real kind creates containers, this one hands out the cluster that is there.
    install(
      'kind',
      `for arg; do case "$arg" in --kubeconfig=*) [ "$1" = create ] && cp ${cluster.adminKubeconfig} "\${arg#*=}";; esac; done; exit 0`,
    );
    const found = await startCluster({ env: { CLUSTER: 'kind', PATH: `${programs}:/usr/bin:/bin` } });
    try {
      const [node] = await found.requires('createNodes')(1, { prefix: 'fake' });
      expect(node).toBe('fake-1');
      expect(() => found.requires('components')).toThrow('not possible with CLUSTER=kind');
    } finally {
      await found.stop();
    }
    const name = /create cluster --name=(support-coverage-[0-9a-f]{8}) /.exec(calls().join('\n'))?.[1];
    expect(calls().at(-1)).toBe(`kind delete cluster --name=${name} --kubeconfig=${found.dir}/admin.kubeconfig`);
    expect(existsSync(found.dir)).toBe(false);
  }, 90_000);
});
