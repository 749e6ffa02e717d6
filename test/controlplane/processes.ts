/**
 * The harness's side of the supervisor: starts processes that end with the harness, whichever way the harness ends.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LaunchSpec, ProcessSignal, SupervisorCommand, SupervisorMessage, SupervisorRequest } from './supervisor-protocol.ts';

export interface Processes {
  /** Starts a process and returns its pid. Rejects when the file cannot be executed or the name is taken. */
  launch(spec: LaunchSpec): Promise<number>;
  /** Resolves when the process is gone: SIGTERM first, SIGKILL after `graceMs` milliseconds (0: SIGKILL at once). */
  stop(name: string, graceMs: number): Promise<void>;
  signal(name: string, signal: ProcessSignal): Promise<void>;
  /** Has a program run when every process is gone, however this process ends. Its `log` is removed with the directory. */
  atEnd(spec: LaunchSpec): Promise<void>;
  /** The pid while the process runs. */
  pid(name: string): number | undefined;
  /** How the process ended last, e.g. `exit code 1`; undefined while it runs or when it never started. */
  ending(name: string): string | undefined;
  /** Ends all of them, removes the directory, and resolves when the supervisor itself is gone. A second call waits for the first. */
  shutdown(graceMs: number): Promise<void>;
}

interface Pending {
  command: SupervisorCommand;
  resolve(pid: number | undefined): void;
  reject(error: Error): void;
}

interface State {
  pids: Map<string, number>;
  endings: Map<string, string>;
  pending: Map<number, Pending>;
}

/** The supervisor never needs NODE_OPTIONS of the test runner, and a component needs nothing of the environment at all. */
function forkSupervisor(directory: string): ChildProcess {
  const log = openSync(join(directory, 'supervisor.log'), 'a', 0o600);
  const child = fork(fileURLToPath(new URL('./supervisor.ts', import.meta.url)), [directory], {
    cwd: '/',
    detached: true,
    env: { PATH: process.env.PATH ?? '' },
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return child;
}

function receive(state: State, message: SupervisorMessage): void {
  if (message.type === 'exited') {
    state.endings.set(message.name, message.signal === null ? `exit code ${message.code}` : `signal ${message.signal}`);
    if (state.pids.get(message.name) === message.pid) state.pids.delete(message.name);
    return;
  }
  const waiting = state.pending.get(message.id);
  state.pending.delete(message.id);
  if (waiting?.command.op === 'launch' && message.pid !== undefined) {
    state.endings.delete(waiting.command.spec.name);
    state.pids.set(waiting.command.spec.name, message.pid);
  }
  if (message.error === undefined) waiting?.resolve(message.pid);
  else waiting?.reject(new Error(message.error));
}

/** A supervisor that was itself killed leaves its process group and the directory behind; the group's id is the supervisor's pid. */
function endGroup(child: ChildProcess, state: State, directory: string): void {
  for (const waiting of state.pending.values()) waiting.reject(new Error('the supervisor process ended'));
  state.pending.clear();
  if (state.pids.size === 0 || child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: the group is empty, which is what we want
  }
  state.pids.clear();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Starts a supervisor for processes that work in `directory`; the directory is removed when it ends.
 * It does not keep this process alive: a program that has nothing else to do ends, and the processes with it.
 */
export function superviseProcesses(directory: string): Processes {
  const state: State = { pids: new Map(), endings: new Map(), pending: new Map() };
  const child = forkSupervisor(directory);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let lastId = 0;
  let down: Promise<void> | undefined;

  child.on('message', (message) => {
    receive(state, message as SupervisorMessage);
    if (state.pending.size === 0) child.channel?.unref();
  });
  child.on('error', () => endGroup(child, state, directory));
  child.once('exit', () => endGroup(child, state, directory));
  child.unref();

  function request(command: SupervisorCommand): Promise<number | undefined> {
    lastId += 1;
    const message: SupervisorRequest = { ...command, id: lastId };
    return new Promise((resolve, reject) => {
      if (!child.connected) {
        reject(new Error('the supervisor process has ended'));
        return;
      }
      state.pending.set(message.id, { command, resolve, reject });
      child.channel?.ref();
      child.send(message);
    });
  }

  async function shutdown(graceMs: number): Promise<void> {
    child.ref();
    if (child.connected) await request({ op: 'shutdown', graceMs });
    await gone;
  }

  return {
    async launch(spec) {
      const pid = await request({ op: 'launch', spec });
      if (pid === undefined) throw new Error(`${spec.name} has no pid`);
      return pid;
    },
    stop: async (name, graceMs) => void (await request({ op: 'stop', name, graceMs })),
    signal: async (name, signal) => void (await request({ op: 'signal', name, signal })),
    atEnd: async (spec) => void (await request({ op: 'atEnd', spec })),
    pid: (name) => state.pids.get(name),
    ending: (name) => state.endings.get(name),
    shutdown(graceMs) {
      down ??= shutdown(graceMs);
      return down;
    },
  };
}

/** The last lines of a log file, for error messages. */
export function tail(file: string, lines = 20): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch (error) {
    return `(${file} cannot be read: ${error instanceof Error ? error.message : String(error)})`;
  }
}
