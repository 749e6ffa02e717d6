/**
 * What the harness and its supervisor (supervisor.ts, a process of its own) say to each other over the IPC channel.
 */
export interface LaunchSpec {
  /** A name of its own for the process, e.g. `etcd`; only one of a name runs at a time. */
  name: string;
  /** The executable's absolute path. */
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Absolute path of the file that receives standard output and standard error, appended. */
  log: string;
}

export type ProcessSignal = 'SIGSTOP' | 'SIGCONT' | 'SIGHUP' | 'SIGUSR1';

export type SupervisorCommand =
  | { op: 'launch'; spec: LaunchSpec }
  /** Ends the process: SIGTERM, and SIGKILL when it is still there after `graceMs` (0: SIGKILL at once). */
  | { op: 'stop'; name: string; graceMs: number }
  | { op: 'signal'; name: string; signal: ProcessSignal }
  /** A program to run once at the end, when every process is gone: what a process holds outside of itself, e.g. containers. */
  | { op: 'atEnd'; spec: LaunchSpec }
  /** Ends every process as `stop` does, runs what `atEnd` asked for, removes the directory and then the supervisor itself. */
  | { op: 'shutdown'; graceMs: number };

export type SupervisorRequest = SupervisorCommand & { id: number };

export type SupervisorMessage =
  | { type: 'reply'; id: number; pid?: number; error?: string }
  | { type: 'exited'; name: string; pid: number; code: number | null; signal: string | null };
