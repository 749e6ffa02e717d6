import { readFileSync } from 'node:fs';
import * as z from 'zod';

// What the held-out set promises, so that a figure measured with it means something. No pattern is applied here.
const stages = ['Source', 'Authentication', 'Artifact', 'Build', 'Queue', 'Deploy', 'Verify', 'Unknown'] as const;
const causes = [
  'CredentialsMissing',
  'CredentialsRejected',
  'NotFound',
  'RateLimited',
  'NetworkUnreachable',
  'TLS',
  'VerificationFailed',
  'InvalidManifest',
  'AdmissionDenied',
  'QuotaExceeded',
  'Unschedulable',
  'ImageMissing',
  'CrashLoop',
  'ProbeFailed',
  'DeadlineExceeded',
  'BuildFailed',
  'TestFailed',
  'RunnerUnavailable',
  'DependencyNotReady',
  'Unknown',
] as const;
const tools = ['argocd', 'flux', 'tekton', 'github-runner', 'gitlab-runner', 'kubernetes'] as const;

const entrySchema = z.strictObject({
  id: z.string().regex(/^[a-z-]+-\d{3}$/),
  tool: z.enum(tools),
  kind: z.string().regex(/^[A-Z]\w+$/),
  reason: z.string().regex(/^\w*$/),
  message: z.string().min(1),
  stage: z.enum(stages),
  cause: z.enum(causes),
  source: z.string().min(1),
  note: z.string(),
});

const folder = new URL('../test/fixtures/delivery-messages/', import.meta.url);
const read = (set: string) => z.array(entrySchema).parse(JSON.parse(readFileSync(new URL(`${set}.json`, folder), 'utf8')));
const entries = read('held-out');
const everything = [...entries, ...read('held-out-2'), ...read('held-out-3')];
const readme = readFileSync(new URL('README.md', folder), 'utf8');

const secrets: [what: string, pattern: RegExp][] = [
  ['e-mail address', /[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}/i],
  ['URL with user info', /\w+:\/\/[^\s/'"?#]*@(?!sha256:)/],
  ['token by its prefix', /\b(?:gh[opsur]_|github_pat_|glpat-|xox[abp]-|AKIA|ASIA|eyJ[\w-]{10}|AGE-SECRET-KEY)|-----BEGIN/],
  ['value given to a word for a secret', /\b(?:password|passwd|token|secret)=[^\s"'&]{8,}/i],
];

/** A run of 32 or more with capitals, small letters and digits: digests and commits have no capitals, and names no digits. */
function looksRandom(text: string): boolean {
  return (text.match(/[\w+=]{32,}/g) ?? []).some((run) => /[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run));
}

function how<Key>(many: Key[]): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of many) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

describe('the held-out delivery messages', () => {
  it('are at least 130, no id and no message twice', () => {
    expect(entries.length).toBeGreaterThanOrEqual(130);
    expect([...how(entries.map(({ id }) => id))].filter(([, times]) => times > 1)).toEqual([]);
    expect([...how(entries.map(({ message }) => message.trim()))].filter(([, times]) => times > 1)).toEqual([]);
  });

  it('have ids that say the tool and a number, and so nothing of the label', () => {
    expect(entries.filter(({ id, tool }) => id.replace(/-\d{3}$/, '') !== tool)).toEqual([]);
  });

  it('show every cause at least four times, every stage and every tool', () => {
    const shown = how(entries.map(({ cause }) => cause));
    expect(causes.filter((cause) => (shown.get(cause) ?? 0) < 4)).toEqual([]);
    expect(new Set(entries.map(({ stage }) => stage))).toEqual(new Set(stages));
    expect(new Set(entries.map(({ tool }) => tool))).toEqual(new Set(tools));
  });

  it('hold at least twelve that nobody can decide and ten whose words mislead', () => {
    expect(entries.filter(({ cause }) => cause === 'Unknown').length).toBeGreaterThanOrEqual(12);
    expect(entries.filter(({ note }) => /\bMisleading:/.test(note)).length).toBeGreaterThanOrEqual(10);
  });

  it('stay within 600 characters but for five of some KB', () => {
    const long = entries.filter(({ message }) => message.length > 600);
    expect(long.map(({ message }) => message.length > 2_000 && message.length < 10_000)).toEqual([true, true, true, true, true]);
  });

  it('follow the rules that tie a stage to a cause', () => {
    const identity = new Set<string>(['CredentialsMissing', 'CredentialsRejected']);
    expect(everything.filter(({ stage, cause }) => (stage === 'Authentication') !== identity.has(cause))).toEqual([]);
    const verdicts = new Set<string>(['VerificationFailed', 'ProbeFailed']);
    expect(everything.filter(({ stage, cause }) => verdicts.has(cause) && stage !== 'Verify')).toEqual([]);
  });

  it.each(secrets)('carry no %s', (_, pattern) => {
    expect(everything.filter((entry) => Object.values(entry).some((text) => pattern.test(text)))).toEqual([]);
  });

  it('carry nothing that looks like a token', () => {
    expect(everything.filter((entry) => Object.values(entry).some(looksRandom))).toEqual([]);
    expect(looksRandom('key 0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX')).toBe(true);
  });

  it('have a meaning written down for every stage and cause, and their number in the README', () => {
    expect([...stages, ...causes].filter((word) => !new RegExp(`^\\| ${word} +\\|`, 'm').test(readme))).toEqual([]);
    expect(readme).toContain(`All ${entries.length} entries`);
  });

  it('are not quoted in the rules that a writer of patterns may read', () => {
    const rules = readme.split('## Agreement')[0]!;
    expect(entries.filter(({ message }) => message.length > 20 && rules.includes(message))).toEqual([]);
  });
});
