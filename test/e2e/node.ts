/**
 * A real node for the control plane of the tests: containerd, kubelet and kube-proxy. All of it is meant for the namespaces that run.sh makes:
 * bridge, rules of the firewall and mounts go with them.
 */
import { globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { binDirectory } from '../controlplane/binaries.ts';
import { runCommand } from '../controlplane/command.ts';
import type { ControlPlane } from '../controlplane/controlplane.ts';
import { type Processes, superviseProcesses } from '../controlplane/processes.ts';
import { type See, waitFor } from '../controlplane/wait.ts';

/** Of TEST-NET-1 (RFC 5737): the node's, and the one that the API server of the tests gives out. */
export const nodeAddress = '192.0.2.1';
export const nodeName = 'real-1';
/** Of the Service in addons/coredns.yaml. */
const dnsAddress = '10.96.0.10';
/** A registry that is spoken to without TLS. */
export const registry = `${nodeAddress}:5000`;

/** What is mounted below it goes with the namespace. */
const state = '/run/node';
const socket = '/run/containerd/containerd.sock';
/** Made by run.sh. */
const cgroup = `/${process.env.E2E_CGROUP}`;
const path = `${binDirectory}:/usr/sbin:/usr/bin:/sbin:/bin`;

/** A program may have to be read from the disk first. */
const patience = { deadlineMs: 90_000, intervalMs: 200 };

export interface RealNode {
  /** SIGSTOP and SIGCONT. */
  pauseKubelet(): Promise<void>;
  resumeKubelet(): Promise<void>;
  /** Path of its log. */
  log(program: 'containerd' | 'kubelet' | 'kube-proxy'): string;
  stop(): Promise<void>;
}

async function run(file: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runCommand(file, args);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${stderr}`);
}

/**
 * Starts the node and waits until it is Ready.
 *
 * @param images a folder with archives as docker and buildah write them
 * @param authority path of the certificate of whoever signs those by which the API server is known
 */
export async function startNode(cluster: ControlPlane, images: string, authority: string): Promise<RealNode> {
  const dir = mkdtempSync(join(tmpdir(), 'node-'));
  const processes = superviseProcesses(dir);
  const log = (program: string) => join(dir, `${program}.log`);
  const launch = (name: string, args: readonly string[]) =>
    processes.launch({ name, file: join(binDirectory, name), args, env: { PATH: path, HOME: dir }, log: log(name) });
  await network(Number(new URL(serverOf(cluster)).port));
  await launch('containerd', ['--config', writeContainerdConfig(dir)]);
  await waitFor('containerd to answer', () => runsAt(processes, ['version']), patience);
  for (const archive of globSync(join(images, '*.tar')))
    await run(join(binDirectory, 'ctr'), '--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive);
  await launch('kubelet', [
    `--config=${writeConfig(dir, 'kubelet', kubeletConfiguration(dir, authority))}`,
    `--kubeconfig=${cluster.adminKubeconfig}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${nodeAddress}`,
    `--root-dir=${join(state, 'kubelet')}`,
  ]);
  await launch('kube-proxy', [`--config=${writeConfig(dir, 'kube-proxy', kubeProxyConfiguration(cluster))}`]);
  const ready = async (see: See) => {
    type Node = { status?: { conditions?: { type: string; status: string }[] } };
    const { status } = await cluster.kubectlJson<Node>(['get', 'node', nodeName]);
    return see(status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');
  };
  await waitFor(`${nodeName} to be Ready (log: ${log('kubelet')})`, ready, patience);
  return {
    pauseKubelet: () => processes.signal('kubelet', 'SIGSTOP'),
    resumeKubelet: () => processes.signal('kubelet', 'SIGCONT'),
    log,
    stop: () => processes.shutdown(2_000),
  };
}

async function runsAt(processes: Processes, args: readonly string[]): Promise<boolean> {
  const ended = processes.ending('containerd');
  if (ended) throw new Error(`containerd ended with ${ended}`);
  return (await runCommand(join(binDirectory, 'ctr'), ['--address', socket, ...args])).code === 0;
}

function serverOf(cluster: ControlPlane): string {
  const { clusters } = load(readFileSync(cluster.adminKubeconfig, 'utf8')) as { clusters: [{ cluster: { server: string } }] };
  return clusters[0].cluster.server;
}

/** Pods reach the API server at the address that it gives out, while it listens on the loopback. */
async function network(apiServerPort: number): Promise<void> {
  await run('ip', 'link', 'add', 'node0', 'type', 'bridge');
  await run('ip', 'address', 'add', `${nodeAddress}/24`, 'dev', 'node0');
  await run('ip', 'link', 'set', 'node0', 'up');
  await run('ip', 'route', 'add', 'default', 'dev', 'node0');
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  const server = createServer((from) => {
    const to = connect(apiServerPort, '127.0.0.1');
    from.pipe(to).pipe(from);
    for (const side of [from, to])
      side.on('error', () => {
        from.destroy();
        to.destroy();
      });
  });
  server.unref();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(apiServerPort, nodeAddress, resolve));
}

function writeConfig(dir: string, name: string, content: object): string {
  const file = join(dir, `${name}.yaml`);
  writeFileSync(file, dump(content));
  return file;
}

function writeContainerdConfig(dir: string): string {
  const cni = join(dir, 'cni');
  const hosts = join(dir, 'registries', registry);
  for (const folder of [cni, hosts]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(hosts, 'hosts.toml'), `server = "http://${registry}"\n`);
  const ipam = { type: 'host-local', ranges: [[{ subnet: '10.244.0.0/24' }]], routes: [{ dst: '0.0.0.0/0' }], dataDir: join(dir, 'ipam') };
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, hairpinMode: true, ipam };
  writeFileSync(join(cni, '10-pods.conflist'), JSON.stringify({ cniVersion: '0.4.0', name: 'pods', plugins: [bridge] }));
  const file = join(dir, 'containerd.toml');
  writeFileSync(
    file,
    `version = 3
root = "${join(state, 'containerd')}"
state = "/run/containerd"
[grpc]
address = "${socket}"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = "localhost/pause:e2e"
[plugins.'io.containerd.cri.v1.images'.registry]
config_path = "${join(dir, 'registries')}"
[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "${cni}"
`,
  );
  return file;
}

/** What differs from a cluster's: no swap or cgroup v2 is asked for, and nothing is changed that outlives the namespaces. */
function kubeletConfiguration(dir: string, authority: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${socket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    makeIPTablesUtilChains: false,
    imagePullCredentialsVerificationPolicy: 'NeverVerify',
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: authority } },
    authorization: { mode: 'Webhook' },
    clusterDNS: [dnsAddress],
    clusterDomain: 'cluster.local',
    podLogsDir: join(dir, 'pods'),
    // The disk is memory here, of which there is less.
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  };
}

function kubeProxyConfiguration(cluster: ControlPlane): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    hostnameOverride: nodeName,
    clusterCIDR: '10.244.0.0/16',
    clientConnection: { kubeconfig: cluster.adminKubeconfig },
    oomScoreAdj: 0,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
