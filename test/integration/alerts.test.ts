import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { chart } from '../../tools/render-manifests.ts';

/** promtool is Debian's, as `make prometheus` installs it. */
const file = `${chart}/alerts/rules.yaml`;
const rules = (load(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const names = rules.map(({ alert }) => alert);
const minute = 60;
const scraped = { job: 'operator', namespace: 'platform-support', instance: '10.0.0.1:8080', pod: 'operator-a' };
const nextLeader = { ...scraped, instance: '10.0.0.2:8080', pod: 'operator-b' };
const coverage = { coverage: 'production', coverage_namespace: 'support' };

interface Rule {
  alert: string;
  annotations: Record<string, string>;
}

interface Series {
  metric: string;
  labels: Record<string, string>;
  /** In promtool's notation, one a minute from the beginning: `0x5 1x20`; `_` where nothing was scraped, `stale` where it was told to be gone. */
  values: string;
}

const labelsText = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');

/** Series as the operator writes them. */
const written = (metric: string, labels: Record<string, string>, values: string, from: Record<string, string> = scraped): Series => ({
  metric,
  labels: { ...from, ...labels },
  values,
});
const condition = (type: string, status: string, values: string, from?: Record<string, string>) =>
  written('supportcoverage_condition', { ...coverage, type, status }, values, from);
const findings = (severity: string, values: string, scope = 'Support') =>
  written('supportcoverage_findings', { ...coverage, cluster: 'local', check: 'some-check', severity, scope }, values);
const drift = (fact: string, values: string) => written('supportcoverage_drift', { ...coverage, cluster: 'local', fact }, values);
const nextCheck = (values: string) => written('supportcoverage_next_check_timestamp_seconds', coverage, values);
const buildInfo = (values: string, from?: Record<string, string>) =>
  written('supportcoverage_build_info', { version: '1.2.3' }, values, from);
const leads = (values: string, from?: Record<string, string>) =>
  written('leader_election_master_status', { name: 'support-coverage-operator' }, values, from);

interface Firing {
  severity?: string | undefined;
  summary?: string | undefined;
  labels: Record<string, string>;
}

/** The alerts of a name that fire at a minute. promtool is told to expect what cannot be, and says what there is instead. */
function firing(series: readonly Series[], alertname: string, atMinute: number, rules = file): Firing[] {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  try {
    const expected = { eval_time: `${atMinute}m`, alertname, exp_alerts: [{ exp_labels: { never: 'this' } }] };
    const input = series.map(({ metric, labels, values }) => ({ series: `${metric}{${labelsText(labels)}}`, values }));
    const tests = [{ interval: '1m', input_series: input, alert_rule_test: [expected] }];
    writeFileSync(join(folder, 'test.yaml'), dump({ rule_files: [rules], evaluation_interval: '1m', tests }));
    const { stdout, stderr, error } = spawnSync('promtool', ['test', 'rules', join(folder, 'test.yaml')], { encoding: 'utf8' });
    if (error) throw error;
    const [, got] = /\bgot:\[([\s\S]*)\]/.exec(`${stdout}${stderr}`) ?? [];
    if (got === undefined) throw new Error(`promtool did not judge: ${stdout}${stderr}`);
    return [...got.matchAll(/Labels:\{(.*)\}\s+Annotations:\{(.*)\}/g)].map(([, labels = '', annotations = '']) => {
      const { alertname: _, severity, ...rest } = pairs(labels);
      return { severity, summary: pairs(annotations).summary, labels: rest };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const pairs = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, value]));

const severities = (series: readonly Series[], alertname: string, atMinute: number) =>
  firing(series, alertname, atMinute).map(({ severity }) => severity);

it('promtool takes the rule file, whose names all begin so that the operator leaves its own alerts alone', () => {
  const { status, stdout } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });

  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/SUCCESS: \d+ rules found/) });
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !name.startsWith('SupportCoverage'))).toEqual([]);
});

it('each alert has a paragraph in docs/alerts.md that says what to do, and names no runbook that is not there', () => {
  const page = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');
  const sections = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split('\n')[0], section]),
  );

  expect([...sections.keys()].filter((title) => title?.startsWith('SupportCoverage')).sort()).toEqual([...new Set(names)].sort());
  for (const name of names) expect([name, sections.get(name)]).toEqual([name, expect.stringMatching(/What to do: \S/)]);
  expect(rules.filter(({ annotations }) => annotations.runbook_url)).toEqual([]);
});

