import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { apiServices } from './apiservices.ts';

const service = { namespace: 'kube-system', name: 'metrics-server', port: 443 };
const api = (spec: object = { service }, metadata: object = {}) => ({
  metadata: { name: 'v1beta1.metrics.k8s.io', ...metadata },
  spec: { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100, ...spec },
});
const found = (...apiservices: object[]) => collect([apiServices], clusterOf({ apiservices })).entries;
const drift = (agreed: object[], actual: object[]) =>
  compare([apiServices], found(...agreed), found(...actual)).map(({ object, path, expected, actual: now }) => [
    object,
    path,
    expected,
    now,
  ]);

describe('API services drift', () => {
  it('with another Service, also one of the same name in another namespace', () => {
    expect(drift([api()], [api({ service: { ...service, namespace: 'shop' } })])).toEqual([
      ['APIService/v1beta1.metrics.k8s.io', 'service', 'kube-system/metrics-server', 'shop/metrics-server'],
    ]);
  });

  it('when the certificate is not looked at any more', () => {
    expect(drift([api()], [api({ service, insecureSkipTLSVerify: true })])).toEqual([
      ['APIService/v1beta1.metrics.k8s.io', 'insecureSkipTLSVerify', 'false', 'true'],
    ]);
  });

  it('with an API that is new and one that is gone', () => {
    expect(drift([api()], [api({ service }, { name: 'v1.packages.example.com' })]).map(([object, path]) => [object, path])).toEqual([
      ['APIService/v1.packages.example.com', ''],
      ['APIService/v1beta1.metrics.k8s.io', ''],
    ]);
  });
});

describe('API services do not drift', () => {
  it('with the CA that an injector writes, their status and managedFields', () => {
    const injected = api({ service, caBundle: 'bmV3', insecureSkipTLSVerify: false }, { managedFields: [{ manager: 'cainjector' }] });
    expect(drift([api()], [{ ...injected, status: { conditions: [{ type: 'Available', status: 'False' }] } }])).toEqual([]);
  });

  it('with APIs that the API server answers itself, which an upgrade or a CustomResourceDefinition adds', () => {
    expect(drift([], [api({}, { name: 'v1.autoscaling' }), api({ service: null }, { name: 'v1.cert-manager.io' })])).toEqual([]);
  });

  it('with those that the provider keeps', () => {
    expect(drift([], [api({ service }, { labels: { 'kubernetes.azure.com/managedby': 'aks' } })])).toEqual([]);
  });
});

it('knows where a value is written', () => {
  const source = (path: string) => apiServices.source('APIService/v1beta1.metrics.k8s.io', path, '', clusterOf());
  expect(source('service')).toMatchObject({ type: { resource: 'apiservices' }, fields: ['spec', 'service'] });
  expect(source('')).toMatchObject({ name: 'v1beta1.metrics.k8s.io', fields: [] });
});
