import type { ClusterView } from '../../observe/cluster-view.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import type { Agreement } from '../agreement.ts';
import { helperImages, type Layer, type Signature } from './layers.ts';

const resourceOf = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' } as const;

/** The image without its tag and digest. */
export function repositoryOf(image: string): string {
  const [named = ''] = image.split('@');
  return named.replace(/:[^/:]*$/, '');
}

/** True where the image's repository ends, at a slash, with one of these. */
export function isImageOf(images: readonly string[], image: string): boolean {
  return endsWithOne(images, repositoryOf(image));
}

function endsWithOne(images: readonly string[], repository: string): boolean {
  return images.some((end) => repository.endsWith(end) && (repository.length === end.length || repository.at(-end.length - 1) === '/'));
}

/** By its labels, or by the image of its main container: a sidecar does not make an application a part of the stack. */
export function matches({ images, names }: Signature, workload: WorkloadView): boolean {
  const isNamed = (labels: WorkloadView['labels']) =>
    names.includes(labels['app.kubernetes.io/name'] ?? '') || names.includes(labels['k8s-app'] ?? '');
  return isNamed(workload.labels) || isNamed(workload.podLabels) || endsWithOne(images, mainRepositoryOf(workload));
}

const mainRepositories = new WeakMap<WorkloadView, string>();

/**
 * '' where it has no container but sidecars. What is kept of a workload never changes, so that it is worked out once: each layer asks for it
 * at each look, of every workload of the cluster.
 */
function mainRepositoryOf(workload: WorkloadView): string {
  const known = mainRepositories.get(workload);
  if (known !== undefined) return known;
  const main = workload.containers.find(({ image }) => !isImageOf(helperImages, image));
  const repository = main ? repositoryOf(main.image) : '';
  mainRepositories.set(workload, repository);
  return repository;
}

/** Those that are not being deleted. */
export function workloadsOf(view: ClusterView, signature: Signature, kinds: Layer['kinds']): WorkloadView[] {
  return kinds.flatMap((kind) => [...view.list(resourceOf[kind])].filter((workload) => !workload.deleting && matches(signature, workload)));
}

/** The platform's own; where it has none, whoever's: a team's Prometheus is not the platform's to report, unless it is the only one. */
export function platformFirst<T extends { namespace: string }>(objects: readonly T[], agreement: Agreement): T[] {
  const platform = objects.filter(({ namespace }) => agreement.isPlatform(namespace));
  return platform.length > 0 ? platform : [...objects];
}

export function nameOf({ kind, namespace, name }: WorkloadView): string {
  return `${kind}/${namespace}/${name}`;
}
