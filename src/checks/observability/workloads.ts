import type { ClusterView } from '../../observe/cluster-view.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import type { Agreement } from '../agreement.ts';
import { helperImages, type Layer, type Signature } from './layers.ts';

const resourceOf = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' } as const;

/** In which charts and manifests say what software a workload is. */
const nameLabels = ['app.kubernetes.io/name', 'k8s-app'] as const;

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
  const isNamed = (labels: WorkloadView['labels']) => nameLabels.some((label) => names.includes(labels[label] ?? ''));
  return isNamed(workload.labels) || isNamed(workload.podLabels) || endsWithOne(images, mainRepositoryOf(workload));
}

/** '' where it has no container but sidecars. */
function mainRepositoryOf({ containers }: WorkloadView): string {
  const main = containers.find(({ image }) => !isImageOf(helperImages, image));
  return main ? repositoryOf(main.image) : '';
}

/** Those that are not being deleted, of each kind by name. */
export function workloadsOf(view: ClusterView, { images, names }: Signature, kinds: Layer['kinds']): WorkloadView[] {
  const calls = [...names, ...images.map(lastPartOf)];
  return kinds.flatMap((kind) => {
    const called = workloadsByCall(view, resourceOf[kind]);
    const candidates = [...new Set(calls.flatMap((call) => called.get(call) ?? []))];
    return candidates.filter((workload) => matches({ images, names }, workload)).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  });
}

/** Each layer looks for its own at each look: in a cluster of many workloads few are called as one is. */
function workloadsByCall(view: ClusterView, resource: (typeof resourceOf)[WorkloadView['kind']]): ReadonlyMap<string, WorkloadView[]> {
  return view.derive(`${resource} by what they are called`, () => {
    const found = new Map<string, WorkloadView[]>();
    for (const workload of view.list(resource)) {
      if (workload.deleting) continue;
      for (const call of callsOf(workload)) {
        const called = found.get(call);
        if (called) called.push(workload);
        else found.set(call, [workload]);
      }
    }
    return found;
  });
}

const callsKnown = new WeakMap<WorkloadView, readonly string[]>();

/** Each word that a signature could know a workload by; worked out once, since what is kept of a workload never changes. */
function callsOf(workload: WorkloadView): readonly string[] {
  const known = callsKnown.get(workload);
  if (known) return known;
  const named = [workload.labels, workload.podLabels].flatMap((labels) => nameLabels.map((label) => labels[label] ?? ''));
  const found = [...new Set([...named, lastPartOf(mainRepositoryOf(workload))])].filter((call) => call !== '');
  callsKnown.set(workload, found);
  return found;
}

function lastPartOf(repository: string): string {
  return repository.slice(repository.lastIndexOf('/') + 1);
}

/** The platform's own; where it has none, whoever's: a team's Prometheus is not the platform's to report, unless it is the only one. */
export function platformFirst<T extends { namespace: string }>(objects: readonly T[], agreement: Agreement): T[] {
  const platform = objects.filter(({ namespace }) => agreement.isPlatform(namespace));
  return platform.length > 0 ? platform : [...objects];
}

export function nameOf({ kind, namespace, name }: WorkloadView): string {
  return `${kind}/${namespace}/${name}`;
}
