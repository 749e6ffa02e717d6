import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { now } from '../../test/fixtures/cluster.ts';
import { generatedParts, withGenerated } from '../../tools/generate-docs.ts';
import { acknowledgementSpec } from '../api/v1alpha1/acknowledgement.ts';
import type { SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { facts } from '../baseline/catalogue.ts';
import { checks } from '../checks/catalogue.ts';
import { planOf } from '../coverage/plan.ts';
import { shippedRules } from './shipped-boundary.ts';

const page = readFileSync(new URL('../../docs/boundary.md', import.meta.url), 'utf8');
const known = { Finding: checks.map(({ id }) => id), Drift: facts.map(({ id }) => id) };
/** Checks of the catalogue's design that come with the higher tiers. */
const yetToCome = ['pod-crashloop', 'pod-oomkilled', 'pod-not-ready', 'container-waiting', 'rollout-stuck', 'job-failed'];

it('each shipped rule has an id of its own, and a reason of one line that a finding can show', () => {
  const ids = shippedRules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, reason } of shippedRules) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect([id, /^[a-z].{10,150}[^.]$/.test(reason)]).toEqual([id, true]);
  }
});

it('the shipped rules name checks and facts that there are', () => {
  const unknown = shippedRules.flatMap(({ about, checks: ids = [] }) =>
    ids.filter((id) => !known[about].includes(id) && !yetToCome.includes(id)),
  );
  expect(unknown).toEqual([]);
});

it('docs/boundary.md has them as `make generate` writes them', () => {
  const { text } = generatedParts().find(({ file }) => file === 'docs/boundary.md')!;
  expect(page).toBe(withGenerated(page, text));
  for (const { id } of shippedRules) expect(text).toContain(`| ${id} |`);
});

it('the examples of docs/boundary.md are accepted as they are written', () => {
  const examples = [...page.matchAll(/```yaml\n(.+?)```/gs)].map(([, text = '']) => load(text) as { kind?: string; spec: object });
  expect(examples).toHaveLength(4);
  for (const { kind, spec } of examples) {
    if (kind === 'Acknowledgement') {
      expect(acknowledgementSpec.parse(spec)).toMatchObject({ coverage: 'production', by: 'jane' });
      continue;
    }
    const coverage = { metadata: { name: 'production', namespace: 'support' }, spec: { tier: 'Level1', ...spec } } as SupportCoverage;
    expect(planOf(coverage, checks, facts, now)).toMatchObject({ plan: { tier: 'Level1' } });
  }
});
