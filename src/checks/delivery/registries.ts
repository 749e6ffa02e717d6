import { matchesGlob } from '../../kube/glob.ts';
import { readImage } from '../versions/image.ts';

const dockerHub = 'docker.io';

/**
 * The repository of an image with its registry, without tag and digest: an image without a registry is one of Docker Hub. A first part with
 * neither dot nor colon is a user's name there, but localhost.
 */
export function repositoryOf(image: string): string {
  const { repository } = readImage(image);
  const [first = '', ...rest] = repository.split('/');
  if (rest.length === 0) return `${dockerHub}/library/${first}`;
  if (first === 'index.docker.io') return `${dockerHub}/${rest.join('/')}`;
  return /[.:]/.test(first) || first === 'localhost' ? repository : `${dockerHub}/${repository}`;
}

/** `registry.example.com:5000` of a repository. */
export function hostOf(repository: string): string {
  return repository.split('/')[0] ?? '';
}

/**
 * Kubernetes: whether the kubelet takes a key of a pull Secret for a repository. Ports must be the same; each label of the host may be a glob,
 * and stands for one label; a path is the beginning of the repository's. Docker Hub is known by the name of its index as well.
 */
export function isFor(registry: string, repository: string): boolean {
  const [key, wanted] = [partsOf(registry), partsOf(repository)];
  if (registry === 'index.docker.io' && hostOf(repository) === dockerHub) return true;
  return (
    key.port === wanted.port &&
    key.labels.length === wanted.labels.length &&
    key.labels.every((label, index) => matchesLabel(label, wanted.labels[index] ?? '')) &&
    wanted.path.startsWith(key.path)
  );
}

/** Of a glob with more than `*` in it, which nobody writes, it is taken that it matches: nothing is told that may be wrong. */
function matchesLabel(glob: string, label: string): boolean {
  return /[?[]/.test(glob) || matchesGlob(glob, label);
}

function partsOf(name: string): { labels: string[]; port: string; path: string } {
  const slash = name.indexOf('/');
  const [host = '', port = ''] = (slash === -1 ? name : name.slice(0, slash)).split(':');
  return { labels: host.split('.'), port, path: slash === -1 ? '' : name.slice(slash) };
}

/** Much in these can be had by anybody; those of the clouds let in nodes by their identity, by the kubelet's credential providers. */
const open: readonly string[] = [
  ...[dockerHub, 'ghcr.io', 'quay.io', 'registry.gitlab.com', 'registry.k8s.io', 'public.ecr.aws', 'mcr.microsoft.com'],
  ...['registry.access.redhat.com', 'docker.elastic.co', 'nvcr.io', 'cgr.dev'],
  ...['gcr.io', '*.gcr.io', '*.pkg.dev', '*.azurecr.io', '*.dkr.ecr.*.amazonaws.com', '*.dkr.ecr.*.amazonaws.com.cn'],
];

/** True for a registry from which a pod may well pull without a Secret, whatever others log in to it for. */
export function letsInOthers(repository: string): boolean {
  const host = hostOf(repository);
  return open.some((glob) => matchesGlob(glob, host));
}
