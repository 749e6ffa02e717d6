/**
 * Starts the control plane's processes and sees to it that none outlives the harness. It runs as a child process of the harness, in a
 * session of its own (a Ctrl-C in the terminal does not reach it), and is the parent of every component. However the harness ends, even by
 * SIGKILL, the operating system closes the IPC channel; the supervisor then kills all of them and removes the directory.
 *
 * Usage: supervisor.ts <directory to remove at the end>
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import type { LaunchSpec, SupervisorCommand, SupervisorMessage, SupervisorRequest } from './supervisor-protocol.ts';

interface Running {
  child: ChildProcess;
  exited: Promise<void>;
}

const directory = process.argv[2];
const running = new Map<string, Running>();
const atEnd: LaunchSpec[] = [];
let abandoned = false;

function send(message: SupervisorMessage, sent: () => void = () => undefined): void {
  // The channel may close between two messages; what then remains to be done is done by the disconnect handler.
  if (process.connected) process.send?.(message, sent);
}

function launch(spec: LaunchSpec): Promise<number> {
  if (abandoned) return Promise.reject(new Error('the supervisor is ending'));
  if (running.has(spec.name)) return Promise.reject(new Error(`${spec.name} is running already`));
  const log = openSync(spec.log, 'a', 0o600);
  const child = spawn(spec.file, [...spec.args], { env: { ...spec.env }, stdio: ['ignore', log, log] });
  closeSync(log);
  // Registered at once, so that there is no moment at which a started process is unknown to `abandon`.
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(spec.name);
      send({ type: 'exited', name: spec.name, pid: child.pid ?? -1, code, signal });
      resolve();
    });
  });
  if (child.pid !== undefined) running.set(spec.name, { child, exited });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? -1));
  });
}

async function stop(name: string, graceMs: number): Promise<void> {
  const found = running.get(name);
  if (!found) return;
  const kill = () => found.child.kill('SIGKILL');
  if (graceMs <= 0) {
    kill();
  } else {
    found.child.kill('SIGTERM');
    found.child.kill('SIGCONT'); // a paused process takes its SIGTERM only when it runs again
  }
  const timer = setTimeout(kill, graceMs);
  await found.exited;
  clearTimeout(timer);
}

/** Runs a program to its end; whether it succeeded is for its log to say, since at the end nobody listens. */
function runAtEnd(spec: LaunchSpec): Promise<void> {
  const log = openSync(spec.log, 'a', 0o600);
  const child = spawn(spec.file, [...spec.args], { env: { ...spec.env }, stdio: ['ignore', log, log] });
  closeSync(log);
  return new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

async function stopAll(graceMs: number): Promise<void> {
  await Promise.all([...running.keys()].map((name) => stop(name, graceMs)));
  for (const spec of atEnd.splice(0)) await runAtEnd(spec);
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}

async function execute(command: SupervisorCommand): Promise<number | undefined> {
  switch (command.op) {
    case 'launch':
      return await launch(command.spec);
    case 'stop':
      await stop(command.name, command.graceMs);
      return undefined;
    case 'signal': {
      const found = running.get(command.name);
      if (!found) throw new Error(`${command.name} is not running`);
      found.child.kill(command.signal);
      return found.child.pid;
    }
    case 'atEnd':
      atEnd.push(command.spec);
      return undefined;
    case 'shutdown':
      await stopAll(command.graceMs);
      return undefined;
  }
}

async function handle(request: SupervisorRequest): Promise<void> {
  const done = request.op === 'shutdown' ? () => process.disconnect?.() : undefined;
  try {
    const pid = await execute(request);
    send({ type: 'reply', id: request.id, ...(pid === undefined ? {} : { pid }) }, done);
  } catch (error) {
    send({ type: 'reply', id: request.id, error: error instanceof Error ? error.message : String(error) }, done);
  }
}

function abandon(): void {
  abandoned = true;
  void stopAll(0).then(() => process.exit(0));
}

process.on('message', (request) => void handle(request as SupervisorRequest));
process.on('disconnect', abandon);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, abandon);
