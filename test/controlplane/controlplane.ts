/**
 * A real control plane on loopback ports: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and kwok in the place of kubelets.
 * Every one of them is started by the supervisor and ends with this process, however it ends.
 */

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, kubernetesVersion } from './binaries.ts';
import { type Abilities, type Component, type ComponentName, type Components, type ControlPlane, requiresFrom } from './cluster-handle.ts';
import { type ControlPlaneSettings, files, launchSpec, type PortName, portNames } from './component-specs.ts';
import { compactEtcd } from './etcd.ts';
import { kubectlAbilities, tokenKubeconfig } from './kubectl.ts';
import { fakeNodes } from './nodes.ts';
import { freePorts } from './ports.ts';
import { type Processes, superviseProcesses } from './processes.ts';
import { httpGet, waitUntilReady } from './readiness.ts';
import { waitFor } from './wait.ts';

export type { Component, ComponentName, Components, ControlPlane } from './cluster-handle.ts';

export interface StartOptions {
  /** Whether to run the fake kubelet. Without it nodes never become Ready. Default true. */
  kwok?: boolean;
  /**
   * Seconds without a lease renewal after which a node's Ready becomes Unknown (the controller manager's --node-monitor-grace-period, 50
   * upstream). The fake kubelets renew every quarter of it. Default 16; with hundreds of nodes on a small machine use 40 or more.
   */
  nodeMonitorGraceSeconds?: number;
  /** Further arguments for a component; they come last and so override the harness's own. */
  extraArgs?: Partial<Record<ComponentName, readonly string[]>>;
  /** How long one component may take to become ready, in milliseconds. Default 90,000, of which an idle machine needs 5,000 for all. */
  readyDeadlineMs?: number;
}

const defaults = { kwok: true, nodeMonitorGraceSeconds: 16, readyDeadlineMs: 90_000 };

/**
 * How long components may take to end by themselves before SIGKILL. An API server with open watches takes over 20 seconds (measured), so
 * it is mostly killed; when everything ends, nothing it holds is needed any more.
 */
const stopGraceMs = 1000;
const componentGraceMs = 3000;

/** Another process may take a port between our finding it free and a component's binding it. */
const startAttempts = 3;
const portTaken = /address already in use/;

