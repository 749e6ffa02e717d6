import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { load } from 'js-yaml';
import * as z from 'zod';
import { documented, generatedParts, withGenerated } from '../../tools/generate-docs.ts';
import { severities, tiers } from '../api/v1alpha1/fields.ts';
import { type CheckSetting, correctable } from '../api/v1alpha1/supportcoverage.ts';
import { facts } from '../baseline/catalogue.ts';
import { parseDuration } from '../kube/duration.ts';
import { resources } from '../observe/catalogue.ts';
import { probesOf } from '../observe/cluster-view.ts';
import { probeNames } from '../observe/probes/catalogue.ts';
import { areas, covers } from './areas.ts';
import { checks } from './catalogue.ts';
import { configureChecks } from './run.ts';

const root = new URL('../..', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const sources = readdirSync(join(root, 'src/checks'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const fileOf = (name: string) => sources.filter((file) => basename(file) === name);
const each = checks.map((check) => [check.id, check] as const);

it('every check is in the catalogue once, and everything in it has an id of its own', () => {
  const written = sources.filter((file) => !file.endsWith('.test.ts') && read(`src/checks/${file}`).includes('= defineCheck('));
  expect(written.map((file) => basename(file, '.ts')).sort()).toEqual(checks.map(({ id }) => id).sort());
  const ids = documented.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('a coverage may allow the corrections of those checks and facts that make any', () => {
  const correcting = sources.filter(
    (file) =>
      !file.endsWith('.test.ts') &&
      /\bcorrections[:,]/.test(read(`src/checks/${file}`)) &&
      read(`src/checks/${file}`).includes('= defineCheck('),
  );
  const ofFacts = facts.filter((fact) => fact.correct).map(({ id }) => id);
  expect([...correcting.map((file) => basename(file, '.ts')), ...ofFacts].sort()).toEqual([...correctable].sort());
});

describe.each(each)('%s', (id, check) => {
  it('has a source file, a test file and a page of its name', () => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(fileOf(`${id}.ts`)).toHaveLength(1);
    expect(fileOf(`${id}.test.ts`)).toEqual([fileOf(`${id}.ts`)[0]?.replace(/\.ts$/, '.test.ts')]);
    expect(read(`docs/checks/${id}.md`)).toMatch(new RegExp(`^# ${id}\n`));
  });

  it('stands in the folder of its area', () => {
    expect(fileOf(`${id}.ts`)[0]).toBe(join(check.area.toLowerCase(), `${id}.ts`));
  });

  it('says everything about itself', () => {
    expect(tiers).toContain(check.tier);
    expect(severities).toContain(check.severity);
    expect(covers(check.tier, areas[check.area].tier)).toBe(true);
    expect(parseDuration(check.for)).toBeDefined();
    expect(check.title).toMatch(/^[A-Z].*[^.]$/);
    expect(check.remediation).toMatch(/^[A-Z].{40,}\.$/);
    expect(check.references.length).toBeGreaterThan(0);
    const { resources: watched = [], optional = [] } = check.needs;
    const probes = probesOf(check.needs);
    expect(watched.length + probes.length).toBeGreaterThan(0);
    for (const name of [...watched, ...optional]) expect(Object.keys(resources)).toContain(name);
    for (const name of probes) expect(probeNames).toContain(name);
  });

  it('names the alerts of kubernetes-mixin that it refers to as those that it tells itself', () => {
    const mixin = check.references.filter((reference) => reference.startsWith('kubernetes-mixin: ')).join();
    expect((mixin.match(/\bKube[A-Z]\w+/g) ?? []).filter((alert) => !check.alerts?.includes(alert))).toEqual([]);
  });

  it('has documented parameters whose defaults are valid', () => {
    expect(configureChecks([check], []).problems).toEqual([]);
    const shape = check.parameters instanceof z.ZodObject ? (check.parameters.shape as Record<string, z.ZodType>) : undefined;
    expect(shape).toBeDefined();
    for (const schema of Object.values(shape ?? {})) {
      const docs = schema.meta();
      expect(docs).toMatchObject({ description: expect.stringMatching(/\.$/), range: expect.stringMatching(/./) });
      expect(schema.parse(docs?.default)).toEqual(schema.parse(undefined));
    }
  });

  it('refuses a parameter that it does not have', () => {
    const parameters = { nonsense: '1' };
    expect(configureChecks([check], [{ check: id, enabled: true, parameters }]).problems).toHaveLength(1);
  });

  it('is tested where it fires, at its boundary, for normal states that look like the fault, and where it cannot judge', () => {
    const test = read(`src/checks/${fileOf(`${id}.test.ts`)[0]}`);
    for (const block of ['fires', 'at its boundaries', 'is silent']) expect(test).toContain(`describe('${id} ${block}', () => {`);
    expect(test).toMatch(/unknown, not healthy/);
  });
});

describe.each(documented.map(({ id }) => id))('the page of %s', (id) => {
  const page = read(`docs/checks/${id}.md`);

  it('has the sections that every page has, in their order', () => {
    const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(sections).toEqual(['What to do', 'What it sees', 'Why it matters', 'When this is fine', 'How to tune']);
  });

  it('has examples that work as they are written', () => {
    const examples = [...page.matchAll(/```yaml\n(checks:.+?)```/gs)].map(([, text = '']) => load(text));
    const settings = examples.flatMap((example) => (example as { checks: { settings: CheckSetting[] } }).checks.settings);
    for (const setting of settings) {
      expect(setting.check).toBe(id);
      expect(setting.enabled !== false || setting.reason).toBeTruthy();
      expect(configureChecks(checks, [setting]).problems).toEqual([]);
    }
    expect(settings.length).toBe(checks.some((check) => check.id === id) ? 1 : 0);
  });

  it('links only to pages that are there', () => {
    for (const [, target] of page.matchAll(/\]\(([^)#]+)\)/g)) expect(() => read(`docs/checks/${target}`)).not.toThrow();
  });
});

it.each(generatedParts().filter(({ file }) => file.startsWith('docs/checks/')))(
  'the generated part of $file is as `make generate` writes it',
  ({ file, text }) => {
    const page = read(file);
    expect(page).toBe(withGenerated(page, text));
  },
);
