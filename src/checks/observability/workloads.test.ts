import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { deployment } from '../../../test/fixtures/observability.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { alertmanager, kubeStateMetrics, nodeExporter, prometheusServer } from './layers.ts';
import { isImageOf, workloadsOf } from './workloads.ts';

const layers = [kubeStateMetrics, nodeExporter, prometheusServer, alertmanager];

/** One look at a cluster with these Deployments. */
function lookAt(...workloads: WorkloadView[]): ClusterView {
  const { cluster, derive, ...view } = clusterOf({});
  return { ...view, cluster, derive, list: (resource) => (resource === 'deployments' ? workloads : []) as never[] };
}

function kept(name: string, change: Parameters<typeof deployment>[1]): WorkloadView {
  const [workload] = clusterOf({ deployments: [deployment(name, change)] }).list('deployments');
  return workload as WorkloadView;
}

describe('what a workload is a part of', () => {
  it('is read from its image once, however many layers ask at however many looks', () => {
    const web = kept('web', { images: ['registry.example.com/team/web:v1'] });
    let reads = 0;
    const workload = Object.defineProperty({ ...web }, 'containers', {
      get: () => {
        reads += 1;
        return web.containers;
      },
    });
    for (let look = 0; look < 10; look += 1) {
      const view = lookAt(workload);
      for (const { signature } of layers) expect(workloadsOf(view, signature, ['Deployment'])).toEqual([]);
    }
    expect(reads).toBe(1);
  });

  it.each([
    ['its image', { images: ['registry.example.com/team/alertmanager:v1'] }],
    ['its image beside a sidecar', { images: ['quay.io/prometheus-operator/prometheus-config-reloader:v1', 'prom/alertmanager'] }],
    ['a label of its pods', { images: ['example.com/a:v1'], labels: { 'k8s-app': 'alertmanager' } }],
    ['a label of its own', { images: ['example.com/a:v1'] }, { 'app.kubernetes.io/name': 'alertmanager' }],
  ])('is found among others by %s', (_, change, labels: Record<string, string> = {}) => {
    const web = kept('web', { images: ['registry.example.com/alertmanager/web:v1'] });
    const one = { ...kept('one', change), labels };
    const view = lookAt(web, one, web);
    expect(layers.flatMap(({ signature }) => workloadsOf(view, signature, ['Deployment']))).toEqual([one]);
  });

  it('comes in the order of names, whatever the order in which the cluster told of them', () => {
    const [a, b] = ['a', 'b'].map((name) => kept(name, { images: ['prom/alertmanager'] })) as [WorkloadView, WorkloadView];
    expect(workloadsOf(lookAt(b, a), alertmanager.signature, ['Deployment'])).toEqual([a, b]);
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