const componentNames: readonly ComponentName[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'];

/** Identities the API server knows by token; the groups and names are the ones its built-in RBAC roles are bound to. */
const users = {
  admin: ['admin', 'system:masters'],
  'kube-controller-manager': ['system:kube-controller-manager', ''],
  'kube-scheduler': ['system:kube-scheduler', ''],
  kwok: ['fake-kubelet', 'system:masters'],
} as const;

type Tokens = Readonly<Record<keyof typeof users, string>>;

interface Foundation {
  settings: ControlPlaneSettings;
  processes: Processes;
  tokens: Tokens;
  readyDeadlineMs: number;
}

async function writeCredentials(dir: string): Promise<Tokens> {
  const path = files(dir);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const entries = Object.entries(users).map(([name, [user, group]]) => ({ name, user, group, token: randomBytes(24).toString('hex') }));
  const lines = entries.map(({ user, group, token }) => `${token},${user},${user}${group === '' ? '' : `,"${group}"`}`);
  await mkdir(path.certificates);
  await writeFile(path.serviceAccountKey, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(path.serviceAccountPublicKey, publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(path.tokens, `${lines.join('\n')}\n`, { mode: 0o600 });
  return Object.fromEntries(entries.map(({ name, token }) => [name, token])) as Tokens;
}

/** Possible only when the API server has made its certificate. */
async function writeKubeconfigs({ settings: { dir, ports }, tokens }: Foundation): Promise<void> {
  const path = files(dir);
  const authority = (await readFile(path.servingCertificate)).toString('base64');
  const cluster = { server: `https://127.0.0.1:${ports.apiserver}`, 'certificate-authority-data': authority };
  for (const [user, token] of Object.entries(tokens)) {
    await writeFile(path.kubeconfig(user), tokenKubeconfig(cluster, user, token), { mode: 0o600 });
  }
}

function readinessUrl(name: ComponentName, { settings: { ports } }: Foundation): string {
  const urls: Record<ComponentName, string> = {
    etcd: `http://127.0.0.1:${ports.etcd}/readyz`,
    'kube-apiserver': `https://127.0.0.1:${ports.apiserver}/readyz`,
    'kube-controller-manager': `https://127.0.0.1:${ports.controllerManager}/healthz`,
    'kube-scheduler': `https://127.0.0.1:${ports.scheduler}/readyz`,
    kwok: `http://127.0.0.1:${ports.kwok}/healthz`,
  };
  return urls[name];
}

async function startComponent(name: ComponentName, foundation: Foundation): Promise<void> {
  const { processes, settings, tokens, readyDeadlineMs } = foundation;
  const spec = launchSpec(name, settings);
  await processes.launch(spec);
  const headers = name === 'kube-apiserver' ? { authorization: `Bearer ${tokens.admin}` } : {};
  await waitUntilReady(processes, { name, log: spec.log, url: readinessUrl(name, foundation), headers }, readyDeadlineMs);
}

function component(name: ComponentName, foundation: Foundation): Component {
  const { processes, settings } = foundation;
  return {
    name,
    get pid() {
      return processes.pid(name);
    },
    get running() {
      return processes.pid(name) !== undefined;
    },
    log: files(settings.dir).log(name),
    stop: ({ graceMs = componentGraceMs } = {}) => processes.stop(name, graceMs),
    start: () => startComponent(name, foundation),
    pause: () => processes.signal(name, 'SIGSTOP'),
    resume: () => processes.signal(name, 'SIGCONT'),
  };
}

/** Pods are refused until the controller manager has made the namespace's default ServiceAccount and the certificate's ConfigMap. */
async function waitForNamespaceDefaults({ settings: { ports }, tokens, readyDeadlineMs }: Foundation): Promise<void> {
  const base = `https://127.0.0.1:${ports.apiserver}/api/v1/namespaces/default`;
  const headers = { authorization: `Bearer ${tokens.admin}` };
  for (const path of ['serviceaccounts/default', 'configmaps/kube-root-ca.crt']) {
    const probe = async () => (await httpGet(`${base}/${path}`, headers)).status === 200;
    await waitFor(`${path} in namespace default`, probe, { deadlineMs: readyDeadlineMs, intervalMs: 50 });
  }
}

async function startAll(foundation: Foundation, kwok: boolean): Promise<void> {
  await startComponent('etcd', foundation);
  await startComponent('kube-apiserver', foundation);
  await writeKubeconfigs(foundation);
  const rest: ComponentName[] = ['kube-controller-manager', 'kube-scheduler', ...(kwok ? (['kwok'] as const) : [])];
  // All settle before a failure is reported, so that no start is under way when the directory is removed.
  const outcomes = await Promise.allSettled([
    ...rest.map((name) => startComponent(name, foundation)),
    waitForNamespaceDefaults(foundation),
  ]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function prepare(options: StartOptions): Promise<Foundation> {
  for (const program of [...componentNames, 'kubectl'] as const) binary(program);
  const ports = await freePorts(portNames.length);
  const dir = mkdtempSync(join(tmpdir(), 'controlplane-'));
  const settings: ControlPlaneSettings = {
    dir,
    ports: Object.fromEntries(portNames.map((name, index) => [name, ports[index]])) as Record<PortName, number>,
    nodeMonitorGraceSeconds: options.nodeMonitorGraceSeconds ?? defaults.nodeMonitorGraceSeconds,
    extraArgs: options.extraArgs ?? {},
  };
  const processes = superviseProcesses(dir);
  const tokens = await writeCredentials(dir);
  return { settings, processes, tokens, readyDeadlineMs: options.readyDeadlineMs ?? defaults.readyDeadlineMs };
}

async function handle(foundation: Foundation): Promise<ControlPlane> {
  const { settings, processes } = foundation;
  const adminKubeconfig = files(settings.dir).kubeconfig('admin');
  const kubectl = await kubectlAbilities(binary('kubectl'), settings.dir, adminKubeconfig);
  const components = Object.fromEntries(componentNames.map((name) => [name, component(name, foundation)])) as Components;
  const compact = () => compactEtcd(`http://127.0.0.1:${settings.ports.etcd}`);
  const abilities: Abilities = { components, compact, ...fakeNodes(kubectl, kubernetesVersion) };
  return {
    kind: 'local',
    adminKubeconfig,
    dir: settings.dir,
    ...kubectl,
    ...abilities,
    requires: requiresFrom('local', abilities),
    stop: () => processes.shutdown(stopGraceMs),
  };
}

/**
 * Starts a control plane of its own and resolves when every component is ready (about five seconds on an idle machine).
 * It does not keep this process alive, and no part of it outlives this process.
 *
 * @throws Error with the end of the failing component's log when one does not become ready; nothing is left running then.
 */
export async function startControlPlane(options: StartOptions = {}): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    const foundation = await prepare(options);
    try {
      await startAll(foundation, options.kwok ?? defaults.kwok);
      return await handle(foundation);
    } catch (error) {
      await foundation.processes.shutdown(0);
      if (attempt >= startAttempts || !(error instanceof Error && portTaken.test(error.message))) throw error;
    }
  }
}
