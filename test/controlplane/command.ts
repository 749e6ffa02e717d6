import { spawn } from 'node:child_process';
import type { CommandResult } from './cluster-handle.ts';

export interface CommandOptions {
  input?: string;
  env?: Readonly<Record<string, string | undefined>>;
  timeoutMs?: number;
}

const defaultTimeoutMs = 60_000;

/**
 * Runs a program to its end and collects what it prints. A program that fails is a result, not an error.
 * @throws Error when it cannot be started (with `code: 'ENOENT'` when there is no such program) or does not end within `timeoutMs`.
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { input = '', env = process.env, timeoutMs = defaultTimeoutMs } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { env, stdio: 'pipe' });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => undefined); // a program that ends without reading its input is judged by its exit code
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      const result = { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code: code ?? -1 };
      if (timedOut) reject(new Error(`${[file, ...args].join(' ')} did not end within ${timeoutMs / 1000} s\n${result.stderr}`));
      else resolve(result);
    });
    child.stdin.end(input);
  });
}
