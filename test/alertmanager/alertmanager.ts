import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../controlplane/ports.ts';
import { type Processes, superviseProcesses, tail } from '../controlplane/processes.ts';
import { waitFor } from '../controlplane/wait.ts';

export interface ActiveAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  receivers: { name: string }[];
}

/** A real Alertmanager on a loopback port, without peers. */
export interface Alertmanager {
  readonly url: string;
  /** What it holds to be firing. */
  alerts(): Promise<ActiveAlert[]>;
  /** Ends the process; what it knew of alerts is gone, as it is when its Pod is deleted. */
  stop(): Promise<void>;
  /** Starts it, and waits until it is ready. */
  start(): Promise<void>;
}

export interface Alertmanagers {
  /** Starts one with a configuration. */
  add(config: string): Promise<Alertmanager>;
  shutdown(): Promise<void>;
}

const graceMs = 5_000;

/** Alertmanagers that end with this process, whichever way it ends. `make prometheus` installs the program. */
export function superviseAlertmanagers(): Alertmanagers {
  const directory = mkdtempSync(join(tmpdir(), 'alertmanager-'));
  const processes = superviseProcesses(directory);
  const file = execFileSync('/bin/sh', ['-c', 'command -v prometheus-alertmanager'], { encoding: 'utf8' }).trim();
  let added = 0;
  return {
    add: async (config) => {
      added += 1;
      const name = `alertmanager-${added}`;
      writeFileSync(join(directory, `${name}.yml`), config);
      const [port = 0] = await freePorts(1);
      const alertmanager = createAlertmanager(processes, { name, file, directory, url: `http://127.0.0.1:${port}` });
      await alertmanager.start();
      return alertmanager;
    },
    shutdown: () => processes.shutdown(graceMs),
  };
}

function createAlertmanager(
  processes: Processes,
  { name, file, directory, url }: Record<'name' | 'file' | 'directory' | 'url', string>,
): Alertmanager {
  const log = join(directory, `${name}.log`);
  const args = [
    `--config.file=${join(directory, `${name}.yml`)}`,
    `--storage.path=${join(directory, name)}`,
    `--web.listen-address=${new URL(url).host}`,
    '--cluster.listen-address=',
  ];
  return {
    url,
    alerts: async () => (await (await fetch(`${url}/api/v2/alerts?active=true&silenced=false&inhibited=false`)).json()) as ActiveAlert[],
    stop: () => processes.stop(name, graceMs),
    start: async () => {
      await processes.launch({ name, file, args, env: {}, log });
      await waitFor(`${name} to be ready`, async () => {
        if (processes.ending(name)) throw new Error(`it ended with ${processes.ending(name)}: ${tail(log)}`);
        return (await fetch(`${url}/-/ready`)).ok;
      });
    },
  };
}

/** Runs amtool; throws with what it prints where it is not content. */
export function amtool(...args: string[]): string {
  return execFileSync('amtool', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
