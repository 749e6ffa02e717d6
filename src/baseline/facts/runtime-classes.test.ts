import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { runtimeClasses } from './runtime-classes.ts';

const runtimeClass = (fields: object = {}, name = 'gvisor') => ({ metadata: { name }, handler: 'runsc', ...fields });
const found = (...runtimeclasses: object[]) => collect([runtimeClasses], clusterOf({ runtimeclasses })).entries;
const drift = (agreed: object[], actual: object[]) => compare([runtimeClasses], found(...agreed), found(...actual));
const changes = (agreed: object, actual: object) =>
  drift([runtimeClass(agreed)], [runtimeClass(actual)]).map(({ path, expected, actual: now }) => [path, expected, now]);
const tolerations = (...list: object[]) => ({ scheduling: { tolerations: list } });
const sandbox = { key: 'sandbox', operator: 'Equal', value: 'gvisor', effect: 'NoSchedule' };

describe('runtime classes drift', () => {
  it.each<[string, object, object, [string, string, string]]>([
    ['handler', {}, { handler: 'kata' }, ['handler', 'runsc', 'kata']],
    [
      'overhead',
      { overhead: { podFixed: { cpu: '100m' } } },
      { overhead: { podFixed: { cpu: '200m', memory: '64Mi' } } },
      ['overhead', 'cpu=100m', 'cpu=200m, memory=64Mi'],
    ],
    ['node selector', {}, { scheduling: { nodeSelector: { sandbox: 'gvisor' } } }, ['nodeSelector', '', 'sandbox=gvisor']],
    ['tolerations', {}, tolerations(sandbox), ['tolerations', '', 'sandbox Equal gvisor:NoSchedule']],
    [
      'time of a toleration',
      tolerations({ ...sandbox, effect: 'NoExecute', tolerationSeconds: 60 }),
      tolerations({ ...sandbox, effect: 'NoExecute', tolerationSeconds: 90 }),
      ['tolerations', 'sandbox Equal gvisor:NoExecute for 60s', 'sandbox Equal gvisor:NoExecute for 90s'],
    ],
  ])('with another %s', (_, agreed, actual, expected) => {
    expect(changes(agreed, actual)).toEqual([expected]);
  });

  it('with a class that is new and one that is gone', () => {
    expect(drift([runtimeClass({}, 'old')], [runtimeClass({}, 'new')]).map(({ object, path }) => [object, path])).toEqual([
      ['RuntimeClass/new', ''],
      ['RuntimeClass/old', ''],
    ]);
  });
});

describe('runtime classes do not drift', () => {
  it('with the spelling of a quantity', () => {
    expect(
      changes({ overhead: { podFixed: { cpu: '1', memory: '1Gi' } } }, { overhead: { podFixed: { memory: '1024Mi', cpu: '1000m' } } }),
    ).toEqual([]);
  });

  it('with the order of tolerations, or one that leaves out the default operator', () => {
    const { operator: _, ...brief } = sandbox;
    const other = { key: 'team', operator: 'Exists' };
    expect(changes(tolerations(sandbox, other), tolerations(other, brief))).toEqual([]);
  });

  it('with empty scheduling, labels and managedFields', () => {
    const written = { metadata: { name: 'gvisor', labels: { a: 'b' }, managedFields: [{ manager: 'helm' }] }, handler: 'runsc' };
    expect(drift([runtimeClass()], [{ ...written, overhead: {}, scheduling: {} }])).toEqual([]);
  });
});

it.each([
  ['', []],
  ['handler', ['handler']],
  ['overhead', ['overhead', 'podFixed']],
  ['nodeSelector', ['scheduling', 'nodeSelector']],
  ['tolerations', ['scheduling', 'tolerations']],
])('knows where the value at the path %p is written', (path, fields) => {
  expect(runtimeClasses.source('RuntimeClass/gvisor', path, '', clusterOf())).toMatchObject({
    type: { group: 'node.k8s.io', resource: 'runtimeclasses' },
    name: 'gvisor',
    fields,
  });
});