describe('SupportCoverageUnhealthy', () => {
  const name = 'SupportCoverageUnhealthy';
  const unhealthy = condition('Healthy', 'False', '0 0 1x6 0x20');

  it('fires while the coverage is unhealthy and says which', () => {
    const series = [unhealthy, findings('warning', '0 0 1x6 0x20')];

    expect(firing(series, name, 1)).toEqual([]);
    expect(firing(series, name, 3)).toEqual([
      { severity: 'warning', summary: 'Coverage support/production is not healthy.', labels: expect.objectContaining(coverage) },
    ]);
    expect(firing(series, name, 10)).toEqual([]);
  });

  it('is one alert, critical while something critical is open that support answers for', () => {
    const both = [unhealthy, findings('warning', '0 0 1x6 0x20'), findings('critical', '0 0 1x2 0x20')];
    expect(severities(both, name, 3)).toEqual(['critical']);
    expect(severities(both, name, 7)).toEqual(['warning']);
    const customers = [unhealthy, findings('warning', '0 0 1x20'), findings('critical', '0 0 1x20', 'Customer')];
    expect(severities(customers, name, 3)).toEqual(['warning']);
  });

  it('leaves drift alone to its own alert, and still fires where there is no finding to point to', () => {
    expect(severities([unhealthy, drift('addons', '0 0 1x20')], name, 3)).toEqual([]);
    expect(severities([unhealthy, drift('addons', '0 0 1x20'), findings('warning', '0 0 1x20')], name, 3)).toEqual(['warning']);
    expect(severities([unhealthy, drift('addons', '0x20'), findings('warning', '0x20')], name, 3)).toEqual(['warning']);
  });

  it('goes on while the operator restarts or another replica takes over, as the same alert', () => {
    const restarted = [condition('Healthy', 'False', '1x4 stale _ _ 1x10'), findings('warning', '1x4 stale _ _ 1x10')];
    for (const atMinute of [4, 5, 7, 9]) expect(severities(restarted, name, atMinute)).toEqual(['warning']);
    const takenOver = [condition('Healthy', 'False', '1x4 stale'), condition('Healthy', 'False', '_x5 1x10', nextLeader)];
    for (const atMinute of [4, 6, 8]) {
      const [alert, ...others] = firing(takenOver, name, atMinute);
      expect(others).toEqual([]);
      expect(Object.keys(alert!.labels)).not.toEqual(expect.arrayContaining(['pod']));
    }
  });

  it('is over for good five minutes after a coverage was deleted', () => {
    const deleted = [condition('Healthy', 'False', '1x4 stale'), findings('warning', '1x4 stale')];

    expect(severities(deleted, name, 12)).toEqual([]);
  });
});

describe('SupportCoverageDrift', () => {
  const name = 'SupportCoverageDrift';

  it('counts the differences of a cluster over all facts, and resolves with the last', () => {
    const series = [condition('BaselineInSync', 'False', '1x5 0x9'), drift('addons', '2x5 0x9'), drift('namespaces', '1x5 0x9')];

    expect(firing(series, name, 3)).toEqual([
      {
        severity: 'warning',
        summary: 'Cluster local differs from the approved baseline of coverage support/production in 3 places.',
        labels: expect.objectContaining({ ...coverage, cluster: 'local' }),
      },
    ]);
    expect(firing(series, name, 7)).toEqual([]);
  });

  it('does not vouch for what was found before the coverage was suspended', () => {
    const suspended = [
      condition('BaselineInSync', 'False', '1x5 0x9'),
      condition('BaselineInSync', 'Unknown', '0x5 1x9'),
      drift('addons', '2x20'),
    ];

    expect(severities(suspended, name, 3)).toEqual(['warning']);
    expect(severities(suspended, name, 8)).toEqual([]);
  });
});

describe('SupportCoverageUnknown', () => {
  const name = 'SupportCoverageUnknown';
  const unknown = condition('Healthy', 'Unknown', '1x60');

  it('fires where something cannot be read for half an hour', () => {
    expect(severities([unknown, nextCheck('99999x60')], name, 29)).toEqual([]);
    expect(severities([unknown, nextCheck('99999x60')], name, 31)).toEqual(['warning']);
  });

  it('stays silent about a coverage that is suspended', () => {
    expect(severities([unknown], name, 50)).toEqual([]);
  });
});

