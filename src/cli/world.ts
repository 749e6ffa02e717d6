import type { Transport } from '../kube/transport.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import type { Feature } from '../observe/features.ts';
import type { Clock } from '../runtime/clock.ts';

/** Where a command speaks to a person or a script. */
export interface Terminal {
  /** A text for standard output; a line end is added. */
  print(text: string): void;
  /** A line for standard error. */
  note(text: string): void;
  /** Asks a question that is answered with yes or no. Absent where nobody is there to answer. */
  confirm?: (question: string) => Promise<boolean>;
}

/** Which cluster and namespace a command is about, as far as flags say so. */
export interface Target {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
}

export interface Session {
  transport: Transport;
  namespace: string;
  /** Of the kubeconfig. */
  context?: string;
}

/** What is to be seen of a cluster, once. */
export interface Look {
  session: Session;
  /** The cluster's name in the coverage. */
  cluster: string;
  features: readonly Feature[];
  timeoutMs: number;
}

/** Everything outside a command, so that a test can stand in for it. */
export interface World {
  terminal: Terminal;
  clock: Clock;
  connect(target: Target): Promise<Session>;
  observe(look: Look): Promise<ClusterView>;
  /** The text of a file; of standard input for `-`. */
  readFile(path: string): Promise<string>;
}

export type OutputFormat = 'text' | 'json' | 'yaml';

/** What a person asks for that cannot be done; the message is all there is to say. */
export class CommandError extends Error {}
