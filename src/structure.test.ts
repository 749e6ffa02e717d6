import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** What each folder may import of ours, besides itself. Data flows from observe to report; nothing looks back. */
const allowed: Record<string, readonly string[]> = {
  api: [],
  kube: ['version'],
  runtime: ['kube', 'version'],
  observe: ['kube', 'runtime'],
  checks: ['api', 'kube', 'observe'],
  baseline: ['api', 'kube', 'observe', 'checks'],
  findings: ['api', 'kube', 'observe', 'checks', 'baseline'],
  report: ['api', 'kube', 'runtime', 'observe', 'checks', 'baseline', 'findings'],
  coverage: ['api', 'kube', 'runtime', 'observe', 'checks', 'baseline', 'findings', 'report'],
  cli: ['api', 'kube', 'runtime', 'observe', 'checks', 'baseline', 'findings', 'report', 'coverage', 'version'],
  options: ['api', 'observe', 'runtime', 'version'],
  version: [],
};

/** Where the parts are put together. */
const assembling = ['main', 'operator'];

const root = new URL('..', import.meta.url).pathname;
const sources = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));

/** The folder below src/ that a file lies in, or the file's own name for what lies in src/ itself. */
function partOf(file: string): string {
  return file.split('/')[1]!.replace(/\.ts$/, '');
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    (match) => match[1] ?? match[2] ?? match[3]!,
  );
}

const edges = sources.flatMap((file) =>
  importsOf(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => ({ file, target: normalize(join(dirname(file), target)) })),
);

it('sees the imports at all', () => {
  expect(edges.length).toBeGreaterThan(100);
});

it('each folder imports only what architecture allows', () => {
  const wrong = edges.filter(({ file, target }) => {
    const [from, to] = [partOf(file), partOf(target)];
    return !assembling.includes(from) && from !== to && !allowed[from]?.includes(to);
  });
  expect(wrong).toEqual([]);
});

it('a check imports no other area’s checks but what it shares, and never another check', () => {
  const isCheck = (file: string) =>
    /^src\/checks\/[^/]+\/.+\.ts$/.test(file) && readFileSync(join(root, file), 'utf8').includes('= defineCheck(');
  expect(edges.filter(({ file, target }) => isCheck(file) && isCheck(target))).toEqual([]);
});

it('client-node is loaded by nobody who does not need it for a credential plugin', () => {
  const using = (pattern: RegExp) => sources.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')));
  expect(using(/^import (?!type\b)[^;]*from '@kubernetes\/client-node'/m)).toEqual([]);
  expect(using(/import\('@kubernetes\/client-node'\)/)).toEqual(['src/kube/kubeconfig.ts']);
});

it('the operator loads nothing of the commands, and to choose a command nothing of the operator is loaded', () => {
  const loaded = (file: string) =>
    readFileSync(join(root, file), 'utf8').matchAll(/^(?:import|export) (?!type\b)[^'"]*?from '(\.[^']+)'/gm);
  const reached = (file: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const [, target = ''] of loaded(file)) reached(normalize(join(dirname(file), target)), seen);
    return seen;
  };
  expect([...reached('src/main.ts')]).toEqual(['src/main.ts']);
  expect([...reached('src/operator.ts')].filter((file) => file.startsWith('src/cli/'))).toEqual([]);
  expect(
    [...reached('src/cli/main.ts')].filter((file) => /^src\/(operator|options|checks|coverage|report|findings|baseline)/.test(file)),
  ).toEqual([]);
});

it('nothing writes to the cluster but the reports, the lease, Events, access reviews and what a person asks a command for, and nothing else is sent but to contact lines', () => {
  const writers = sources.filter((file) => /method: '(POST|PUT|PATCH|DELETE)'/.test(readFileSync(join(root, file), 'utf8')));
  expect(writers.sort()).toEqual([
    'src/cli/store.ts',
    'src/coverage/corrections.ts',
    'src/coverage/store.ts',
    'src/runtime/event-recorder.ts',
    'src/runtime/leader-election.ts',
    'src/runtime/metrics-server.ts',
    // Not to the cluster: to addresses that users wrote.
    'src/runtime/outbound.ts',
  ]);
});

it('nothing speaks HTTP but the transport to API servers and the guarded way to addresses that users wrote', () => {
  const speakers = sources.filter((file) =>
    importsOf(file).some((target) => /^(undici(\/.*)?|(node:)?(http|https|http2))$|\/undici\.ts$/.test(target)),
  );
  expect(speakers.sort()).toEqual([
    'src/kube/transport.ts',
    // Which of undici's files are loaded.
    'src/kube/undici.ts',
    'src/runtime/health-server.ts',
    'src/runtime/metrics-server.ts',
    'src/runtime/outbound.ts',
  ]);
  expect(sources.filter((file) => /\bfetch\(/.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
});

it('the runtime knows no word of the domain', () => {
  const runtime = sources.filter((file) => file.startsWith('src/runtime/'));
  const words = /\b(SupportCoverage|baseline|finding|tier|escalation)s?\b/i;
  expect(runtime.filter((file) => words.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
});

it('no folder hides behind a name that says nothing', () => {
  expect(sources.filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager)(\.|\/)/i.test(file))).toEqual([]);
});
