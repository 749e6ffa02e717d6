import { type ClusterFixture, clusterOf } from '../../../test/fixtures/cluster.ts';
import { operated } from '../../../test/fixtures/observability.ts';
import { createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { observability } from './observability.ts';

const server = (spec: object = {}) => operated('main', { spec });
const rule = (alerts: string[], options: object = {}) =>
  operated('rules', {
    spec: { groups: [{ name: 'a', rules: [{ record: 'job:up' }, ...alerts.map((alert) => ({ alert, expr: 'up == 0' }))] }] },
    ...options,
  });
const monitor = (matchLabels: object, spec: object = {}) => operated('api', { spec: { selector: { matchLabels }, ...spec } });
const found = (cluster: ClusterFixture) => collect([observability], clusterOf(cluster)).entries;
const drift = (agreed: ClusterFixture, actual: ClusterFixture) =>
  compare([observability], found(agreed), found(actual)).map(({ object, path, expected, actual: now }) => [object, path, expected, now]);

describe('observability drifts', () => {
  it('with the retention and the number of pods of Prometheus', () => {
    expect(drift({ prometheuses: [server({ retention: '15d', replicas: 2 })] }, { prometheuses: [server({ retention: '2d' })] })).toEqual([
      ['Prometheus/monitoring/main', 'replicas', '2', '1'],
      ['Prometheus/monitoring/main', 'retention', '15d', '2d'],
    ]);
  });

  it('with a retention that is left to the default', () => {
    expect(drift({ prometheuses: [server({ retention: '15d' })] }, { prometheuses: [server()] })).toEqual([
      ['Prometheus/monitoring/main', 'retention', '15d', ''],
    ]);
  });

  it('with the number of pods of Alertmanager', () => {
    expect(drift({ alertmanagers: [server({ replicas: 3 })] }, { alertmanagers: [server({ replicas: 1 })] })).toEqual([
      ['Alertmanager/monitoring/main', 'replicas', '3', '1'],
    ]);
  });

  it('with the names of alerts in a PrometheusRule, and says how many there were', () => {
    expect(drift({ prometheusrules: [rule(['A', 'B'])] }, { prometheusrules: [rule(['A'])] })).toEqual([
      ['PrometheusRule/monitoring/rules', 'alerts', expect.stringMatching(/^2, sha256:/), expect.stringMatching(/^1, sha256:/)],
    ]);
    expect(drift({ prometheusrules: [rule(['A', 'B'])] }, { prometheusrules: [rule(['A', 'C'])] })).toHaveLength(1);
  });

  it.each(['servicemonitors', 'podmonitors'] as const)('with what one of the %s selects, and where', (resource) => {
    const agreed = { [resource]: [monitor({ app: 'api' })] };
    expect(drift(agreed, { [resource]: [monitor({ app: 'web' })] })).toHaveLength(1);
    expect(drift(agreed, { [resource]: [monitor({ app: 'api' }, { namespaceSelector: { any: true } })] })).toHaveLength(1);
  });

  it('with objects that are new and that are gone', () => {
    expect(drift({ servicemonitors: [monitor({})] }, { podmonitors: [monitor({})] }).map(([object, path]) => [object, path])).toEqual([
      ['PodMonitor/monitoring/api', ''],
      ['ServiceMonitor/monitoring/api', ''],
    ]);
  });
});

describe('observability does not drift', () => {
  it.each([
    ['15d', '360h'],
    ['15d', '2w1d'],
    ['1y', '365d'],
    ['90m', '1h30m'],
    ['1500ms', '1s500ms'],
  ])('with the spelling of a retention: %s is %s', (agreed, actual) => {
    expect(drift({ prometheuses: [server({ retention: agreed })] }, { prometheuses: [server({ retention: actual })] })).toEqual([]);
  });

  it('with the order of alerts, one named twice, recording rules and expressions', () => {
    const groups = [
      {
        name: 'b',
        rules: [
          { alert: 'B', expr: 'other' },
          { alert: 'A', expr: 'x' },
        ],
      },
      { name: 'a', rules: [{ alert: 'A', expr: 'y' }, { record: 'other' }] },
    ];
    expect(drift({ prometheusrules: [rule(['A', 'B'])] }, { prometheusrules: [operated('rules', { spec: { groups } })] })).toEqual([]);
  });

  it('with a status, managedFields, a version of Prometheus, and replicas spelled out', () => {
    const written = operated('main', { available: 'Degraded', spec: { replicas: 1, shards: 1, version: 'v3.8.0' } });
    const agreed = { prometheuses: [server()] };
    expect(
      drift(agreed, { prometheuses: [{ ...written, metadata: { name: 'main', namespace: 'monitoring', managedFields: [{}] } }] }),
    ).toEqual([]);
  });

  it('with the order of namespaces that a monitor selects', () => {
    const selecting = (matchNames: string[]) => ({ servicemonitors: [monitor({ app: 'api' }, { namespaceSelector: { matchNames } })] });
    expect(drift(selecting(['a', 'b']), selecting(['b', 'a']))).toEqual([]);
  });

  it('with what teams keep in their own namespaces', () => {
    const own = { namespace: 'shop' };
    expect(drift({}, { prometheuses: [operated('main', own)], prometheusrules: [rule(['A'], own)] })).toEqual([]);
    const agreement = createAgreement({ platformNamespaces: ['shop'] });
    expect(collect([observability], clusterOf({ prometheuses: [operated('main', own)] }), agreement).entries).toHaveLength(1);
  });

  it('where one of the APIs is not installed, and is unknown where one may not be read', () => {
    const knowledge = (state: 'NotInstalled' | 'NotPermitted') => ({ podmonitors: { state, message: 'why' } });
    const seen = (state: 'NotInstalled' | 'NotPermitted') =>
      collect([observability], clusterOf({ prometheuses: [server()], knowledge: knowledge(state) }));
    expect(seen('NotInstalled')).toMatchObject({ entries: [{ object: 'Prometheus/monitoring/main' }], missing: [] });
    expect(seen('NotPermitted')).toMatchObject({ entries: [], missing: [{ fact: 'observability', message: 'why' }] });
  });
});

it.each([
  ['Prometheus', '', []],
  ['Prometheus', 'retention', ['spec', 'retention']],
  ['Alertmanager', 'replicas', ['spec', 'replicas']],
  ['PrometheusRule', 'alerts', ['spec', 'groups']],
  ['PodMonitor', 'selects', ['spec', 'selector']],
])('knows where the value of a %s at the path %p is written', (kind, path, fields) => {
  expect(observability.source(`${kind}/monitoring/main`, path, '', clusterOf())).toMatchObject({
    type: { kind },
    name: 'main',
    namespace: 'monitoring',
    fields,
  });
});
