import { globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import type { Finding } from '../../src/api/v1alpha1/coveragereport.ts';
import { binDirectory, repository } from '../controlplane/binaries.ts';
import { runCommand } from '../controlplane/command.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { kubectlFor } from '../installation/coverage.ts';
import { namespace } from '../installation/operator.ts';
import { apiServerFlags, makeCertificates } from './certificates.ts';
import { startRegistry } from './fake-registry.ts';
import { nodeAddress, type RealNode, startNode } from './node.ts';
import { type AccountAudit, auditAccount } from './permissions.ts';

export const image = 'localhost/support-coverage-operator';
export const release = 'support-coverage-operator';
export const chart = join(repository, 'charts/support-coverage-operator');
/** Of the coverage. */
export const name = 'first-day';
/** The operator's. */
export const account = `system:serviceaccount:${namespace}:${release}`;
/** A namespace with applications. */
export const shop = 'shop';
/** Of a contact line. */
const receiverUrl = `http://${nodeAddress}:8099/hook`;

/** The cluster of the suite: control plane, a real node, cluster DNS, resource metrics, a registry without images and a contact line. */
export interface World {
  cluster: ControlPlane;
  node: RealNode;
  /** Of the operator's account. */
  audit: AccountAudit;
  receiver: { url: string; bodies: string[] };
  /** Of the version that is built for the releases before: Helm 4, or 3. */
  helm(command: readonly string[], options?: { version?: 3 | 4 }): Promise<string>;
  findings(): Promise<Finding[]>;
  /** Resolves to the finding, `<check> <object>`, as soon as the report has it. */
  found(key: string): Promise<Finding>;
  /** Resolves when none of them is open. */
  resolved(keys: readonly string[]): Promise<unknown>;
  /** Of the operator's process, which is in the same process namespace as the suite. */
  operatorPid(): number;
  stop(): Promise<void>;
}

/** Two minutes of patience: a machine that has to read every program from its disk first is slow. */
const patience = { deadlineMs: 120_000, intervalMs: 250 };
export const until: typeof waitFor = (what, probe, options) => waitFor(what, probe, { ...patience, ...options });

export const say = (text: string) => process.stdout.write(`\n${text.trimEnd()}\n`);
export const secondsSince = (at: number) => ((Date.now() - at) / 1000).toFixed(0);
export const keyOf = ({ check, object }: { check: string; object: string }) => `${check} ${object}`;

export async function startWorld(): Promise<World> {
  const images = process.env.E2E_IMAGES;
  if (!images) throw new Error('run it with `make e2e`, which makes its namespaces');
  const dir = mkdtempSync(join(tmpdir(), 'api-server-'));
  const certificates = await makeCertificates(dir);
  const audit = auditAccount(dir, account);
  const extraArgs = { 'kube-apiserver': [...apiServerFlags(certificates), ...audit.args] };
  const cluster = await startControlPlane({ kwok: false, nodeMonitorGraceSeconds: 24, extraArgs });
  const node = await startNode(cluster, images, certificates.authority);
  const bodies: string[] = [];
  const servers = [await startRegistry(), await startReceiver(bodies)];
  for (const addon of ['coredns', 'metrics-server'])
    await cluster.kubectl(['apply', '-f', join(repository, `test/e2e/addons/${addon}.yaml`)]);
  await cluster.kubectl(['create', 'namespace', shop]);

  const findings = async () => (await kubectlFor(cluster).report(`${name}.local`))?.status?.findings ?? [];
  const open = async () => (await findings()).map(keyOf);
  return {
    cluster,
    node,
    audit,
    receiver: { url: receiverUrl, bodies },
    helm: async (command, { version = 4 } = {}) => {
      const env = { ...process.env, KUBECONFIG: cluster.adminKubeconfig, HELM_CACHE_HOME: cluster.dir, HELM_CONFIG_HOME: cluster.dir };
      const program = join(binDirectory, version === 3 ? 'helm3' : 'helm');
      const { code, stdout, stderr } = await runCommand(program, [...command, '--namespace', namespace], { env, timeoutMs: 180_000 });
      if (code !== 0) throw new Error(`helm ${command.join(' ')} ended with ${code}: ${stderr || stdout}`);
      return stdout;
    },
    findings,
    found: (key) =>
      until(`the finding ${key}`, async (see) => {
        const all = await findings();
        see(all.map(keyOf));
        return all.find((finding) => keyOf(finding) === key);
      }),
    resolved: (keys) =>
      until(`${keys.join(', ')} to be resolved`, async (see) => {
        const still = see(await open());
        return keys.every((key) => !still.includes(key));
      }),
    operatorPid: () => {
      const file = globSync('/proc/[0-9]*/cmdline').find((candidate) => textOf(candidate).includes('dist/main.js\0'));
      if (!file) throw new Error('no operator runs');
      return Number(file.split('/')[2]);
    },
    stop: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      await node.stop();
      await cluster.stop();
    },
  };
}

/** Of a process that may be gone by now. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Keeps what it is told. */
async function startReceiver(bodies: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(204).end();
    });
  });
  const { port, hostname } = new URL(receiverUrl);
  await new Promise<void>((resolve) => server.listen(Number(port), hostname, resolve));
  return server;
}

/** Path of a file with these values of the chart. */
export function valuesFile({ cluster }: World, values: object): string {
  const file = join(cluster.dir, 'values.yaml');
  writeFileSync(file, dump(values));
  return file;
}
