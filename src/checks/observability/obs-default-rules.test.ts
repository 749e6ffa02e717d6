import { type ClusterFixture, minutesAgo } from '../../../test/fixtures/cluster.ts';
import { namespace } from '../../../test/fixtures/defaults.ts';
import { correctionsOf, findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { operated } from '../../../test/fixtures/observability.ts';
import { configureChecks } from '../run.ts';
import { coreAlerts } from './layers.ts';
import { obsDefaultRules } from './obs-default-rules.ts';

/** A PrometheusRule with these alerts, each in a group of its own, and a recording rule. */
function rule(name: string, alerts: readonly string[], namespace = 'monitoring'): object {
  const groups = alerts.map((alert) => ({ name: alert, rules: [{ alert, expr: 'vector(1)' }] }));
  return {
    metadata: { name, namespace },
    spec: { groups: [...groups, { name: 'recorded', rules: [{ record: 'a:b', expr: 'vector(1)' }] }] },
  };
}

const without = (...gone: string[]) => coreAlerts.filter((alert) => !gone.includes(alert));
const found = (cluster: ClusterFixture, required?: string) =>
  findingsOf(obsDefaultRules, cluster, required === undefined ? {} : { parameters: { required } });

describe('obs-default-rules fires', () => {
  it('where alerts are missing, once for all, and names them', () => {
    expect(found({ prometheusrules: [rule('all', without('Watchdog', 'KubeNodeNotReady'))] })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'RulesMissing',
        message:
          '2 of the 14 alerts that every cluster should have are in no PrometheusRule: KubeNodeNotReady, Watchdog. Install their rules, or name the alerts you agreed to in the parameter required.',
      },
    ]);
  });

  it('where there is a Prometheus and no rule at all', () => {
    expect(found({ prometheuses: [operated('main')] })[0]?.message).toContain(
      '14 of the 14 alerts that every cluster should have are in no PrometheusRule: KubeAPIDown, KubeDaemonSetRolloutStuck, KubeDeploymentReplicasMismatch, KubeJobFailed, KubeNodeNotReady and 9 more.',
    );
  });

  it('where a name is only that of a recording rule', () => {
    const recorded = {
      metadata: { name: 'r', namespace: 'n' },
      spec: { groups: [{ name: 'g', rules: [{ record: 'Watchdog', expr: '1' }] }] },
    };
    expect(found({ prometheusrules: [recorded] }, 'Watchdog')).toHaveLength(1);
  });
});

describe('obs-default-rules at its boundaries', () => {
  it('misses one as well as all', () => {
    expect(found({ prometheusrules: [rule('all', without('Watchdog'))] })).toHaveLength(1);
    expect(found({ prometheusrules: [rule('all', coreAlerts)] })).toHaveLength(0);
  });

  it('takes other names from the coverage, with spaces and each once', () => {
    const prometheusrules = [rule('own', ['DiskFull'])];
    expect(found({ prometheusrules }, 'DiskFull')).toEqual([]);
    expect(found({ prometheusrules }, 'DiskFull, NodeGone,NodeGone')[0]?.message).toContain('1 of the 2 alerts');
  });

  it.each(['', 'A,,B', 'Disk full', 'A;B'])('refuses %j as names', (required) => {
    const { problems } = configureChecks([obsDefaultRules], [{ check: obsDefaultRules.id, enabled: true, parameters: { required } }]);
    expect(problems).toEqual([
      {
        path: 'spec.checks.settings[0].parameters.required',
        message: `must be names separated by commas, not ${JSON.stringify(required)}`,
      },
    ]);
  });
});

describe('obs-default-rules is silent', () => {
  it('where the alerts are spread over rules and namespaces', () => {
    expect(found({ prometheusrules: [rule('a', coreAlerts.slice(0, 6)), rule('b', coreAlerts.slice(6), 'kube-system')] })).toEqual([]);
  });

  it('about alerts beyond those', () => {
    expect(found({ prometheusrules: [rule('a', [...coreAlerts, 'AnotherOne'])] })).toEqual([]);
  });
});

describe('obs-default-rules does not apply', () => {
  it('where Prometheus Operator is not installed', () => {
    const knowledge = { prometheusrules: { state: 'NotInstalled', message: 'the cluster does not serve prometheusrules' } } as const;
    expect(verdictOf(obsDefaultRules, { knowledge })).toBe('NotApplicable: the cluster does not serve prometheusrules');
  });

  it('where its kinds are left over, and neither rules nor a Prometheus', () => {
    expect(verdictOf(obsDefaultRules, {})).toMatch(/^NotApplicable: There is neither/);
  });
});

it.each(['prometheusrules', 'prometheuses'] as const)('obs-default-rules is unknown, not healthy, where %s cannot be read', (name) => {
  const message = `${name} is forbidden`;
  expect(verdictOf(obsDefaultRules, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});

describe('obs-default-rules, about rules that no Prometheus selects', () => {
  const labelledRule = (name: string, labels: object, age = 1440, alerts: readonly string[] = []) => ({
    ...rule(name, alerts),
    metadata: { name, namespace: 'monitoring', labels, creationTimestamp: minutesAgo(age) },
  });
  const selecting = (labels: object) => operated('main', { spec: { ruleSelector: { matchLabels: labels } } });
  const labels = { release: 'stack' };
  const world = (own: object, more: ClusterFixture = {}): ClusterFixture => ({
    namespaces: [namespace('monitoring')],
    prometheuses: [selecting(labels)],
    prometheusrules: [labelledRule('all', labels, 1440, coreAlerts), labelledRule('more', labels), own],
    ...more,
  });

  it('fires where a rule of the platform lacks the label by which Prometheus selects the others, and suggests it', () => {
    const cluster = world(labelledRule('backups', {}));
    expect(found(cluster)).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'NotSelected',
        message:
          '1 PrometheusRule of the platform lacks labels by which Prometheus selects, so their alerts never fire: PrometheusRule/monitoring/backups (release=stack). Add the labels.',
      },
    ]);
    expect(correctionsOf(obsDefaultRules, cluster)).toEqual(['kubectl label prometheusrules backups -n monitoring release=stack']);
  });

  it('is silent about a rule that a ThanosRuler evaluates, and about one that was just made', () => {
    const thanosrulers = [operated('global', { spec: { ruleSelector: { matchLabels: { scope: 'global' } } } })];
    expect(found(world(labelledRule('backups', { scope: 'global' }), { thanosrulers }))).toEqual([]);
    expect(found(world(labelledRule('backups', {}, 60 - 1 / 60)))).toEqual([]);
    expect(found(world(labelledRule('backups', {}, 60)))).toHaveLength(1);
  });

  it.each(['thanosrulers', 'namespaces'] as const)('is unknown, and suggests nothing, where %s cannot be read', (name) => {
    const message = `${name} is forbidden`;
    const cluster = world(labelledRule('backups', {}), { knowledge: { [name]: { state: 'NotPermitted', message } } });
    expect(verdictOf(obsDefaultRules, cluster)).toBe(`Unknown: ${message}`);
    expect(correctionsOf(obsDefaultRules, cluster)).toEqual([]);
  });
});
