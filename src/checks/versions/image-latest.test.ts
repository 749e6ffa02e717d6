import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { running } from '../../../test/fixtures/versions.ts';
import { imageLatest } from './image-latest.ts';

const found = (images: string[], options: Parameters<typeof running>[2] = {}) =>
  findingsOf(imageLatest, { deployments: [running('controller', images, options)] });

describe('image-latest fires', () => {
  it('once for a workload, with each container that says no version', () => {
    expect(found(['busybox', 'x/app:v1.2.0', 'registry.example.com:5000/team/app:latest'])).toEqual([
      {
        object: 'Deployment/ingress-nginx/controller',
        severity: 'warning',
        reason: 'ImageWithoutVersion',
        message:
          'Deployment/ingress-nginx/controller runs busybox (container c0), registry.example.com:5000/team/app:latest (container c2), which names neither a version nor a digest. Name one.',
      },
    ]);
  });

  it('for StatefulSets and DaemonSets too', () => {
    const workload = [running('agent', ['x/agent'])];
    expect(findingsOf(imageLatest, { statefulsets: workload, daemonsets: workload }).map(({ object }) => object)).toEqual(
      expect.arrayContaining(['StatefulSet/ingress-nginx/agent', 'DaemonSet/ingress-nginx/agent']),
    );
  });

  it('for what is scaled to zero: the next start may bring another version', () => {
    expect(found(['busybox'], { replicas: 0 })).toHaveLength(1);
  });
});

describe('image-latest at its boundaries', () => {
  it.each([
    ['localhost:5000/app', 1],
    ['localhost:5000/app:latest', 1],
    ['localhost:5000/app:1', 0],
    ['app:latest-alpine', 0],
    ['app:latest@sha256:abc', 0],
    ['app@sha256:abc', 0],
  ])('%s gives %d', (image, count) => {
    expect(found([image])).toHaveLength(count);
  });

  it('looks into the namespaces that the coverage calls the platform’s', () => {
    const cluster = { deployments: [running('web', ['busybox'], { namespace: 'shop' }), running('lb', ['busybox'])] };
    expect(findingsOf(imageLatest, cluster, {}, { platformNamespaces: ['shop'] }).map(({ object }) => object)).toEqual([
      'Deployment/shop/web',
    ]);
  });
});

describe('image-latest is silent', () => {
  it('for applications', () => {
    expect(found(['busybox'], { namespace: 'shop' })).toEqual([]);
  });

  it('for a workload that is being deleted', () => {
    expect(found(['busybox'], { deleting: true })).toEqual([]);
  });

  it.each(['auto', ' ', ''])('for a template whose image %p something else fills in', (image) => {
    expect(found([image])).toEqual([]);
  });
});

it.each(['deployments', 'statefulsets', 'daemonsets'] as const)('image-latest is unknown, not healthy, where %s cannot be read', (name) => {
  const knowledge = { [name]: { state: 'NotPermitted', message: 'forbidden' } } as const;
  expect(verdictOf(imageLatest, { knowledge })).toBe('Unknown: forbidden');
});
