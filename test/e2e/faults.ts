import type { Manifest } from '../controlplane/cluster-handle.ts';
import { registry } from './node.ts';
import { image, shop, type World } from './world.ts';

/** What breaks, and what is to be found. Nothing here writes a status. */
export interface Fault {
  what: string;
  /** Of the finding, `<check> <object>`. */
  key: string;
  /** What the message says, in words of Kubernetes. */
  says: RegExp;
  cause(world: World): Promise<unknown>;
  mend(world: World): Promise<unknown>;
}

const main = { name: 'main', image: `${image}:e2e`, imagePullPolicy: 'Never' };

/** A Deployment of one pod in which node runs this program. */
export function deployment(app: string, program: string, container: object = {}, namespace = shop): Manifest {
  const resources = { requests: { cpu: '1m', memory: '1Mi' } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace },
    spec: {
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ ...main, command: ['node', '-e', program], resources, ...container }],
        },
      },
    },
  };
}

/** A Pod that writes more into its emptyDir than that may hold. */
const filling: Manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'filling', namespace: shop },
  spec: {
    restartPolicy: 'Never',
    containers: [
      {
        ...main,
        command: ['node', '-e', "fs.writeFileSync('/data/a', Buffer.alloc(30e6)); setInterval(() => {}, 1000)"],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        securityContext: { runAsUser: 0 },
      },
    ],
    volumes: [{ name: 'data', emptyDir: { sizeLimit: '10Mi' } }],
  },
};

const applied = (what: string, manifest: Manifest, key: string, says: RegExp): Fault => ({
  ...{ what, key, says },
  cause: ({ cluster }) => cluster.apply(manifest),
  mend: ({ cluster }) =>
    cluster.kubectl(['delete', manifest.kind.toLowerCase(), manifest.metadata.name, '-n', manifest.metadata.namespace!, '--wait=false']),
});

const pulled = (path: string) => ({ image: `${registry}/${path}`, imagePullPolicy: 'Always' });

export const applications: readonly Fault[] = [
  applied('a program that crashes', deployment('crashing', 'process.exit(3)'), 'pod-crashloop Deployment/shop/crashing', /exit code 3/),
  applied(
    'a program that wants more memory than its limit',
    deployment('hungry', 'const held = []; for (;;) held.push(Buffer.alloc(4e6, 1))', { resources: { limits: { memory: '96Mi' } } }),
    'pod-oomkilled Deployment/shop/hungry',
    /ran out of memory .*limit 96Mi/,
  ),
  applied(
    'an image that is not in its registry',
    deployment('missing', '', pulled('team/web:9.9.9')),
    'image-pull Deployment/shop/missing',
    /team\/web:9\.9\.9/,
  ),
  applied(
    'an image for which nobody is logged in',
    deployment('private', '', pulled('private/web:1.0.0')),
    'image-pull Deployment/shop/private',
    /credentials/,
  ),
  applied(
    'a pod that fits nowhere',
    deployment('large', '', { resources: { requests: { cpu: '900' } } }),
    'pod-unschedulable Deployment/shop/large',
    /Insufficient cpu/,
  ),
  applied('a volume that is filled', filling, 'pod-evicted Cluster/local', /for lack of its own limit of storage/),
];

const corefile = ['configmap', 'coredns', '-n', 'kube-system'];
const writeCorefile = async ({ cluster }: World, change: (text: string) => string) => {
  const { data } = await cluster.kubectlJson<{ data: { Corefile: string } }>(['get', ...corefile]);
  await cluster.kubectl(['patch', ...corefile, '--type=merge', '-p', JSON.stringify({ data: { Corefile: change(data.Corefile) } })]);
  await cluster.kubectl(['delete', 'pods', '-n', 'kube-system', '-l', 'k8s-app=kube-dns', '--wait=false']);
};
const scaleMetricsServer = ({ cluster }: World, replicas: number) =>
  cluster.kubectl(['scale', 'deployment/metrics-server', '-n', 'kube-system', `--replicas=${replicas}`]);
const mistake = 'no-such-plugin\n';

export const platform: readonly Fault[] = [
  {
    what: 'a Corefile that the cluster DNS does not understand',
    key: 'dns-unhealthy Service/kube-system/kube-dns',
    says: /no ready endpoint: .*Deployment\/kube-system\/coredns/,
    cause: (world) => writeCorefile(world, (text) => text.replace('errors\n', `errors\n  ${mistake}`)),
    mend: (world) => writeCorefile(world, (text) => text.replace(mistake, '')),
  },
  {
    what: 'a metrics-server that is scaled away',
    key: 'obs-metrics-server APIService/v1beta1.metrics.k8s.io',
    says: /v1beta1\.metrics\.k8s\.io is not available \(MissingEndpoints\)/,
    cause: (world) => scaleMetricsServer(world, 0),
    mend: (world) => scaleMetricsServer(world, 1),
  },
];
