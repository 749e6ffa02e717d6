import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { clusterOf } from '../../test/fixtures/cluster.ts';
import { platformOf } from '../../test/fixtures/platform.ts';
import { coverageBaselineSpec } from '../api/v1alpha1/coveragebaseline.ts';
import { deliveryTools } from '../api/v1alpha1/supportcoverage.ts';
import { createAgreement } from '../checks/agreement.ts';
import { eventTargets } from '../observe/event-targets.ts';
import { collect, maxBaselineBytes, tooLarge } from './capture.ts';
import { facts } from './catalogue.ts';

const folder = new URL('./facts', import.meta.url).pathname;
const page = readFileSync(new URL('../../docs/baseline.md', import.meta.url), 'utf8');

const agreement = createAgreement({ deliveryTooling: deliveryTools });
const cluster = clusterOf(platformOf({ namespaces: 1, workloads: 1, crds: 1, others: 1 }));

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
    const paths = collect([fact], cluster, agreement).entries.flatMap(({ value }) => Object.keys(value));
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(section).toContain(path.includes('.') ? `\`${path.slice(0, path.indexOf('.'))}.<` : `\`${path}\``);
    expect(section).toContain('Not drift:');
  });

  it('says where its values are written, in kinds of objects that may be read', () => {
    const places = collect([fact], cluster, agreement).entries.flatMap(({ object, value }) =>
      ['', ...Object.keys(value)].flatMap((path) => fact.source(object, path, '', cluster) ?? []),
    );
    // The API server's own version, and Secrets, which are listed and not read one at a time.
    expect(places.length > 0).toBe(!['cluster-version', 'helm-releases', 'service-account-tokens', 'registry-secrets'].includes(id));
    for (const { type } of places) expect(Object.values(eventTargets)).toContainEqual(type);
  });

  it('gives entries that a CoverageBaseline can hold', () => {
    expect(coverageBaselineSpec.safeParse({ cluster: 'local', facts: collect([fact], cluster, agreement).entries }).error).toBeUndefined();
  });
});

describe('a baseline of a large cluster', () => {
  const { entries, missing } = collect(facts, clusterOf(platformOf({ namespaces: 200, workloads: 300, crds: 200, others: 30 })), agreement);

  it('holds every fact, and is far below what can be stored', () => {
    expect(missing).toEqual([]);
    expect(new Set(entries.map(({ fact }) => fact))).toEqual(new Set(facts.map(({ id }) => id)));
    expect(tooLarge(entries)).toBeUndefined();
    expect(Buffer.byteLength(JSON.stringify(entries))).toBeLessThan((maxBaselineBytes * 3) / 4);
    expect(entries.length).toBeLessThan(2600);
  });

  it('states each object of a fact once', () => {
    expect(new Set(entries.map(({ fact, object }) => `${fact} ${object}`)).size).toBe(entries.length);
  });
});

it('no object has so much to state that a baseline cannot hold it', () => {
  const many = <T>(make: (index: number) => T) => Array.from({ length: 1000 }, (_, index) => make(index));
  const text = 'x'.repeat(5000);
  const service = { namespace: 'a', name: 'b', path: `/${text}` };
  const shop = { namespace: 'shop' };
  const { entries } = collect(
    facts.filter(({ id }) => !['node-pools', 'storage-classes', 'cluster-admins'].includes(id)),
    clusterOf({
      namespaces: [
        { metadata: { name: 'shop', labels: Object.fromEntries(many((index) => [`pod-security.kubernetes.io/${index}`, text])) } },
      ],
      networkpolicies: many((index) => ({ metadata: { name: `p${index}`, ...shop }, spec: { podSelector: {} } })),
      resourcequotas: many((index) => ({ metadata: { name: `q${index}`, ...shop }, spec: { hard: { pods: '1' } } })),
      limitranges: [
        {
          metadata: { name: 'l', ...shop },
          spec: { limits: [{ type: 'Container', max: Object.fromEntries(many((index) => [`r${index}`, '1'])) }] },
        },
      ],
      validatingwebhookconfigurations: [
        { metadata: { name: 'v' }, webhooks: many((index) => ({ name: `w${index}`, clientConfig: { service } })) },
      ],
      mutatingwebhookconfigurations: [{ metadata: { name: 'm' }, webhooks: [{ name: 'w', clientConfig: { service } }] }],
      ingresses: [{ metadata: { name: 'i', ...shop, annotations: { 'nginx.ingress.kubernetes.io/modsecurity-snippet': text } } }],
      deployments: [
        {
          metadata: { name: 'd', namespace: 'kube-system' },
          spec: {
            template: {
              spec: { containers: many((index) => ({ name: `c${index}`, image: text, resources: { requests: { cpu: '1' } } })) },
            },
          },
        },
      ],
    }),
  );
  expect(entries.length).toBeGreaterThan(6);
  expect(coverageBaselineSpec.safeParse({ cluster: 'local', facts: entries }).error).toBeUndefined();
  expect(tooLarge(entries)).toBeUndefined();
  for (const { value } of entries) expect(Object.keys(value).length).toBeLessThanOrEqual(256);
});
