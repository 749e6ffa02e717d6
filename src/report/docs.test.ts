import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { node } from '../../test/fixtures/cluster.ts';
import { correctableCheck, correctableNamespace } from '../../test/fixtures/corrections.ts';
import { createCoverageWorld, healthy, healthyCluster, paths } from '../../test/fixtures/coverage-world.ts';
import { runAtAnnotation, type SupportCoverage, weekdays } from '../api/v1alpha1/supportcoverage.ts';
import { areas } from '../checks/areas.ts';
import { nodeNotReady } from '../checks/nodes/node-not-ready.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import { createRuntimeMetrics, Registry } from '../runtime/metrics.ts';
import { matchedCondition } from './acknowledgements.ts';
import { lifecycleConditions } from './conditions.ts';
import { eventActions } from './events.ts';
import { createCoverageMetrics, scopeLabels } from './metrics.ts';
import { createNotificationMetrics } from './notifications/metrics.ts';

const page = (name: string) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');
const isRule = (line: string | undefined) => /^\|[\s|:-]+$/.test(line ?? '');
/** The cells of every row of every table in a text, without backquotes, header and rule left out. */
const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line, index, lines) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );

type World = ReturnType<typeof createCoverageWorld>;
type Knowledge = ReturnType<ClusterView['knowledge']>;
interface Seen {
  conditions: Set<string>;
  events: Set<string>;
}
const areaConditions: string[] = Object.entries(areas).flatMap(([area, { condition }]) => (area === 'Baseline' ? [] : [condition]));

