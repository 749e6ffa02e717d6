import { objectName } from '../../kube/types.ts';
import { isKeptByProvider } from '../../observe/provider.ts';
import type { ContainerView, WorkloadView } from '../../observe/resources/workloads.ts';
import { allWorkloads } from '../../observe/workloads.ts';
import { type Fact, keyed, sourceOf } from '../fact.ts';
import { isOfPlatform } from '../namespaces.ts';
import { bytesText, coresText, keyIn, paths } from '../values.ts';

/**
 * Values of the label k8s-app of what grows with the number of nodes, by an autoscaler of its own that is no HorizontalPodAutoscaler: cluster
 * DNS (cluster-proportional-autoscaler, or EKS), Calico's Typha (its operator) and the tunnel to managed control planes.
 */
const scaledWithNodes: readonly string[] = ['kube-dns', 'calico-typha', 'konnectivity-agent'];
/** It writes the resources of the container beside it, by the number of nodes. */
const resizer = /(^|\/)addon-resizer[:@]/;

export const platformWorkloads: Fact = {
  id: 'platform-workloads',
  title: 'Workloads in platform namespaces: images, replicas and resources',
  needs: { resources: ['deployments', 'statefulsets', 'daemonsets', 'horizontalpodautoscalers'] },
  collect: (view, agreement) => {
    const autoscaled = new Set(view.list('horizontalpodautoscalers').map(({ target }) => target));
    const meant = allWorkloads(view).filter(
      (workload) => isOfPlatform(workload, objectOf(workload), agreement) && !isKeptByProvider(workload.labels),
    );
    return meant.map((workload) => {
      const object = objectOf(workload);
      const scaled = workload.kind === 'DaemonSet' || autoscaled.has(object) || growsWithNodes(workload);
      return {
        object,
        value: {
          ...(scaled ? {} : { replicas: String(workload.desired) }),
          ...paths(
            'images',
            workload.containers.map(({ name, image }) => [name, image]),
          ),
          ...resourcesOf(workload),
        },
      };
    });
  },
  // An autoscaler has taken over, or has left it to its owner.
  tolerates: (path, expected, actual) => path === 'replicas' && (expected === undefined || actual === undefined),
  source: (object, path) => sourceOf(object, fieldsOf(path)),
};

function objectOf({ kind, name, namespace }: WorkloadView): string {
  return objectName(kind, name, namespace);
}

function growsWithNodes({ labels, podLabels }: WorkloadView): boolean {
  return scaledWithNodes.includes(labels['k8s-app'] ?? podLabels['k8s-app'] ?? '');
}

function resourcesOf({ containers }: WorkloadView): Record<string, string> {
  if (containers.some(({ image }) => resizer.test(image))) return {};
  const texts = containers.map((container) => [container.name, resourcesText(container)] as const);
  return paths(
    'resources',
    texts.filter(([, text]) => text !== ''),
  );
}

function resourcesText({ requests, limits }: ContainerView): string {
  return [amounts('requests', requests), amounts('limits', limits)].filter((text) => text !== '').join('; ');
}

function amounts(title: string, { cpu, memory }: ContainerView['requests']): string {
  const texts = [cpu === undefined ? '' : `cpu=${coresText(cpu)}`, memory === undefined ? '' : `memory=${bytesText(memory)}`];
  const said = texts.filter((text) => text !== '');
  return said.length === 0 ? '' : `${title} ${said.join(' ')}`;
}

function fieldsOf(path: string): string[] {
  if (path === 'replicas') return ['spec', 'replicas'];
  const [image, resources] = [keyIn('images', path), keyIn('resources', path)];
  const containers = ['spec', 'template', 'spec', 'containers'];
  if (image !== undefined) return [...containers, keyed(image), 'image'];
  return resources === undefined ? [] : [...containers, keyed(resources), 'resources'];
}