it('SupportCoverageStalled fires where a coverage is not obeyed for a quarter of an hour, suspended or not', () => {
  const stalled = [condition('Stalled', 'True', '1x40')];

  expect(severities(stalled, 'SupportCoverageStalled', 14)).toEqual([]);
  expect(severities(stalled, 'SupportCoverageStalled', 16)).toEqual(['warning']);
});

describe('SupportCoverageChecksStale', () => {
  const name = 'SupportCoverageChecksStale';
  const due = 10 * minute;

  it('fires where a check is a quarter of an hour late and five minutes more, and resolves when checks run again', () => {
    const series = [nextCheck(`${due}x40 ${60 * minute}x20`)];

    expect(severities(series, name, 25)).toEqual([]);
    expect(severities(series, name, 29)).toEqual([]);
    expect(firing(series, name, 32)).toMatchObject([
      { severity: 'warning', summary: expect.stringMatching(/production are 22m 0s late\.$/) },
    ]);
    expect(severities(series, name, 42)).toEqual([]);
  });

  it('is no false alarm when the operator comes back after hours, with the next check of before until its first pass', () => {
    const back = [nextCheck(`${due}x8 stale _x110 ${due}x1 ${130 * minute}x20`)];

    for (const atMinute of [119, 120, 121, 122, 125, 130]) expect(severities(back, name, atMinute)).toEqual([]);
  });
});

describe('SupportCoverageOperatorDown', () => {
  const name = 'SupportCoverageOperatorDown';

  it('fires where nobody was scraped for five minutes, and resolves with the first scrape', () => {
    const series = [buildInfo('1x3 stale _x9 1x20')];

    expect(severities(series, name, 8)).toEqual([]);
    expect(severities(series, name, 10)).toEqual(['critical']);
    expect(severities(series, name, 15)).toEqual([]);
  });

  it('fires where the operator was never scraped, and not while one of two replicas is', () => {
    expect(severities([], name, 6)).toEqual(['critical']);
    expect(severities([buildInfo('1x3 stale'), buildInfo('1x30', nextLeader)], name, 20)).toEqual([]);
  });

  it('is no false alarm for a restart', () => {
    const series = [buildInfo('1x3 stale _x2 1x20')];

    for (const atMinute of [4, 6, 8]) expect(severities(series, name, atMinute)).toEqual([]);
  });
});

describe('SupportCoverageNoLeader', () => {
  const name = 'SupportCoverageNoLeader';

  it('fires where every replica waits for five minutes, one alert for them all', () => {
    const waiting = [leads('0x20'), leads('0x20', nextLeader)];

    expect(severities(waiting, name, 4)).toEqual([]);
    expect(severities(waiting, name, 6)).toEqual(['critical']);
  });

  it('stays silent where one leads, whichever it is', () => {
    const handedOver = [leads('1x8 0x20'), leads('0x8 0 1x20', nextLeader)];

    for (const atMinute of [6, 9, 20]) expect(severities(handedOver, name, atMinute)).toEqual([]);
  });
});

describe('the rule of docs/checks/gitlab-runner.md', () => {
  const page = readFileSync(new URL('../../docs/checks/gitlab-runner.md', import.meta.url), 'utf8');
  const [, written = ''] = /```yaml\n(groups:\n[\s\S]*?)```/.exec(page) ?? [];
  const failed = (failure_reason: string, values: string): Series => ({
    metric: 'gitlab_runner_failed_jobs_total',
    labels: { namespace: 'ci', runner: 'abc', failure_reason },
    values,
  });
  let folder: string;
  let rules: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitlab-'));
    rules = join(folder, 'rules.yaml');
    writeFileSync(rules, written);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('fires on three jobs within an hour that the runner failed, with namespace and reason', () => {
    expect(firing([failed('runner_system_failure', '0x10 1x10 2x10 3x60')], 'GitLabRunnerJobsFail', 45, rules)).toEqual([
      {
        severity: 'warning',
        summary: 'Jobs of the GitLab runner in ci fail by runner_system_failure.',
        labels: { namespace: 'ci', failure_reason: 'runner_system_failure' },
      },
    ]);
  });

  it('is silent about fewer, and about scripts that fail', () => {
    expect(firing([failed('runner_system_failure', '0x10 1x10 2x60')], 'GitLabRunnerJobsFail', 45, rules)).toEqual([]);
    expect(firing([failed('script_failure', '0+1x60')], 'GitLabRunnerJobsFail', 45, rules)).toEqual([]);
  });
});
