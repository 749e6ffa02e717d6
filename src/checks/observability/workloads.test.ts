import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { deployment } from '../../../test/fixtures/observability.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { alertmanager, kubeStateMetrics, nodeExporter, prometheusServer } from './layers.ts';
import { isImageOf, matches } from './workloads.ts';

/** As it is kept of a Deployment, with a count of how often its containers are looked at. */
function watched(image: string): { workload: WorkloadView; reads: () => number } {
  const [kept] = [...clusterOf({ deployments: [deployment('web', { images: [image] })] }).list('deployments')];
  let reads = 0;
  const workload = Object.defineProperty({ ...kept! }, 'containers', {
    get: () => {
      reads += 1;
      return kept!.containers;
    },
  });
  return { workload, reads: () => reads };
}

describe('what a workload is a part of', () => {
  it('is read from its image once, however many layers ask at however many looks', () => {
    const { workload, reads } = watched('registry.example.com/team/alertmanager:v1');
    for (let look = 0; look < 10; look += 1) {
      const found = [kubeStateMetrics, nodeExporter, prometheusServer, alertmanager].map(({ signature }) => matches(signature, workload));
      expect(found).toEqual([false, false, false, true]);
    }
    expect(reads()).toBe(1);
  });

  it.each([
    ['alertmanager', true],
    ['alertmanager:v1', true],
    ['registry.example.com:5000/team/alertmanager@sha256:0123', true],
    ['registry.example.com/team/my-alertmanager:v1', false],
    ['registry.example.com/alertmanager/web:v1', false],
  ])('is told from whole parts of the image: %s', (image, expected) => {
    expect(isImageOf(['alertmanager'], image)).toBe(expected);
  });
});
