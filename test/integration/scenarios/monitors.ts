import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { custom, installApi, resource, workload } from './monitoring-stack.ts';
import { namespace, type Scenario } from './scenario.ts';

const scrape = 'monitoring-scrape';
const jobs = `${scrape}-jobs`;

function service(name: string, app: string): Manifest {
  const spec = { selector: { app: name }, ports: [{ name: 'http', port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: scrape, labels: { app } }, spec };
}

const monitorOf =
  (plural: 'servicemonitors' | 'podmonitors') =>
  (name: string, selector: object, more: object = {}) =>
    custom(plural, name, scrape, { selector, ...more });
const serviceMonitor = monitorOf('servicemonitors');
const podMonitor = monitorOf('podmonitors');

const scrapeOrphan: Scenario = {
  check: 'obs-scrape-orphan',
  object: 'Cluster/local',
  prepare: async (world) => {
    await installApi(world, 'servicemonitors', 'podmonitors');
    await world.apply(namespace(scrape), namespace(jobs), service('web', 'web'), serviceMonitor('web', { matchLabels: { app: 'web' } }));
  },
  fault: ({ apply }) => apply(service('web', 'shop')),
  mend: ({ apply }) => apply(service('web', 'web')),
  lookAlikes: [
    {
      what: "the API server's own Service, of another namespace",
      arrange: ({ apply }) => {
        const selector = { matchLabels: { component: 'apiserver', provider: 'kubernetes' } };
        return apply(serviceMonitor('apiserver', selector, { namespaceSelector: { matchNames: ['default'] } }));
      },
    },
    {
      what: 'a Service without pods, found by an expression in any namespace',
      arrange: ({ apply }) => {
        const matchExpressions = [{ key: 'app', operator: 'In', values: ['web', 'shop'] }];
        return apply(serviceMonitor('any', { matchExpressions }, { namespaceSelector: { any: true } }));
      },
    },
    {
      what: 'the pods of a Deployment that is scaled to zero',
      arrange: ({ apply }) =>
        apply(
          workload('Deployment', 'sleeps', scrape, { images: ['registry.example.com/sleeps:1.0.0'], replicas: 0 }),
          podMonitor('sleeps', { matchLabels: { app: 'sleeps' } }),
        ),
    },
    {
      what: 'pods that are told apart by a label which a controller adds',
      arrange: ({ apply }) => apply(podMonitor('primary', { matchLabels: { 'cnpg.io/cluster': 'orders' } })),
    },
    {
      what: 'a monitor that is being deleted',
      arrange: async ({ apply, patch, remove }) => {
        await apply(serviceMonitor('gone', {}));
        const finalizers = ['example.com/takes-its-time'];
        await patch(resource('servicemonitors'), 'gone', { metadata: { finalizers } }, { namespace: scrape });
        await remove(resource('servicemonitors'), 'gone', scrape);
        await patch(resource('servicemonitors'), 'gone', { spec: { selector: { matchLabels: { app: 'gone' } } } }, { namespace: scrape });
      },
    },
    {
      what: 'the pods of a Job',
      arrange: ({ apply }) => {
        const container = { name: 'main', image: 'registry.example.com/import:1.0.0' };
        const metadata = { labels: { app: 'import' }, annotations: { 'fake-kubelet/hold': 'true' } };
        const template = { metadata, spec: { restartPolicy: 'Never', containers: [container] } };
        return apply(
          { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'import', namespace: jobs }, spec: { template } },
          podMonitor('import', { matchLabels: { app: 'import' } }, { namespaceSelector: { matchNames: [jobs] } }),
        );
      },
    },
  ],
};

export const monitors: readonly Scenario[] = [scrapeOrphan];
