import { objectName } from '../../kube/types.ts';
import type { ResourceName } from '../../observe/catalogue.ts';
import type { ActiveAlert } from '../../observe/probes/active-alerts.ts';
import type { Context } from '../check.ts';
import { isJudged } from './pod-states.ts';

/** Where an alert belongs. */
export interface Place {
  object: string;
  /** False where the labels name nothing more exact, or name what is not there. */
  exact: boolean;
}

/** Read where they are: labels may name any of them. */
export const placedOn = ['persistentvolumeclaims', 'persistentvolumes', 'horizontalpodautoscalers', 'resourcequotas', 'jobs'] as const;

/** Labels that name what an alert is about, as kube-state-metrics and the kubelet write them; the first whose object is there decides. */
const named: readonly { label: string; resource: ResourceName; kind: string; namespaced?: false }[] = [
  { label: 'persistentvolumeclaim', resource: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' },
  { label: 'persistentvolume', resource: 'persistentvolumes', kind: 'PersistentVolume', namespaced: false },
  { label: 'deployment', resource: 'deployments', kind: 'Deployment' },
  { label: 'statefulset', resource: 'statefulsets', kind: 'StatefulSet' },
  { label: 'daemonset', resource: 'daemonsets', kind: 'DaemonSet' },
  { label: 'horizontalpodautoscaler', resource: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler' },
  { label: 'resourcequota', resource: 'resourcequotas', kind: 'ResourceQuota' },
];
/** Alerts about nodes carry the pod and namespace of the exporter that saw it. */
const aboutNode = /^(KubeNode|Kubelet|Node)/;

/** The most exact object that the labels name and that is there; undefined in a namespace that is not covered or is being deleted. */
export function placeOf(alert: ActiveAlert, context: Context): Place | undefined {
  const { view } = context;
  const node = nodeOf(alert, context);
  if (node && aboutNode.test(alert.name)) return { object: node, exact: true };
  const namespace = labelOf(alert, 'namespace');
  const clusterScoped = named.find((kind) => kind.namespaced === false && namedObject(kind, alert, context));
  if (clusterScoped) return { object: `${clusterScoped.kind}/${labelOf(alert, clusterScoped.label)}`, exact: true };
  if (namespace !== '' && !isJudged(context, namespace)) return undefined;
  const object = inNamespace(alert, context) ?? node;
  if (object) return { object, exact: true };
  const whole = namespace !== '' && view.get('namespaces', namespace) ? `Namespace/${namespace}` : `Cluster/${view.cluster}`;
  return { object: whole, exact: false };
}

/** What the scraped program says of itself comes before what it was found by. */
export function labelOf({ labels }: Pick<ActiveAlert, 'labels'>, name: string): string {
  return labels[`exported_${name}`] ?? labels[name] ?? '';
}

function inNamespace(alert: ActiveAlert, context: Context): string | undefined {
  for (const kind of named) {
    const found = kind.namespaced === false ? undefined : namedObject(kind, alert, context);
    if (found) return found;
  }
  return jobOf(alert, context) ?? workloadOf(alert, context);
}

function namedObject(
  { label, resource, kind, namespaced }: (typeof named)[number],
  alert: ActiveAlert,
  { view }: Context,
): string | undefined {
  const name = labelOf(alert, label);
  const namespace = namespaced === false ? undefined : labelOf(alert, 'namespace');
  if (name === '' || namespace === '') return undefined;
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  return view.get(resource, key) ? objectName(kind, name, namespace) : undefined;
}

/** Those that a CronJob makes are one matter. */
function jobOf(alert: ActiveAlert, { view }: Context): string | undefined {
  const [name, namespace] = [labelOf(alert, 'job_name'), labelOf(alert, 'namespace')];
  const job = name === '' ? undefined : view.get('jobs', `${namespace}/${name}`);
  if (!job) return undefined;
  return job.owner.startsWith('CronJob/')
    ? objectName('CronJob', job.owner.slice('CronJob/'.length), namespace)
    : objectName('Job', name, namespace);
}

function workloadOf(alert: ActiveAlert, context: Context): string | undefined {
  const [name, namespace] = [labelOf(alert, 'pod'), labelOf(alert, 'namespace')];
  if (name === '' || namespace === '') return undefined;
  const pod = context.view.get('pods', `${namespace}/${name}`);
  // A static pod's owner is its node, which is not what is wrong.
  if (pod) return pod.workload.startsWith('Node/') ? objectName('Pod', name, namespace) : pod.workload;
  return formerWorkload(name, namespace, context);
}

/** Of a pod that is gone, while its alert goes on for some minutes: controllers name pods `web-7d4b9c-x2x9z`, `agent-x2x9z` and `db-0`. */
function formerWorkload(pod: string, namespace: string, { view }: Context): string | undefined {
  const [, one] = /^(.+)-[a-z0-9]+$/.exec(pod) ?? [];
  const [, two] = /^(.+)-[a-z0-9]+-[a-z0-9]{5}$/.exec(pod) ?? [];
  if (two && view.get('deployments', `${namespace}/${two}`)) return objectName('Deployment', two, namespace);
  if (one && view.get('statefulsets', `${namespace}/${one}`)) return objectName('StatefulSet', one, namespace);
  if (one && view.get('daemonsets', `${namespace}/${one}`)) return objectName('DaemonSet', one, namespace);
  return undefined;
}

/** By its label, or where it is what was scraped. */
function nodeOf(alert: ActiveAlert, { view }: Context): string | undefined {
  const names = [labelOf(alert, 'node'), labelOf(alert, 'instance').replace(/:\d+$/, '')];
  const name = names.find((candidate) => candidate !== '' && view.get('nodes', candidate));
  return name === undefined ? undefined : `Node/${name}`;
}