/** Leads coverages through every state that the pages name, and notes the conditions and Events that come of it. */
async function lead(): Promise<Seen> {
  const seen: Seen = { conditions: new Set(), events: new Set() };
  let runs = 0;
  const look = async (world: World, path: string = paths.coverage) => {
    runs += 1;
    if (path === paths.coverage) world.annotate({ [runAtAnnotation]: String(runs) });
    await world.reconcile(path);
    for (const { type, status, reason } of world.api.read<SupportCoverage>(path)?.status?.conditions ?? []) {
      const area = areaConditions.includes(type);
      seen.conditions.add([area ? 'Areas' : type, status, area && status === 'False' ? 'of the finding' : reason].join(' '));
    }
    for (const { reason, action, type, regarding } of world.events.splice(0))
      seen.events.add([reason, action, type, regarding.kind === 'SupportCoverage' ? 'the SupportCoverage' : 'the object'].join(' '));
  };
  const blind = (state: Exclude<Knowledge['state'], 'Current'>): Knowledge => ({ state, message: 'cannot be read' });
  const down = (extra: object = {}) => ({ ...healthyCluster, nodes: [...healthyCluster.nodes!, node('x', { ready: 'False', ...extra })] });

  const world = createCoverageWorld();
  const states = [
    () => world.apply(),
    () => world.approve(),
    () => Object.assign(world.state, { cluster: down() }),
    () => world.apply({ exceptions: [{ check: 'node-*', object: '*', reason: 'CHG-1', owner: 'jane', expires: '2026-11-01' }] }),
    () => world.apply(),
    () => Object.assign(world.state, { cluster: { ...down(), nodes: [node('x', { ready: 'False' })] } }),
    () => Object.assign(world.state, { cluster: { ...healthyCluster, storageclasses: [{ metadata: { name: 'new' }, provisioner: 'x' }] } }),
    () =>
      Object.assign(world.state, {
        cluster: { ...healthyCluster, knowledge: { nodes: blind('NotPermitted'), apiservices: blind('NotInstalled') } },
      }),
    () => Object.assign(world.state, { cluster: healthyCluster, notPermitted: ['pods is forbidden'] }),
    () => world.api.remove(paths.baseline),
    () =>
      world.api.write(paths.baseline, {
        metadata: { name: 'production.local', namespace: 'support' },
        spec: { cluster: 'local', facts: [] },
      }),
    () => world.apply({ workingHours: { timeZone: 'Mars' } }),
    () => world.apply({ suspend: true }),
  ];
  for (const enter of states) {
    enter();
    await look(world);
  }

  const due = { ...nodeNotReady, id: 'version-target', for: '0s' };
  const maintained = createCoverageWorld({ checks: [due] });
  const windows = [{ name: 'daily', days: [...weekdays], start: '14:00', duration: '1h' }];
  const maintenance = { windows, maxPostponement: '2h', targets: { kubernetes: '>=1.30.0' } };
  const maintenanceStates = [
    () => maintained.apply({ maintenance }),
    () => Object.assign(maintained.state, { cluster: down({ since: 0 }) }),
    () => maintained.clock.advance(2 * 3_600_000),
    () => maintained.clock.advance(3_600_000),
    () => Object.assign(maintained.state, { cluster: { ...healthyCluster, knowledge: { nodes: blind('Stale') } } }),
    () => Object.assign(maintained.state, { cluster: healthyCluster }),
    () => Object.assign(maintained.state, { cluster: { ...healthyCluster, knowledge: { nodes: blind('Stale') } } }),
    () => maintained.apply({ maintenance, suspend: true }),
  ];
  for (const enter of maintenanceStates) {
    await enter();
    await look(maintained);
  }

  const corrected = createCoverageWorld({ checks: [correctableCheck] });
  corrected.state.cluster = { namespaces: [{ metadata: { name: 'shop' } }] };
  corrected.apply({ maintenance, corrections: { mode: 'Apply', allow: ['ns-pod-security'] } });
  await look(corrected);
  corrected.approve({ facts: [{ fact: 'namespaces', object: 'Namespace/shop', value: { present: 'true' } }] });
  for (const present of [false, true]) {
    if (present) corrected.api.write(correctableNamespace, { metadata: { name: 'shop' } });
    await corrected.clock.advance((present ? 24 : 2) * 3_600_000);
    await look(corrected);
  }

  const troubled = createCoverageWorld();
  troubled.state.others.there = { ...healthy(), problem: 'cannot be reached' };
  troubled.state.unreachable.desk = 'answered 500';
  const desk = { name: 'desk', party: 'Support', notify: { webhook: { urlSecretRef: { name: 'hooks', key: 'desk' } } } };
  const scope = { clusters: [{ name: 'here' }, { name: 'there', kubeconfigSecretRef: { name: 'there', key: 'kubeconfig' } }] };
  troubled.apply({ scope, contacts: [desk] });
  for (const mended of [false, true]) {
    if (mended) Object.assign(troubled.state, { others: { there: healthy() }, unreachable: {} });
    await look(troubled);
    await troubled.clock.advance(600_000);
    await look(troubled);
  }

  const first = createCoverageWorld();
  first.state.settled = false;
  first.apply();
  await look(first);
  Object.assign(first.state, { settled: true, cluster: { ...down(), knowledge: { storageclasses: blind('NotPermitted') } } });
  await look(first);
  const refused = createCoverageWorld();
  refused.apply({ workingHours: { timeZone: 'Mars' } });
  await look(refused);
  const elsewhere = '/apis/platformsupport.io/v1alpha1/namespaces/elsewhere/supportcoverages/production';
  refused.apply({}, { creationTimestamp: refused.clock.now().subtract({ minutes: 1 }).toString() }, elsewhere);
  await look(refused, elsewhere);

  const acknowledgement = { coverage: 'production', findings: ['f1'], by: 'jane', reason: 'INC-12' };
  const now = world.clock.now();
  for (const { status, reason } of [
    matchedCondition(acknowledgement, 1, now),
    matchedCondition(acknowledgement, 0, now),
    matchedCondition({ ...acknowledgement, expires: now.toString() }, 0, now),
  ])
    seen.conditions.add(`Matched ${status} ${reason}`);
  return seen;
}
const seen = await lead();

