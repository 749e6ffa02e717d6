import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;

const coverage = (name: string, spec: object, inNamespace = namespace) => ({
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name, namespace: inNamespace },
  spec: { tier: 'Level1', ...spec },
});
const apply = (object: object) => cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object), allowFailure: true });

beforeAll(async () => {
  cluster = await startControlPlane({ kwok: false });
  kubectl = kubectlFor(cluster);
  await install(cluster);
  operator = await startOperator(cluster);
  await cluster.apply(coverage('good', {}));
  await kubectl.condition('good', 'Ready', 'True');
}, 120_000);

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
}, 60_000);

describe('refused at apply, with what to write instead', () => {
  const setting = (fields: object) => ({ checks: { settings: [{ check: 'node-not-ready', ...fields }] } });
  const weekly = { name: 'weekly', days: ['Tue'], start: '22:00', duration: '4h' };
  const window = (fields: object) => ({ maintenance: { windows: [{ ...weekly, ...fields }] } });
  const freeze = { from: '2027-01-05T00:00:00Z', to: '2026-12-15T00:00:00Z', reason: 'year-end freeze' };
  it.each<[string, object, string]>([
    ['a window on a day that does not exist', window({ days: ['Tuesday'] }), 'supported values: "Mon", "Tue"'],
    ['a window on no day', window({ days: [] }), 'should have at least 1 items'],
    ['a window that starts at 25:00', window({ start: '25:00' }), 'write a time of the day such as 22:00'],
    ['a window of no length', window({ duration: '0s' }), 'write a duration of more than 0s and at most 168h'],
    ['a window of more than a week', window({ duration: '169h' }), 'write a duration of more than 0s and at most 168h'],
    ['an exclusion that ends before it begins', { maintenance: { exclusions: [freeze] } }, 'an exclusion ends after it begins'],
    ['two windows of one name', { maintenance: { windows: [weekly, weekly] } }, 'Duplicate value'],
    ['a namespace with a blank', { scope: { platformNamespaces: ['kube system'] } }, 'write the name of a namespace'],
    ['a correction that does not exist', { corrections: { allow: ['node-not-ready'] } }, 'supported values: "default-ingressclass"'],
    ['a tier that does not exist', { tier: 'Gold' }, 'supported values: "Level1", "Level2", "Level3"'],
    ['no tier', { tier: null }, 'spec.tier'],
    ['a schedule that is no cron line', { checks: { schedule: 'every hour' } }, 'write a cron line of five fields'],
    ['a schedule with seconds', { checks: { schedule: '0 */15 * * * *' } }, 'write a cron line of five fields'],
    ['a duration without a unit', setting({ for: '15' }), 'write a duration such as 90s, 15m or 8h30m'],
    ['an unknown severity', setting({ severity: 'fatal' }), 'supported values: "critical", "warning", "info"'],
    ['a check switched off without a reason', setting({ enabled: false }), 'a check that is switched off needs a reason'],
    ['the same check twice', { checks: { settings: [{ check: 'node-not-ready' }, { check: 'node-not-ready' }] } }, 'Duplicate value'],
    [
      'two clusters that the operator runs in',
      { scope: { clusters: [{ name: 'a' }, { name: 'b' }] } },
      'only one cluster can be the one that the operator runs in',
    ],
    ['a cluster name that is no label', { scope: { clusters: [{ name: 'Prod EU' }] } }, 'use lower case letters, digits'],
    ['an ignore rule without a reason', { baseline: { ignore: [{ fact: 'cluster-admins' }] } }, 'reason: Required value'],
    [
      'an ignore rule that ends on no day',
      { baseline: { ignore: [{ fact: 'cluster-admins', reason: 'x', expires: '2027-02-31' }] } },
      'must be of type date',
    ],
    ['a report limit of none', { reportLimit: 0 }, 'greater than or equal to 1'],
    ['a field that does not exist', { windows: [] }, 'unknown field "spec.windows"'],
    ['parameters that are not text', setting({ parameters: { ratio: 0.8 } }), 'must be of type string'],
  ])('%s', async (_, spec, message) => {
    const { code, stderr } = await apply(coverage('bad', spec));
    expect(stderr).toContain(message);
    expect(code).not.toBe(0);
  });
});

