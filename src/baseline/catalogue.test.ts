import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { clusterOf, node } from '../../test/fixtures/cluster.ts';
import { coverageBaselineSpec } from '../api/v1alpha1/coveragebaseline.ts';
import { collect } from './capture.ts';
import { facts } from './catalogue.ts';

const folder = new URL('./facts', import.meta.url).pathname;
const page = readFileSync(new URL('../../docs/baseline.md', import.meta.url), 'utf8');

const cluster = clusterOf({
  nodes: [node('a', { labels: { team: 'platform' }, taints: ['dedicated'] })],
  storageclasses: [
    {
      metadata: { name: 'fast' },
      provisioner: 'a',
      parameters: { type: 'gp3' },
      mountOptions: ['noatime'],
      allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }],
    },
  ],
  clusterrolebindings: [{ metadata: { name: 'ops' }, roleRef: { name: 'cluster-admin' }, subjects: [{ kind: 'Group', name: 'ops' }] }],
});

it('every fact is in the catalogue once', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  expect(files.map((file) => basename(file, '.ts')).sort()).toEqual(facts.map(({ id }) => id).sort());
});

describe.each(facts.map((fact) => [fact.id, fact] as const))('%s', (id, fact) => {
  it('has a test of its name', () => {
    expect(existsSync(join(folder, `${id}.test.ts`))).toBe(true);
  });

  it('explains each of its paths in docs/baseline.md, and what is not drift', () => {
    const section = page.split(/^### /m).find((text) => text.startsWith(`${id}\n`)) ?? '';
    const paths = collect([fact], cluster).entries.flatMap(({ value }) => Object.keys(value));
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(section).toContain(`\`${path.replace(/^(taints|labels|parameters)\..*/, '$1.<key>')}\``);
    expect(section).toContain('Not drift:');
  });

  it('gives entries that a CoverageBaseline can hold', () => {
    expect(coverageBaselineSpec.safeParse({ cluster: 'local', facts: collect([fact], cluster).entries }).error).toBeUndefined();
  });
});
