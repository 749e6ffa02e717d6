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
  const repository = `/${repositoryOf(image)}`;
  return images.some((end) => repository.endsWith(`/${end}`));
}

/** By its labels, or by the image of its main container: a sidecar does not make an application a part of the stack. */
export function matches({ images, names }: Signature, { labels, podLabels, containers }: WorkloadView): boolean {
  const said = [labels, podLabels].flatMap((of) => [of['app.kubernetes.io/name'], of['k8s-app']]);
  if (said.some((name) => name !== undefined && names.includes(name))) return true;
  const main = containers.find(({ image }) => !isImageOf(helperImages, image));
  return main !== undefined && isImageOf(images, main.image);
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
