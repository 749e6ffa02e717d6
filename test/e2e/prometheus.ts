import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { superviseProcesses } from '../controlplane/processes.ts';
import { namespace } from '../installation/operator.ts';
import { chart, release, until, type World } from './world.ts';

export interface Sample {
  metric: Record<string, string>;
  value: number;
}

export interface Prometheus {
  query(expression: string): Promise<Sample[]>;
  /** From now on; at first it is as the chart's ServiceMonitor has it. */
  scrapeEvery(seconds: number): Promise<void>;
  /** Of /api/v1/<path>, its `data`. */
  api<T>(path: string): Promise<T>;
  /** Resolves when the alert fires, or no longer does. */
  alert(name: string, state: 'firing' | 'resolved'): Promise<unknown>;
  stop(): Promise<void>;
}

/** Of the chart's ServiceMonitor. */
const usualSeconds = 30;
const url = 'http://127.0.0.1:9090';

/** The chart's rules with seconds for minutes where they wait, so that a test can see them fire: what they ask is what they ask. */
function impatientRules(): string {
  const rules = readFileSync(join(chart, 'alerts/rules.yaml'), 'utf8');
  return rules.replaceAll(/for: \d+m/g, 'for: 2s').replace('> 900', '> 3');
}

/** Debian's Prometheus, with a ServiceAccount as the chart's notes say. It is built without the discovery of Kubernetes: it asks at the Service. */
export async function startPrometheus({ cluster }: World): Promise<Prometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const processes = superviseProcesses(dir);
  await cluster.kubectl(['create', 'namespace', 'monitoring']);
  await cluster.kubectl(['create', 'serviceaccount', 'prometheus', '-n', 'monitoring']);
  await cluster.kubectl([
    ...['create', 'clusterrolebinding', 'prometheus-metrics', `--clusterrole=${release}-metrics-reader`],
    '--serviceaccount=monitoring:prometheus',
  ]);
  const { stdout: token } = await cluster.kubectl(['create', 'token', 'prometheus', '-n', 'monitoring', '--duration=24h']);
  const { spec } = await cluster.kubectlJson<{ spec: { clusterIP: string } }>(['get', 'service', release, '-n', namespace]);
  writeFileSync(join(dir, 'rules.yml'), impatientRules());
  const writeConfig = (seconds: number) => {
    const config = {
      global: { scrape_interval: `${seconds}s`, scrape_timeout: `${Math.min(seconds, 10)}s`, evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [
        {
          job_name: release,
          authorization: { credentials: token.trim() },
          static_configs: [{ targets: [`${spec.clusterIP}:8080`] }],
        },
      ],
    };
    writeFileSync(join(dir, 'prometheus.yml'), dump(config));
  };
  writeConfig(usualSeconds);
  const file = execFileSync('/bin/sh', ['-c', 'command -v prometheus'], { encoding: 'utf8' }).trim();
  const args = [`--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/data`, '--web.listen-address=127.0.0.1:9090'];
  await processes.launch({ name: 'prometheus', file, args, env: {}, log: join(dir, 'prometheus.log') });
  await until('Prometheus to be ready', async (see) => {
    see(readFileSync(join(dir, 'prometheus.log'), 'utf8').slice(-1_500));
    return await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  const api = async <T>(path: string) => ((await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: T }).data;
  const query = async (expression: string) => {
    type Answer = { result: { metric: Record<string, string>; value: [number, string] }[] };
    const { result } = await api<Answer>(`query?${new URLSearchParams({ query: expression })}`);
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  };
  return {
    query,
    api,
    scrapeEvery: async (seconds) => {
      writeConfig(seconds);
      await processes.signal('prometheus', 'SIGHUP');
      const interval = async () => (await api<{ yaml: string }>('status/config')).yaml;
      await until('the configuration to be read', async (see) => see(await interval()).includes(`scrape_interval: ${seconds}s`));
    },
    alert: (name, state) =>
      until(`${name} to be ${state}`, async (see) => {
        const firing = see(await query(`ALERTS{alertstate="firing"}`)).filter(({ metric }) => metric.alertname === name);
        return state === 'firing' ? firing.length > 0 : firing.length === 0;
      }),
    stop: () => processes.shutdown(2_000),
  };
}
