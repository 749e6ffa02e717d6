/** How each component of the control plane is started. Settings that differ from upstream's defaults say why. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binary, type Program } from './binaries.ts';
import type { ComponentName } from './cluster-handle.ts';
import type { LaunchSpec } from './supervisor-protocol.ts';

export interface ControlPlaneSettings {
  dir: string;
  ports: Readonly<Record<PortName, number>>;
  /** See StartOptions. */
  nodeMonitorGraceSeconds: number;
  extraArgs: Partial<Record<ComponentName, readonly string[]>>;
}

export const portNames = ['etcd', 'etcdPeer', 'apiserver', 'controllerManager', 'scheduler', 'kwok'] as const;
export type PortName = (typeof portNames)[number];

/** The label a node needs for the fake kubelet to report for it. A label, since kwok notices the removal of an annotation by nothing. */
export const reportingLabel = { key: 'fake-kubelet.k8s.io/node', value: 'reporting' } as const;

const serviceAccountIssuer = 'https://kubernetes.default.svc.cluster.local';

export function files(dir: string) {
  return {
    tokens: join(dir, 'tokens.csv'),
    serviceAccountKey: join(dir, 'service-account.key'),
    serviceAccountPublicKey: join(dir, 'service-account.pub'),
    certificates: join(dir, 'certificates'),
    /** The API server's own certificate, followed by that of the authority it made for itself. */
    servingCertificate: join(dir, 'certificates', 'apiserver.crt'),
    etcdData: join(dir, 'etcd'),
    log: (name: string) => join(dir, `${name}.log`),
    kubeconfig: (user: string) => join(dir, `${user}.kubeconfig`),
  };
}

function etcdArgs({ dir, ports }: ControlPlaneSettings): string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${files(dir).etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync', // the data is thrown away; a machine that loses power takes the tests with it
    '--log-level=warn',
  ];
}

function apiserverArgs({ dir, ports }: ControlPlaneSettings): string[] {
  const path = files(dir);
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.apiserver}`,
    // An address for the endpoints of Service default/kubernetes, which may not be a loopback address: TEST-NET-1 of RFC 5737.
    '--advertise-address=192.0.2.1',
    `--cert-dir=${path.certificates}`,
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${path.tokens}`,
    `--service-account-issuer=${serviceAccountIssuer}`,
    `--service-account-signing-key-file=${path.serviceAccountKey}`,
    `--service-account-key-file=${path.serviceAccountPublicKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--allow-privileged=true',
  ];
}

/** Throttling that protects a real API server only makes tests slow. */
const clientRate = ['--kube-api-qps=200', '--kube-api-burst=400'];

function ownKubeconfig(path: string): string[] {
  return [`--kubeconfig=${path}`, `--authentication-kubeconfig=${path}`, `--authorization-kubeconfig=${path}`];
}

function controllerManagerArgs({ dir, ports, nodeMonitorGraceSeconds }: ControlPlaneSettings): string[] {
  const path = files(dir);
  return [
    ...ownKubeconfig(path.kubeconfig('kube-controller-manager')),
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.controllerManager}`,
    '--leader-elect=false', // one replica; with election it would exit whenever the API server is away
    '--use-service-account-credentials',
    `--service-account-private-key-file=${path.serviceAccountKey}`,
    `--root-ca-file=${path.servingCertificate}`,
    '--node-monitor-period=1s',
    `--node-monitor-grace-period=${nodeMonitorGraceSeconds}s`,
    ...clientRate,
  ];
}

function schedulerArgs({ dir, ports }: ControlPlaneSettings): string[] {
  return [
    ...ownKubeconfig(files(dir).kubeconfig('kube-scheduler')),
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.scheduler}`,
    '--leader-elect=false',
    ...clientRate,
  ];
}

/** kwok renews a lease every quarter of its duration, so a node has four attempts within the grace period, as a kubelet has. */
export function kwokArgs(kubeconfig: string, port: number, leaseSeconds: number): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--config=${fileURLToPath(new URL('./kwok-stages.yaml', import.meta.url))}`,
    `--manage-nodes-with-label-selector=${reportingLabel.key}=${reportingLabel.value}`,
    `--node-lease-duration-seconds=${leaseSeconds}`,
    `--server-address=127.0.0.1:${port}`,
    '--cidr=10.244.0.0/16',
  ];
}

function kwokSettings({ dir, ports, nodeMonitorGraceSeconds }: ControlPlaneSettings): string[] {
  return kwokArgs(files(dir).kubeconfig('kwok'), ports.kwok, nodeMonitorGraceSeconds);
}

const argsOf: Record<ComponentName, (settings: ControlPlaneSettings) => string[]> = {
  etcd: etcdArgs,
  'kube-apiserver': apiserverArgs,
  'kube-controller-manager': controllerManagerArgs,
  'kube-scheduler': schedulerArgs,
  kwok: kwokSettings,
};

/** A program that finds no configuration of the user who runs the tests. */
export function isolatedSpec(name: ComponentName, program: Program, dir: string, args: readonly string[]): LaunchSpec {
  return { name, file: binary(program), args, env: { HOME: dir, PATH: '/usr/bin:/bin' }, log: files(dir).log(name) };
}

export function launchSpec(name: ComponentName, settings: ControlPlaneSettings): LaunchSpec {
  return isolatedSpec(name, name, settings.dir, [...argsOf[name](settings), ...(settings.extraArgs[name] ?? [])]);
}
