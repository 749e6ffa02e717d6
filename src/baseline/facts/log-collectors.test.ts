import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { daemonset, type WorkloadFixture } from '../../../test/fixtures/observability.ts';
import { createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { logCollectors } from './log-collectors.ts';

const fluentBit = (options: WorkloadFixture = {}) =>
  daemonset('fluent-bit', { namespace: 'logging', images: ['cr.fluentbit.io/fluent/fluent-bit:4.1.0'], ...options });
const exporter = daemonset('node-exporter', { images: ['quay.io/prometheus/node-exporter:v1.9.0'] });
const found = (...daemonsets: object[]) => collect([logCollectors], clusterOf({ daemonsets })).entries;
const drift = (agreed: object[], actual: object[]) =>
  compare([logCollectors], found(...agreed), found(...actual)).map(({ object, path, expected, actual: now }) => [
    object,
    path,
    expected,
    now,
  ]);

describe('log collectors drift', () => {
  it('with a collector that is gone, and one that takes its place', () => {
    const vector = daemonset('vector', { namespace: 'logging', images: ['docker.io/timberio/vector:0.50.0'] });
    expect(drift([fluentBit(), exporter], [vector, exporter])).toEqual([
      ['DaemonSet/logging/fluent-bit', '', 'images=cr.fluentbit.io/fluent/fluent-bit', ''],
      ['DaemonSet/logging/vector', '', '', 'images=docker.io/timberio/vector'],
    ]);
  });

  it('with the image of another source', () => {
    expect(drift([fluentBit()], [fluentBit({ images: ['registry.example.com/mirror/fluent-bit:4.1.0'] })])).toEqual([
      ['DaemonSet/logging/fluent-bit', 'images', 'cr.fluentbit.io/fluent/fluent-bit', 'registry.example.com/mirror/fluent-bit'],
    ]);
  });
});

describe('log collectors do not drift', () => {
  it('with their version, which platform-workloads states, nor their digest', () => {
    const newer = `cr.fluentbit.io/fluent/fluent-bit:4.2.0@sha256:${'0'.repeat(64)}`;
    expect(drift([fluentBit()], [fluentBit({ images: [newer] })])).toEqual([]);
  });

  it('with the order of containers, the number of nodes and of ready pods', () => {
    const images = ['cr.fluentbit.io/fluent/fluent-bit:4.1.0', 'registry.example.com/configmap-reload:1'];
    expect(drift([fluentBit({ images, desired: 3 })], [fluentBit({ images: images.toReversed(), desired: 9, ready: 2 })])).toEqual([]);
  });

  it('with other DaemonSets', () => {
    expect(drift([], [exporter])).toEqual([]);
  });

  it('outside of what is covered', () => {
    const view = clusterOf({ daemonsets: [fluentBit({ namespace: 'sandbox' })] });
    expect(collect([logCollectors], view, createAgreement({ namespaces: { exclude: ['sandbox'] } })).entries).toEqual([]);
  });
});

it('knows where the images are written', () => {
  const source = (path: string) => logCollectors.source('DaemonSet/logging/fluent-bit', path, '', clusterOf());
  expect(source('images')).toMatchObject({ type: { resource: 'daemonsets' }, name: 'fluent-bit', namespace: 'logging' });
  expect(source('images')?.fields).toEqual(['spec', 'template', 'spec', 'containers']);
  expect(source('')?.fields).toEqual([]);
});
