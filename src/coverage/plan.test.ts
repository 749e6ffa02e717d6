import { type ClusterFixture, clusterOf, node, now } from '../../test/fixtures/cluster.ts';
import type { SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { facts } from '../baseline/catalogue.ts';
import { checks } from '../checks/catalogue.ts';
import { type Check, defineCheck } from '../checks/check.ts';
import { noParameters } from '../checks/parameters.ts';
import { judgeOf, type Plan, planOf } from './plan.ts';

const level3 = defineCheck({
  ...{
    id: 'delivery',
    area: 'Nodes',
    tier: 'Level3',
    title: 'x',
    severity: 'warning',
    for: '0s',
    needs: {},
    remediation: 'x',
    references: [],
  },
  parameters: noParameters,
  evaluate: () => ({ observations: [] }),
});
const catalogue: Check[] = [...checks, level3];

const planned = (spec: object) =>
  planOf(
    { metadata: { name: 'production', namespace: 'support', uid: 'u1' }, spec: { tier: 'Level1', ...spec } } as SupportCoverage,
    catalogue,
    facts,
    now,
  );
function accepted(spec: object): Plan {
  const result = planned(spec);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}
function refused(spec: object): string[] {
  const result = planned(spec);
  return 'problems' in result ? result.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}
const setting = (fields: object) => ({ checks: { settings: [{ check: 'node-not-ready', ...fields }] } });

describe('a coverage that says nothing but its tier', () => {
  it('covers the cluster that the operator runs in, with a baseline that the operator captures', () => {
    expect(accepted({})).toMatchObject({
      tier: 'Level1',
      suspend: false,
      clusters: [{ name: 'local', environment: undefined, baseline: { name: 'production.local', named: false } }],
      ignore: [],
      reportLimit: 500,
    });
  });

  it('runs every check of its tier and none above it', () => {
    const ofLevel1 = checks.filter(({ tier }) => tier === 'Level1').map(({ id }) => id);
    expect(accepted({}).checks.map(({ check }) => check.id)).toEqual(ofLevel1);
    expect(accepted({ tier: 'Level3' }).checks.map(({ check }) => check.id)).toContain('delivery');
  });

  it('runs hourly at Level1 and every 15 minutes from Level2 on', () => {
    const gap = (tier: string) => {
      const { schedule } = accepted({ tier });
      const first = schedule.nextAfter(now)!;
      return schedule.nextAfter(first)!.since(first).total('minutes');
    };
    expect([gap('Level1'), gap('Level2'), gap('Level3')]).toEqual([60, 15, 15]);
  });
});

describe('checks beyond the tier', () => {
  it('are in the plan where they are to be recorded, with their settings', () => {
    const plan = accepted({ checks: { beyondTier: 'Record', settings: [{ check: 'delivery', severity: 'info' }] } });
    expect(plan.checks.find(({ check }) => check.id === 'delivery')).toMatchObject({ severity: 'info' });
    expect(accepted({ checks: { beyondTier: 'Ignore' } }).checks.map(({ check }) => check.id)).not.toContain('delivery');
  });
});

describe('whose work something is', () => {
  const judged = { kind: 'Finding', tier: 'Level1', severity: 'warning', reason: 'Bad' } as const;
  const judge = (spec: object, cluster: ClusterFixture = { nodes: [node('a')] }, at = now) =>
    judgeOf(accepted(spec), clusterOf(cluster), at);

  it('follows tier, scope, rules and exceptions of the spec', () => {
    const spec = {
      scope: { namespaces: { exclude: ['sandbox'] } },
      checks: { beyondTier: 'Record' },
      boundary: { rules: [{ match: { checks: ['version-eol'] }, assign: 'Project', reason: 'quoted' }] },
      exceptions: [{ check: 'node-*', reason: 'CHG-1', owner: 'jane', expires: '2026-11-23' }],
      workingHours: { timeZone: 'Europe/Amsterdam' },
    };
    const of = judge(spec);
    expect(of({ ...judged, check: 'version-eol', object: 'Cluster/local' }).scope).toBe('Project');
    expect(of({ ...judged, check: 'pod-unschedulable', object: 'Deployment/sandbox/web' }).coverage).toBe('NotCovered');
    expect(of({ ...judged, check: 'delivery', tier: 'Level3', object: 'Cluster/local' }).coverage).toBe('NotCovered');
    const accepted = { ...judged, check: 'node-cordoned', object: 'Node/a' };
    expect(of(accepted).exception).toBe('CHG-1 (jane, until 2026-11-23)');
    expect(judge(spec, {}, Temporal.Instant.from('2026-11-23T23:00:00Z'))(accepted).exception).toBeUndefined();
  });

  it('knows a managed control plane by nodes of which none runs it; without a node it does not know', () => {
    const readyz = { ...judged, check: 'apiserver-readyz', object: 'Cluster/local' };
    expect(judge({})(readyz).scope).toBe('Provider');
    const own = node('c', { labels: { 'node-role.kubernetes.io/control-plane': '' } });
    expect([judge({}, { nodes: [node('a'), own] })(readyz).scope, judge({}, {})(readyz).scope]).toEqual(['Support', 'Support']);
  });
});

describe('what a coverage says', () => {
  it('names the cluster, its environment and the baseline that was agreed', () => {
    const plan = accepted({ scope: { clusters: [{ name: 'prod-eu', environment: 'production', baselineName: 'eu-2026' }] } });
    expect(plan.clusters).toMatchObject([{ name: 'prod-eu', environment: 'production', baseline: { name: 'eu-2026', named: true } }]);
  });

  it('leaves out a check that is switched off', () => {
    expect(accepted(setting({ enabled: false, reason: 'x' })).checks.map(({ check }) => check.id)).not.toContain('node-not-ready');
  });

  it('reads the schedule in the time zone of the working hours, else in UTC', () => {
    const hour = (spec: object) => accepted(spec).schedule.nextAfter(now)!.toZonedDateTimeISO('UTC').hour;
    expect(hour({ checks: { schedule: '0 2 * * *' } })).toBe(2);
    expect(hour({ checks: { schedule: '0 2 * * *' }, workingHours: { timeZone: 'Europe/Amsterdam' } })).toBe(1);
  });

  it('puts the runs of two coverages at different seconds', () => {
    const next = (uid: string) => {
      const coverage = {
        metadata: { name: 'a', namespace: 'b', uid },
        spec: { tier: 'Level1', suspend: false, reportLimit: 500 },
      } as const;
      return (planOf(coverage, catalogue, facts, now) as { plan: Plan }).plan.schedule.nextAfter(now)!.toString();
    };
    expect(next('u1')).toBe(next('u1'));
    expect(next('u1')).not.toBe(next('u2'));
  });
});

describe('what cannot be run is refused with the path of the field and what to write', () => {
  it.each<[string, object, string | RegExp]>([
    [
      'an unknown time zone',
      { workingHours: { timeZone: 'Mars/Phobos' } },
      'spec.workingHours.timeZone: "Mars/Phobos" is not a time zone; write an IANA name such as Europe/Amsterdam',
    ],
    [
      'a schedule that never comes',
      { checks: { schedule: '0 0 30 2 *' } },
      'spec.checks.schedule: "0 0 30 2 *" never comes; write for example */15 * * * *',
    ],
    [
      'a schedule out of range',
      { checks: { schedule: '99 * * * *' } },
      /^spec\.checks\.schedule: "99 \* \* \* \*" cannot be read as a cron line of five fields/,
    ],
    [
      'an unknown check',
      { checks: { settings: [{ check: 'node-on-fire' }] } },
      /^spec\.checks\.settings\[0\]\.check: there is no check "node-on-fire" in this tier; known are .*node-not-ready/,
    ],
    [
      'a check above the tier',
      { checks: { settings: [{ check: 'delivery' }] } },
      /^spec\.checks\.settings\[0\]\.check: there is no check "delivery" in this tier/,
    ],
    ['an unknown parameter', setting({ parameters: { speed: '1' } }), /^spec\.checks\.settings\[0\]\.parameters: /],
    [
      'a parameter out of range',
      { checks: { settings: [{ check: 'capacity-requests-high', parameters: { warningRatio: '85%' } }] } },
      'spec.checks.settings[0].parameters.warningRatio: must be a number from 0 to 1, not "85%"',
    ],
    [
      'an unknown fact',
      { baseline: { ignore: [{ fact: 'weather', reason: 'x' }] } },
      /^spec\.baseline\.ignore\[0\]\.fact: there is no fact "weather"; known are .*node-pools/,
    ],
    [
      'a rule about a check that there is not',
      { boundary: { rules: [{ match: { checks: ['version-elo'] }, assign: 'Project', reason: 'x' }] } },
      /^spec\.boundary\.rules\[0\]\.match\.checks\[0\]: there is no check or fact "version-elo"; known are .*node-pools/,
    ],
    [
      'an exception for a check that there is not',
      { exceptions: [{ check: 'node-on-fire', reason: 'x', owner: 'jane', expires: '2027-01-31' }] },
      /^spec\.exceptions\[0\]\.check: there is no check "node-on-fire"; known are .*exception-expired/,
    ],
    [
      'a template in a namespace of an application',
      { corrections: { templates: { limitRange: { namespace: 'shop', name: 'defaults' } } } },
      /^spec\.corrections\.templates\.limitRange\.namespace: shop is not a namespace of the platform: .* scope\.platformNamespaces$/,
    ],
    ['a field of the wrong type, stored before the schema refused it', { reportLimit: 'many' }, /^spec\.reportLimit: /],
    [
      'two clusters that the operator runs in',
      { scope: { clusters: [{ name: 'a' }, { name: 'b' }] } },
      /^spec\.scope\.clusters: a and b have no kubeconfigSecretRef, but only one can be the cluster that the operator runs in/,
    ],
  ])('%s', (_, spec, message) => {
    const problems = refused(spec);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message instanceof RegExp ? message : new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`));
  });

  it('and all of it at once', () => {
    const spec = {
      workingHours: { timeZone: 'Mars' },
      baseline: { ignore: [{ fact: 'weather', reason: 'x' }] },
      ...setting({ parameters: { speed: '1' } }),
    };
    expect(refused(spec).map((problem) => problem.split(':')[0])).toEqual([
      'spec.checks.settings[0].parameters',
      'spec.baseline.ignore[0].fact',
      'spec.workingHours.timeZone',
    ]);
  });
});
