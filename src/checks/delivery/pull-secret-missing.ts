import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { PodPulls } from '../../observe/resources/pod-pulls.ts';
import { type CheckContext, defineCheck, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { byWorkload, isJudged, podNeeds } from '../workloads/pod-states.ts';
import { workloadNamed } from '../workloads/workload-named.ts';
import { isName } from './classify.ts';
import { isPrivate, pullSecret, pullSecretResources, unusable } from './pull-secrets.ts';
import { repositoryOf } from './registries.ts';

export const pullSecretMissing = defineCheck({
  id: 'pull-secret-missing',
  area: 'Delivery',
  tier: 'Level3',
  title: 'A workload runs that could not pull its image again, since the pull Secret that it names is of no use',
  severity: 'warning',
  for: '1h',
  needs: { resources: [...podNeeds.resources, 'serviceaccounts', ...pullSecretResources] },
  remediation:
    'Create the Secret in the namespace of the pods (`kubectl create secret docker-registry`), with credentials for the registry of the image, or name one that has them in the imagePullSecrets of the pods or of their ServiceAccount.',
  references: [
    'Kubernetes: pull an image from a private registry; images (matching of registry names in config.json)',
    'own default: 1h, so that whoever replaces a Secret has done so',
  ],
  parameters: noParameters,
  evaluate: (context) => {
    const workloads = pullingWorkloads(context);
    const stranded = [...workloads].flatMap(([object, workload]) => strandedOf(context, object, workload));
    const told = new Set(stranded.flatMap(({ secrets }) => secrets));
    const idle = namedInVain(context, workloads, told);
    return { observations: [...stranded.map(({ observation }) => observation), ...(idle ? [idle] : [])] };
  },
});

type Context = CheckContext<unknown>;

/** A workload whose pods run and name pull Secrets. */
interface Pulling {
  namespace: string;
  /** What its pods name and want, each once: an admission webhook may have changed both. */
  pulls: Set<PodPulls>;
  /** Names of the Secrets that its next pod gets. Those that run keep what was right when they were made. */
  next: readonly string[];
  /** `ServiceAccount/shop/default`, where that is what names them; else ''. */
  giver: string;
}

/** By name. Of workloads whose pods wait for an image image-pull tells, and names the Secret. */
function pullingWorkloads(context: Context): ReadonlyMap<string, Pulling> {
  const failing = byWorkload(context, 'ImageMissing');
  const workloads = new Map<string, Pulling>();
  for (const { pulls, workload, namespace, nodeName, deleting } of context.view.list('pods')) {
    if (!pulls || deleting || nodeName === '' || failing.has(workload) || !isJudged(context, namespace)) continue;
    const known = workloads.get(workload) ?? nextOf(context.view, workload, namespace);
    if (!known) continue;
    known.pulls.add(pulls);
    workloads.set(workload, known);
  }
  return workloads;
}

/** Undefined where it cannot be known what its next pod names, or that there will be one. */
function nextOf(view: ClusterView, object: string, namespace: string): Pulling | undefined {
  const workload = workloadNamed(view, object);
  if (!workload || workload.deleting) return undefined;
  const { pullSecrets, serviceAccount } = workload;
  if (pullSecrets.length > 0) return { namespace, pulls: new Set(), next: pullSecrets, giver: '' };
  const next = view.get('serviceaccounts', `${namespace}/${serviceAccount}`)?.pullSecrets ?? [];
  return next.length > 0
    ? { namespace, pulls: new Set(), next, giver: objectName('ServiceAccount', serviceAccount, namespace) }
    : undefined;
}

interface Stranded {
  observation: Observation;
  /** `Secret/shop/regcred`: what it names in vain. */
  secrets: string[];
}

/** Nothing as long as one kind of its pods has what it needs: the others may be of the version before. */
function strandedOf({ view }: Context, object: string, workload: Pulling): Stranded[] {
  const lacking = [...workload.pulls].map((pulls) => imagesWithout(view, workload, pulls));
  if (lacking.some(({ length }) => length === 0)) return [];
  const repositories = new Set(lacking.flat().map(({ repository }) => repository));
  const faults = new Set(lacking.flat().flatMap((one) => one.faults));
  const giver = workload.giver && ` named by ${workload.giver}`;
  const message = `${object} runs, but a pod of it on a node without its image would not start: no pull Secret that it names can be used for ${inBrief([...repositories])}, where others in this cluster log in: ${inBrief([...faults])}${giver}. Create it with credentials for that registry.`;
  return [
    {
      secrets: workload.next.map((name) => objectName('Secret', name, workload.namespace)),
      observation: { object, reason: 'NoUsableSecret', stage: 'Authentication', cause: 'CredentialsMissing', message },
    },
  ];
}

/** Those that are not for everybody, as far as is known, and why none of the Secrets can be used for them. */
function imagesWithout(
  view: ClusterView,
  { namespace, next }: Pulling,
  { secrets, images }: PodPulls,
): { repository: string; faults: string[] }[] {
  return images
    .map(repositoryOf)
    .filter((repository) => isName(repository) && isPrivate(view, repository))
    .filter((repository) => unusable(view, namespace, secrets, repository).length > 0)
    .map((repository) => ({ repository, faults: unusable(view, namespace, next, repository) }))
    .filter(({ faults }) => faults.length > 0);
}

/** All others in one, since Kubernetes passes over them and nothing shows that anything is missing. */
function namedInVain(context: Context, workloads: ReadonlyMap<string, Pulling>, told: ReadonlySet<string>): Observation | undefined {
  const { view } = context;
  const users = new Map<string, string>();
  const use = (namespace: string, names: readonly string[], user: string) => {
    for (const name of names) {
      const secret = objectName('Secret', name, namespace);
      const before = users.get(secret);
      if (told.has(secret) || pullSecret(view, namespace, name)) continue;
      if (before === undefined || user < before) users.set(secret, user);
    }
  };
  for (const [object, { namespace, next }] of workloads) use(namespace, next, object);
  for (const { name, namespace, pullSecrets } of view.list('serviceaccounts'))
    if (pullSecrets.length > 0 && isJudged(context, namespace)) use(namespace, pullSecrets, objectName('ServiceAccount', name, namespace));
  if (users.size === 0) return undefined;
  const named = inBrief([...users].map(([secret, user]) => `${secret} (by ${user})`));
  return {
    object: `Cluster/${view.cluster}`,
    reason: 'NamedInVain',
    severity: 'info',
    message: `Named to pull images with, and not there or of another type than kubernetes.io/dockerconfigjson: ${named}. Nothing shows that an image needs them; remove the names, or create the Secrets.`,
  };
}