describe('docs/conditions.md', () => {
  const sections = page('conditions')
    .split(/^## /m)
    .slice(1)
    .map((text) => ({ title: text.split('\n')[0]!, rows: rows(text) }));
  const areaRows = sections.find(({ title }) => title === 'Areas')!.rows;

  it('has a section for each condition that is no area’s, and a row for each area’s', () => {
    expect(sections.map(({ title }) => title).sort()).toEqual(
      [...lifecycleConditions, 'BaselineInSync', 'MaintenanceCurrent', 'Areas', 'Matched'].sort(),
    );
    expect(areaRows.filter((row) => row.length === 2)).toEqual(
      Object.entries(areas).flatMap(([area, { condition }]) => (area === 'Baseline' ? [] : [[condition, area]])),
    );
  });

  it('names exactly the statuses and reasons that coverages take', () => {
    const documented = sections.flatMap(({ title, rows }) =>
      rows.filter((row) => row.length === 4).map(([status, reason]) => `${title} ${status} ${reason}`),
    );
    expect(documented.sort()).toEqual([...seen.conditions].sort());
  });

  it('says what every row means, and what to do about all that is not True', () => {
    for (const { title, rows } of sections)
      for (const [status, reason, meaning, action] of rows.filter((row) => row.length === 4)) {
        expect([title, reason, meaning !== '']).toEqual([title, reason, true]);
        expect([title, reason, action !== '' || status === 'True']).toEqual([title, reason, true]);
      }
  });
});

describe('docs/events.md', () => {
  const documented = rows(page('events'));

  it('has a row for each reason, with its action', () => {
    expect(Object.fromEntries(documented.map(([reason, action]) => [reason, action]))).toEqual(eventActions);
    expect(documented).toHaveLength(Object.keys(eventActions).length);
  });

  it('names exactly the types and objects that Events have', () => {
    // What is about no single object is told on the SupportCoverage instead.
    const instead = [...seen.events]
      .filter((event) => event.endsWith(' the object'))
      .map((event) => event.replace(/the object$/, 'the SupportCoverage'));
    const events = [...seen.events].filter((event) => !instead.includes(event));
    const expected = documented.flatMap(([reason, action, types, object]) =>
      types!.split(', ').map((type) => `${reason} ${action} ${type} ${object}`),
    );
    expect(expected.sort()).toEqual(events.sort());
  });
});

describe('docs/metrics.md', () => {
  const text = page('metrics');
  const coverages = new Registry();
  createCoverageMetrics(coverages, { facts: [], severityOf: () => undefined });
  createNotificationMetrics(coverages);
  const declared = async () =>
    [...(await coverages.getMetricsAsArray()), ...(await createRuntimeMetrics().registry.getMetricsAsArray())] as unknown as {
      name: string;
      type: string;
      labelNames?: string[];
    }[];
  const own = async () => (await declared()).filter(({ name }) => !/^(process|nodejs)_/.test(name));

  it('has a row for each metric with its type and labels, and none for what is not there', async () => {
    const expected = (await own()).map(({ name, type, labelNames = [] }) => [name, type, labelNames.join(', ')]);
    expect(
      rows(text)
        .map((row) => row.slice(0, 3))
        .sort(),
    ).toEqual(expected.sort());
    expect(rows(text).filter(([, , , meaning]) => !meaning)).toEqual([]);
  });

  it('mentions those that come with prom-client', async () => {
    expect((await declared()).some(({ name }) => name.startsWith('nodejs_'))).toBe(true);
    for (const prefix of ['process_*', 'nodejs_*']) expect(text).toContain(prefix);
  });

  it('has every metric, label and value that the alerts ask for', async () => {
    const file = new URL('../../charts/support-coverage-operator/alerts/rules.yaml', import.meta.url);
    const { groups } = load(readFileSync(file, 'utf8')) as { groups: { rules: { expr: string }[] }[] };
    const exprs = groups.flatMap((group) => group.rules.map(({ expr }) => expr));
    const labelsOf = new Map((await own()).map(({ name, labelNames = [] }) => [name, labelNames]));
    const values: Record<string, string[]> = {
      type: [...lifecycleConditions, ...Object.values(areas).map(({ condition }) => condition)],
      status: ['True', 'False', 'Unknown'],
      severity: ['critical', 'warning', 'info'],
      scope: [...scopeLabels],
      name: ['support-coverage-operator'],
    };
    for (const expr of exprs) {
      const asked = [...expr.matchAll(/\b((?:supportcoverage|leader_election)_\w+)(?:\{([^}]*)\})?/g)];
      expect([expr, asked.length > 0]).toEqual([expr, true]);
      for (const [, metric = '', selector = ''] of asked) {
        expect([...labelsOf.keys()]).toContain(metric);
        for (const [, label = '', given = ''] of selector.matchAll(/(\w+)=~?"([^"]*)"/g)) {
          expect(labelsOf.get(metric)).toContain(label);
          for (const value of given.split('|')) expect(values[label]).toContain(value);
        }
      }
    }
  });
});
