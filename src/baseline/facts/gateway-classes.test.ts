import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { gatewayClasses } from './gateway-classes.ts';

const parameters = (name: string, namespace?: string) => ({
  group: 'example.com',
  kind: 'Settings',
  name,
  ...(namespace ? { namespace } : {}),
});
const gatewayClass = (spec: object = {}, metadata: object = {}) => ({
  metadata: { name: 'public', ...metadata },
  spec: { controllerName: 'example.com/gateway', ...spec },
});
const found = (...gatewayclasses: object[]) => collect([gatewayClasses], clusterOf({ gatewayclasses })).entries;
const drift = (agreed: object[], actual: object[]) =>
  compare([gatewayClasses], found(...agreed), found(...actual)).map(({ object, path, expected, actual: now }) => [
    object,
    path,
    expected,
    now,
  ]);

describe('gateway classes drift', () => {
  it('with another controller', () => {
    expect(drift([gatewayClass()], [gatewayClass({ controllerName: 'example.org/other' })])).toEqual([
      ['GatewayClass/public', 'controllerName', 'example.com/gateway', 'example.org/other'],
    ]);
  });

  it('with other parameters, also those of the same name in another namespace', () => {
    expect(drift([gatewayClass()], [gatewayClass({ parametersRef: parameters('edge') })])).toEqual([
      ['GatewayClass/public', 'parameters', '', 'Settings.example.com/edge'],
    ]);
    expect(
      drift([gatewayClass({ parametersRef: parameters('edge', 'a') })], [gatewayClass({ parametersRef: parameters('edge', 'b') })]),
    ).toEqual([['GatewayClass/public', 'parameters', 'Settings.example.com/a/edge', 'Settings.example.com/b/edge']]);
  });

  it('with a class that is new and one that is gone', () => {
    expect(drift([gatewayClass()], [gatewayClass({}, { name: 'internal' })]).map(([object, path]) => [object, path])).toEqual([
      ['GatewayClass/internal', ''],
      ['GatewayClass/public', ''],
    ]);
  });
});

describe('gateway classes do not drift', () => {
  it('with their status, description, labels and managedFields', () => {
    const written = {
      ...gatewayClass({ description: 'for everybody' }, { labels: { a: 'b' }, managedFields: [{ manager: 'helm' }], generation: 3 }),
      status: { conditions: [{ type: 'Accepted', status: 'False' }], supportedFeatures: [{ name: 'HTTPRoute' }] },
    };
    expect(drift([gatewayClass()], [written])).toEqual([]);
  });

  it('with those that the provider keeps', () => {
    const labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
    expect(drift([], [gatewayClass({}, { name: 'gke-l7-rilb', labels })])).toEqual([]);
  });

  it('where the Gateway API is not installed', () => {
    const view = clusterOf({ knowledge: { gatewayclasses: { state: 'NotInstalled', message: 'not served' } } });
    expect(collect([gatewayClasses], view)).toEqual({ entries: [], missing: [], switchedOff: [] });
  });
});

it.each([
  ['', []],
  ['controllerName', ['spec', 'controllerName']],
  ['parameters', ['spec', 'parametersRef']],
])('knows where the value at the path %p is written', (path, fields) => {
  expect(gatewayClasses.source('GatewayClass/public', path, '', clusterOf())).toMatchObject({
    type: { resource: 'gatewayclasses' },
    name: 'public',
    fields,
  });
});
