import type { Cluster } from '../controlplane/cluster-handle.ts';

/** Something that goes wrong in the demo, what must then be seen, and how it is mended. */
export interface Fault {
  /** What happens, in the words of the demo's output. */
  title: string;
  inject: () => Promise<void>;
  mend: () => Promise<void>;
  expect: { condition: string; metric: string; event: { kind: string; name: string; namespace?: string } };
}

const tooLarge = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'reports', namespace: 'scov-demo' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'reports' } },
    template: {
      metadata: { labels: { app: 'reports' } },
      spec: {
        containers: [{ name: 'reports', image: 'registry.example/reports:2.0.0', resources: { requests: { cpu: '64', memory: '1Gi' } } }],
      },
    },
  },
};

const backdoor = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'demo-temporary-access' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'contractor' }],
};

/** The four of the demo; a cluster that cannot silence a node has three. */
export function faultsOf(cluster: Cluster, node: string | undefined): Fault[] {
  const { silenceNode, unsilenceNode } = cluster;
  const series = (name: string, labels: string) =>
    `supportcoverage_${name}{coverage="demo",coverage_namespace="platform-support",cluster="demo-cluster",${labels}}`;
  const faults: Fault[] = [
    {
      title: 'a Deployment asks for more CPU than any node has',
      inject: () => cluster.apply(tooLarge),
      mend: async () => void (await cluster.kubectl(['delete', 'deployment', 'reports', '-n', 'scov-demo'])),
      expect: {
        condition: 'CapacitySufficient',
        metric: series('findings', 'check="pod-unschedulable",severity="warning",scope="Support"'),
        event: { kind: 'Deployment', name: 'reports', namespace: 'scov-demo' },
      },
    },
    {
      title: 'somebody edits a StorageClass',
      inject: async () =>
        void (await cluster.kubectl(['patch', 'storageclass', 'demo-standard', '--type', 'merge', '-p', '{"allowVolumeExpansion":false}'])),
      mend: async () =>
        void (await cluster.kubectl(['patch', 'storageclass', 'demo-standard', '--type', 'merge', '-p', '{"allowVolumeExpansion":true}'])),
      expect: {
        condition: 'BaselineInSync',
        metric: series('drift', 'fact="storage-classes"'),
        event: { kind: 'StorageClass', name: 'demo-standard' },
      },
    },
    {
      title: 'somebody becomes cluster-admin',
      inject: () => cluster.apply(backdoor),
      mend: async () => void (await cluster.kubectl(['delete', 'clusterrolebinding', backdoor.metadata.name])),
      expect: {
        condition: 'BaselineInSync',
        metric: series('drift', 'fact="cluster-admins"'),
        event: { kind: 'ClusterRoleBinding', name: backdoor.metadata.name },
      },
    },
  ];
  if (node && silenceNode && unsilenceNode) {
    faults.unshift({
      title: `the node ${node} stops reporting`,
      inject: () => silenceNode(node),
      mend: () => unsilenceNode(node),
      expect: {
        condition: 'NodesHealthy',
        metric: series('findings', 'check="node-unreachable",severity="warning",scope="Support"'),
        event: { kind: 'Node', name: node },
      },
    });
  }
  return faults;
}
