import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import semver from 'semver';
import { createProgram } from '../src/options.ts';
import { createRuntimeMetrics } from '../src/runtime/metrics.ts';
import { answer } from '../test/fakes/fake-api-server.ts';
import { createConnections } from '../test/fixtures/connection.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const connections = createConnections();
afterEach(() => connections.end());

/** What `--version` prints. */
async function printed(): Promise<string> {
  const text: string[] = [];
  const program = createProgram(async () => {})
    .exitOverride()
    .configureOutput({ writeOut: (part) => void text.push(part) });
  await program.parseAsync(['node', 'support-coverage-operator', '--version']).catch(() => {});
  return text.join('').trim();
}

/** What an API server is told. */
async function userAgent(): Promise<string | undefined> {
  const server = await connections.server();
  server.on('GET', '/version', [answer({})]);
  await connections.connect(server).json({ path: '/version' });
  return server.requests[0]?.headers['user-agent'];
}

async function buildInfo(): Promise<string | undefined> {
  const text = await createRuntimeMetrics().registry.getSingleMetricAsString('supportcoverage_build_info');
  return /version="([^"]*)"/.exec(text)?.[1];
}

it('the version is one: of the package, its lock, --version, the User-Agent, the metrics and the chart', async () => {
  const chart = load(read('charts/support-coverage-operator/Chart.yaml')) as { version: string; appVersion: string };
  const lock = JSON.parse(read('package-lock.json')) as { version: string; packages: Record<string, { version?: string }> };

  expect(semver.valid(version)).toBe(version);
  expect({
    lock: [lock.version, lock.packages['']?.version],
    printed: await printed(),
    userAgent: await userAgent(),
    buildInfo: await buildInfo(),
    chart: [chart.version, chart.appVersion],
  }).toEqual({
    lock: [version, version],
    printed: version,
    userAgent: `support-coverage-operator/${version}`,
    buildInfo: version,
    chart: [version, version],
  });
});

it('what people copy names that version, and the changelog has it or what comes next', () => {
  const images = ['Dockerfile', 'charts/support-coverage-operator/README.md'].flatMap((file) =>
    [...read(file).matchAll(/support-coverage-operator:(\d[^\s`]*)/g)].map(([, tag]) => tag),
  );
  const headings = [...read('CHANGELOG.md').matchAll(/^## \[([^\]]+)\]/gm)].map(([, heading]) => heading);

  expect(images.length).toBeGreaterThan(1);
  expect([...new Set(images)]).toEqual([version]);
  expect(headings.filter((heading) => heading === version || heading === 'Unreleased')).not.toEqual([]);
  expect(headings.filter((heading) => heading !== 'Unreleased' && !semver.valid(heading))).toEqual([]);
});
