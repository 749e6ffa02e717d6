import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A program that is measured beside the operator. */
export interface Peer {
  /** Of its executable, and of the folder of the Go module that says its version. */
  name: string;
  /** The Go package that it is. */
  from: string;
  firstTime: string;
}

export const popeye: Peer = { name: 'popeye', from: 'github.com/derailed/popeye', firstTime: '5 minutes' };
export const kubeStateMetrics: Peer = { name: 'kube-state-metrics', from: 'k8s.io/kube-state-metrics/v2', firstTime: '4 minutes' };

export const directoryOf = ({ name }: Peer): string => fileURLToPath(new URL(name, import.meta.url));

/** Its name with the version that is built. Throws where its go.mod does not require it. */
export function titleOf(peer: Peer): string {
  const required = readFileSync(`${directoryOf(peer)}/go.mod`, 'utf8').split(/\s+/);
  const version = required[required.indexOf(peer.from) + 1];
  if (!version?.startsWith('v')) throw new Error(`${directoryOf(peer)}/go.mod does not require ${peer.from}`);
  return `${peer.name} ${version.slice(1)}`;
}
