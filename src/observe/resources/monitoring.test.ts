import type { KubeObject } from '../../kube/types.ts';
import { alertmanagerconfigs, podmonitors, prometheuses, prometheusrules, servicemonitors } from './monitoring.ts';

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
