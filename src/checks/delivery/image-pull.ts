import type { Cause } from '../../api/v1alpha1/fields.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { missingReplicas } from '../workloads/missing-replicas.ts';
import { type AffectedPod, byWorkload, earliest, latest, podNames, podNeeds } from '../workloads/pod-states.ts';
import { type Classification, classify, isName } from './classify.ts';
import { pullSecretResources, pullSecretsAreKnown, unusable } from './pull-secrets.ts';
import { repositoryOf } from './registries.ts';

export const imagePull = defineCheck({
  id: 'image-pull',
  area: 'Delivery',
  tier: 'Level3',
  title: 'Images of a workload cannot be pulled',
  severity: 'warning',
  for: '15m',
  needs: { ...podNeeds, optional: pullSecretResources },
  remediation:
    'The cause says where to look: a pull Secret that is not there or has expired, a tag that was never pushed, a limit of the registry, or the way from the nodes to it. `kubectl describe pod` has the words of the container runtime.',
  references: ['Kubernetes: images (ErrImagePull, ImagePullBackOff)', 'own default: 15m, as pod-not-ready'],
  alerts: ['KubePodNotReady', 'KubeContainerWaiting', ...missingReplicas],
  parameters: noParameters,
  evaluate: (context) => ({
    observations: [...byWorkload(context, 'ImageMissing')].map(([object, pods]) => observation(context.view, object, pods)),
  }),
});

/** What is to be said of each cause, and what to look at. */
const words: Partial<Record<Cause, string>> = {
  CredentialsMissing: 'no credentials were sent: see the imagePullSecrets of the pod and its ServiceAccount',
  CredentialsRejected:
    'the registry refuses it: see whether the pull Secret has expired and may read this, and whether there is such a repository',
  ImageMissing: 'the registry has no such image, tag or platform',
  RateLimited: 'the registry was asked too often: log in, or use a mirror',
  NetworkUnreachable: 'the node cannot reach the registry',
  TLS: 'the node does not trust the certificate of the registry, or the two cannot agree on TLS',
  VerificationFailed: 'its signature is absent or wrong',
  InvalidManifest: 'no image can have such a name',
};

function observation(view: ClusterView, object: string, pods: readonly AffectedPod[]): Observation {
  const images = byImage(pods);
  const [main] = [...images.values()].toSorted((a, b) => Number(a.cause === 'Unknown') - Number(b.cause === 'Unknown'));
  const said = [...images].map(([image, { cause }]) => `${image} (${words[cause] ?? 'the container runtime does not say why'})`);
  return {
    object,
    reason: 'ImageNotPulled',
    ...(main ? { stage: main.stage, cause: main.cause } : {}),
    ...(main?.subject ? { subject: main.subject } : {}),
    message: `Images of ${object} cannot be pulled: ${inBrief(said)} (${podNames(pods)}).${secretsInVain(view, pods, images)} See the Events: kubectl -n ${pods[0]?.pod.namespace} describe pod.`,
    since: earliest(pods.map(({ trouble, since }) => latest(since, instantOf(trouble.startingSince)))),
  };
}

/** With these the Secrets may have to do; of an anonymous pull a registry may say that it is one too many, or nothing certain. */
const forWantOfCredentials: ReadonlySet<Cause> = new Set(['CredentialsMissing', 'CredentialsRejected', 'RateLimited', 'Unknown']);

/** Which pull Secrets the pods name that are of no use for an image, where that is known and none of them is. */
function secretsInVain(view: ClusterView, pods: readonly AffectedPod[], images: ReadonlyMap<string, Classification>): string {
  if (!pullSecretsAreKnown(view)) return '';
  const faults = pods.flatMap(({ pod, containers }) =>
    containers
      .map(({ image }) => image?.name ?? '')
      .filter((image) => forWantOfCredentials.has(images.get(image)?.cause ?? 'ImageMissing'))
      .flatMap((image) => unusable(view, pod.namespace, pod.pulls?.secrets ?? [], repositoryOf(image))),
  );
  return faults.length > 0 ? ` Of the pull Secrets that it names none can be used: ${inBrief([...new Set(faults)])}.` : '';
}

/** In order of their names. Of pods that say different things of one image, what is known counts before what is not. */
function byImage(pods: readonly AffectedPod[]): ReadonlyMap<string, Classification> {
  const images = new Map<string, Classification>();
  for (const { waiting, image } of pods.flatMap(({ containers }) => containers)) {
    if (!image) continue;
    const name = isName(image.name) ? image.name : 'an image with a name that is none';
    const found = classify({ text: image.said, reason: waiting });
    const known = images.get(name);
    if (!known || (known.cause === 'Unknown' && found.cause !== 'Unknown')) images.set(name, found);
  }
  return new Map([...images].sort(([a], [b]) => (a < b ? -1 : 1)));
}
