import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { isKeptByProvider } from '../../observe/provider.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { allWorkloads } from '../../observe/workloads.ts';
import { type Fact, sourceOf } from '../fact.ts';
import { isOfPlatform } from '../namespaces.ts';

/** One object of a module, by which the module is there. */
interface Part {
  type: 'crd-group' | 'workloads' | 'ingress-class' | 'storage-class';
  /** `PlatformModule/<type>/<name>`. */
  module: string;
  object: string;
  workload?: WorkloadView;
}

export const platformModules: Fact = {
  id: 'platform-modules',
  title: 'What the platform is made of: groups of custom resources, sets of workloads, ingress and storage classes',
  needs: { resources: ['customresourcedefinitions', 'deployments', 'statefulsets', 'daemonsets', 'ingressclasses', 'storageclasses'] },
  collect: (view, agreement) => {
    const parts = partsOf(view).filter(({ workload, module }) => !workload || isOfPlatform(workload, module, agreement));
    const types = new Map(parts.map(({ module, type }) => [module, type]));
    return [...types].map(([object, type]) => ({ object, value: { type } }));
  },
  // Whoever made a part of a new module made the module.
  source: (object, _path, _expected, view) => {
    const part = partsOf(view).find(({ module }) => module === object);
    return part && sourceOf(part.object, []);
  },
};

/** The module that each object is a part of, by the object. */
export function modulesOf(view: ClusterView): ReadonlyMap<string, string> {
  return new Map(partsOf(view).map(({ object, module }) => [object, module]));
}

function partsOf(view: ClusterView): Part[] {
  const part = (type: Part['type'], name: string, object: string) => ({ type, module: `PlatformModule/${type}/${name}`, object });
  return [
    ...view
      .list('customresourcedefinitions')
      .filter(({ keptByProvider }) => !keptByProvider)
      .map(({ group, name }) => part('crd-group', group, `CustomResourceDefinition/${name}`)),
    ...allWorkloads(view)
      .filter(({ labels }) => !isKeptByProvider(labels))
      .map((workload) => {
        const { kind, name, namespace } = workload;
        return { ...part('workloads', `${namespace}/${setOf(workload)}`, objectName(kind, name, namespace)), workload };
      }),
    ...view
      .list('ingressclasses')
      .filter(({ keptByProvider }) => !keptByProvider)
      .map(({ name }) => part('ingress-class', name, `IngressClass/${name}`)),
    ...view.list('storageclasses').map(({ name }) => part('storage-class', name, `StorageClass/${name}`)),
  ];
}

/** Labels by which the parts of one application say so, the widest first. */
const setLabels = ['app.kubernetes.io/part-of', 'app.kubernetes.io/instance', 'app.kubernetes.io/name', 'k8s-app', 'app'];

function setOf({ name, labels }: WorkloadView): string {
  for (const label of setLabels) {
    const set = labels[label];
    if (set) return set;
  }
  return name;
}
