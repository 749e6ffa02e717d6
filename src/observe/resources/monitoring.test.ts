import type { KubeObject } from '../../kube/types.ts';
import {
  alertmanagerconfigs,
  podmonitors,
  prometheusagents,
  prometheuses,
  prometheusrules,
  servicemonitors,
  thanosrulers,
} from './monitoring.ts';

const metadata = { name: 'x', namespace: 'monitoring' };
const from = (spec: object) => ({ metadata, spec }) as KubeObject;

describe('what is kept of a Prometheus', () => {
  it('is how many pods all its shards have, and one where nothing is said', () => {
    const replicas = (spec: object) => prometheuses.project(from(spec))?.replicas;
    expect([replicas({}), replicas({ replicas: 2 }), replicas({ replicas: 2, shards: 3 }), replicas({ replicas: 0 })]).toEqual([
      1, 2, 6, 0,
    ]);
  });

  it('is where it stores, which is an emptyDir where nothing is said', () => {
    const storage = (spec: object) => prometheuses.project(from(spec))?.storage;
    expect(storage({})).toBe('emptyDir');
    expect(storage({ storage: { emptyDir: {} } })).toBe('emptyDir');
    expect(storage({ storage: { ephemeral: {} } })).toBe('ephemeral');
    expect(storage({ storage: { volumeClaimTemplate: {} } })).toBe('persistent');
  });

  it('is whether its data is copied and its alerts go elsewhere', () => {
    const view = (spec: object) => {
      const { copiesData, alertsElsewhere, retention } = prometheuses.project(from(spec))!;
      return { copiesData, alertsElsewhere, retention };
    };
    expect(view({ remoteWrite: [], thanos: {} })).toEqual({ copiesData: false, alertsElsewhere: false, retention: '' });
    expect(view({ thanos: { objectStorageConfigFile: '/thanos.yaml' }, additionalAlertManagerConfigs: {}, retention: '15d' })).toEqual({
      copiesData: true,
      alertsElsewhere: true,
      retention: '15d',
    });
  });
});

it('of a PrometheusRule the names of its alerts are kept, each once and in order, and not those of recording rules', () => {
  const groups = [{ rules: [{ alert: 'B' }, { record: 'a:b' }, { alert: 'A' }] }, { rules: [{ alert: 'B' }] }, {}];
  expect(prometheusrules.project(from({ groups }))?.alerts).toEqual(['A', 'B']);
});

it('of a receiver its integrations of every kind are counted, also of kinds that are not known yet', () => {
  const receivers = [{ name: 'null' }, { name: 'desk', webhookConfigs: [{}, {}], futureConfigs: [{}], emailConfigs: [] }];
  expect(alertmanagerconfigs.project(from({ receivers }))?.receivers).toEqual([
    { name: 'null', integrations: 0 },
    { name: 'desk', integrations: 3 },
  ]);
});

describe('a monitor selects in', () => {
  it.each([
    [undefined, ['monitoring']],
    [{}, ['monitoring']],
    [{ matchNames: ['a', 'b'] }, ['a', 'b']],
    [{ any: true }, 'any'],
    [{ any: true, matchNames: ['a'] }, 'any'],
  ])('the namespaces of %j', (namespaceSelector, expected) => {
    for (const kind of [servicemonitors, podmonitors]) expect(kind.project(from({ namespaceSelector }))?.namespaces).toEqual(expected);
  });
});

describe('what selects rules and monitors', () => {
  const everything = { matchLabels: {}, matchExpressions: [] };

  it('selects none without a selector, all with an empty one, and in its own namespace where nothing is said of others', () => {
    const selects = (spec: object) => prometheuses.project(from(spec))?.selects.prometheusrules;
    expect(selects({})).toBeUndefined();
    expect(selects({ ruleNamespaceSelector: {} })).toBeUndefined();
    expect(selects({ ruleSelector: {} })).toEqual({ labels: everything, namespaces: 'own' });
    expect(selects({ ruleSelector: { matchLabels: { release: 'a' } }, ruleNamespaceSelector: {} })).toEqual({
      labels: { ...everything, matchLabels: { release: 'a' } },
      namespaces: everything,
    });
  });

  it('is a Prometheus for all, an agent for monitors and a ThanosRuler for rules', () => {
    const spec = { ruleSelector: {}, serviceMonitorSelector: {}, podMonitorSelector: {} };
    const selected = [prometheuses, prometheusagents, thanosrulers].map((kind) => {
      const selects = kind.project(from(spec))?.selects ?? {};
      return Object.keys(selects).sort();
    });
    expect(selected).toEqual([
      ['podmonitors', 'prometheusrules', 'servicemonitors'],
      ['podmonitors', 'servicemonitors'],
      ['prometheusrules'],
    ]);
  });
});