describe('what only the operator can know is Ready=False with the path of the field', () => {
  const settings = (entry: object) => ({ checks: { settings: [entry] } });
  it.each<[string, string, object, string]>([
    [
      'an unknown time zone',
      'zone',
      { workingHours: { timeZone: 'Mars/Phobos' } },
      'spec.workingHours.timeZone: "Mars/Phobos" is not a time zone; write an IANA name such as Europe/Amsterdam',
    ],
    [
      'a maintenance window in an unknown time zone',
      'window-zone',
      { maintenance: { timeZone: 'Mars/Phobos', windows: [{ name: 'weekly', days: ['Tue'], start: '22:00', duration: '4h' }] } },
      'spec.maintenance.timeZone: "Mars/Phobos" is not a time zone; write an IANA name such as Europe/Amsterdam',
    ],
    [
      'a target that is no range of versions',
      'target',
      { maintenance: { targets: { kubernetes: 'newest' } } },
      'spec.maintenance.targets.kubernetes: "newest" is not a range of versions; write for example ">=1.36.2 <1.38.0"',
    ],
    ['a schedule that never comes', 'never', { checks: { schedule: '0 0 30 2 *' } }, 'spec.checks.schedule: "0 0 30 2 *" never comes'],
    ['a schedule out of range', 'range', { checks: { schedule: '99 * * * *' } }, 'spec.checks.schedule: "99 * * * *" cannot be read'],
    ['an unknown check', 'check', settings({ check: 'node-on-fire' }), 'spec.checks.settings[0].check: there is no check "node-on-fire"'],
    [
      'an unknown parameter',
      'parameter',
      settings({ check: 'node-not-ready', parameters: { threshold: '1' } }),
      'spec.checks.settings[0].parameters',
    ],
    [
      'a parameter out of range',
      'ratio',
      settings({ check: 'capacity-requests-high', parameters: { warningRatio: '85%' } }),
      'spec.checks.settings[0].parameters.warningRatio: must be a number from 0 to 1, not "85%"',
    ],
    [
      'an unknown fact',
      'fact',
      { baseline: { ignore: [{ fact: 'weather', reason: 'x' }] } },
      'spec.baseline.ignore[0].fact: there is no fact "weather"',
    ],
    [
      'a baseline that does not exist',
      'baseline',
      { scope: { clusters: [{ name: 'local', baselineName: 'nowhere' }] } },
      'spec.scope.clusters[0].baselineName: there is no CoverageBaseline nowhere',
    ],
  ])(
    '%s',
    async (_, name, spec, message) => {
      await cluster.apply(coverage(name, spec));
      const ready = await kubectl.condition(name, 'Ready', 'False', ({ reason }) => reason === 'SpecNotAccepted');
      expect(ready.message).toContain(message);
      await kubectl.condition(name, 'Stalled', 'True');
    },
    30_000,
  );

  it('and the others go on', async () => {
    const { status } = await kubectl.runNow('good');
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });

  it('and the last spec that could be run goes on', async () => {
    await cluster.apply(coverage('edited', {}));
    await kubectl.condition('edited', 'Ready', 'True');
    await cluster.apply(coverage('edited', { workingHours: { timeZone: 'Mars/Phobos' } }));
    await kubectl.condition('edited', 'Ready', 'False');
    const { status } = await kubectl.runNow('edited');
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
    expect(status?.conditions?.find(({ type }) => type === 'NodesHealthy')?.status).toBe('True');
    expect(status?.history?.[0]?.trigger).toBe('Manual');
    await cluster.apply(coverage('edited', { workingHours: { timeZone: 'Europe/Amsterdam' } }));
    await kubectl.condition('edited', 'Ready', 'True');
  }, 30_000);

  it('a coverage in a namespace that is not served is told so and not obeyed', async () => {
    await cluster.kubectl(['create', 'namespace', 'elsewhere']);
    await cluster.apply(coverage('stray', {}, 'elsewhere'));
    await cluster.kubectl(['wait', '--for=condition=Stalled', 'scov/stray', '-n', 'elsewhere', '--timeout=30s']);
    const { status } = await cluster.kubectlJson<{ status: { conditions: { type: string; message: string }[]; lastCheckTime?: string } }>([
      'get',
      'scov',
      'stray',
      '-n',
      'elsewhere',
    ]);
    expect(status.conditions.find(({ type }) => type === 'Ready')?.message).toContain('--coverage-namespaces');
    expect(status.lastCheckTime).toBeUndefined();
  }, 30_000);
});

describe('a missing permission', () => {
  it('is Unknown with the verb and the resource, never healthy, and mends itself when it is granted', async () => {
    const role = 'support-coverage-operator';
    const { rules } = await cluster.kubectlJson<{ rules: { resources?: string[]; verbs: string[] }[] }>(['get', 'clusterrole', role]);
    const without = rules.map((rule) =>
      rule.verbs.includes('watch') ? { ...rule, resources: rule.resources?.filter((resource) => resource !== 'pods') } : rule,
    );
    const patch = (changed: object) =>
      cluster.kubectl(['patch', 'clusterrole', role, '--type', 'merge', '-p', JSON.stringify({ rules: changed })]);
    await patch(without);
    await operator.stop();
    await operator.start();
    const { status } = await kubectl.runNow('good');
    const capacity = status?.conditions?.find(({ type }) => type === 'CapacitySufficient');
    expect(capacity).toMatchObject({ status: 'Unknown', message: expect.stringContaining('may not list and watch pods') });
    expect(status?.conditions?.find(({ type }) => type === 'Healthy')?.status).toBe('Unknown');
    expect(status?.conditions?.find(({ type }) => type === 'Onboarded')?.message).toContain('may not list and watch pods');
    expect(status?.conditions?.find(({ type }) => type === 'NodesHealthy')?.status).toBe('True');
    await patch(rules);
    await waitFor(
      'the watch to be permitted again',
      async (see) =>
        see((await kubectl.runNow('good')).status?.conditions?.find(({ type }) => type === 'CapacitySufficient'))?.status === 'True',
      { deadlineMs: 90_000, intervalMs: 1_000 },
    );
  }, 120_000);
});
