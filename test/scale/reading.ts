import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Collection } from './collections.ts';

/** How one program read all collections once. */
export interface Reading {
  /** First request → all complete. */
  seconds: number;
  peakRssMb: number;
  bytes?: number;
  objects?: number;
}

/** Runs one of the programs of this folder in a process of its own. Rejects with the end of what it wrote where it fails. */
export function read(program: 'raw-transfer.ts' | 'informer.ts', kubeconfig: string, collections: readonly Collection[]): Promise<Reading> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [file, kubeconfig, JSON.stringify(collections)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      if (code === 0) resolve(JSON.parse(output) as Reading);
      else reject(new Error(`${program} ended with ${code}: ${errors.trim()}`));
    });
  });
}
