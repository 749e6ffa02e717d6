import type { Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { severities } from '../api/v1alpha1/fields.ts';
import { defaultAccount } from '../baseline/facts/default-pull-secrets.ts';
import { keyIn, missing } from '../baseline/values.ts';
import type { CheckMetadata, Observation } from '../checks/check.ts';
import { isFor, repositoryOf } from '../checks/delivery/registries.ts';
import { inBrief } from '../checks/in-brief.ts';
import { workloadNamed } from '../checks/workloads/workload-named.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import { instantOf } from '../observe/resource.ts';
import { counts, namespaceOf } from './judge.ts';

/** Reads drift and what is open, not the cluster; it cannot be switched off. */
export const defaultChangeBroke: CheckMetadata = {
  id: 'default-change-broke',
  area: 'Delivery',
  tier: 'Level3',
  title: 'A delivery fails since a default of the platform was changed',
  severity: 'warning',
  for: '0s',
  needs: {},
  remediation:
    'Take the change back, or make what is delivered fit it; then approve the baseline anew. Whoever changed the default may not know what depends on it.',
  references: ['own rule: a delivery that fails within an hour of the change, by what was changed'],
};

/** The longest time between a change and the failure that comes of it. */
const windowMs = 60 * 60_000;

type Failed = Finding & { subject: string };

/** By the fact that changed, what proves that a failed delivery fails by the change. */
const proofs: Readonly<Record<string, (drift: Drift, finding: Failed, view: ClusterView) => boolean>> = {
  // A level that is enforced now, and refuses the pods.
  namespaces: ({ object, path, actual }, finding) => {
    const label = keyIn('labels', path);
    if (!isIn(finding, object) || !finding.subject.startsWith('Pod Security level ')) return false;
    if (label === 'pod-security.kubernetes.io/enforce') return finding.subject.startsWith(`Pod Security level ${actual}:`);
    return label === 'pod-security.kubernetes.io/enforce-version' && finding.subject.endsWith(`:${actual || 'latest'}`);
  },
  // A quota that is new or lower.
  'quotas-and-limits': ({ object, path, actual }, finding) => {
    const quota = keyIn('quotas', path);
    return quota !== undefined && actual !== '' && isIn(finding, object) && finding.subject === `ResourceQuota ${quota}`;
  },
  // A webhook that refuses, or does not answer.
  'admission-webhooks': ({ object, path, actual }, { subject }, view) => {
    if (actual === '' && path !== '') return false;
    const webhook = keyIn('webhooks', path);
    const names = webhook === undefined ? webhooksOf(object, view) : [webhook];
    return names.some((name) => subject === `webhook ${name}`);
  },
  // A role that no longer lets the account, or is gone.
  'cluster-roles': ({ object }, { subject }, view) => {
    const role = object.slice('ClusterRole/'.length);
    const bindings = [...view.list('clusterrolebindings'), ...view.list('rolebindings')];
    return bindings.some((binding) => binding.role === role && binding.subjects.some((each) => subject === userOf(each)));
  },
  // An account that is cluster-admin no longer.
  'cluster-admins': ({ expected, actual }, { subject }) => missing(expected, actual).some((each) => subject === userOf(each)),
  // The default ServiceAccount names a Secret no longer with which its pods pulled.
  'default-pull-secrets': ({ object }, finding, view) => isRefusedPull(finding) && pullsByDefault(finding, object, view),
  // A Secret that pods pull with by default holds no login for the registry that refuses any more.
  'registry-secrets': ({ object, expected, actual }, finding, view) =>
    isRefusedPull(finding) &&
    pullsByDefault(finding, object, view) &&
    missing(expected, actual).some((registry) => isFor(registry, repositoryIn(finding.subject))),
  // What delivers comes from elsewhere now.
  delivery: ({ object }, finding) => object === finding.object,
};

/** The change by which a delivery fails: within the hour before it, of something that the failure itself names. The last one, of several. */
export function changeThatBroke(finding: Finding, drift: readonly Drift[], view: ClusterView): Drift | undefined {
  const { subject = '', stage } = finding;
  if (stage === undefined) return undefined;
  const failed = { ...finding, subject };
  const broke = drift.filter((entry) => {
    const isProven = proofs[entry.fact];
    return isProven !== undefined && counts(entry) && isJustBefore(entry, finding) && isProven(entry, failed, view);
  });
  return broke.toSorted((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1))[0];
}

/** One observation for each object of which a change broke deliveries, however many. */
export function brokenDeliveries(findings: readonly Finding[], drift: readonly Drift[], view: ClusterView): Observation[] {
  const broken = findings.filter(counts).flatMap((finding) => {
    const change = changeThatBroke(finding, drift, view);
    return change ? [{ finding, change }] : [];
  });
  return [...Map.groupBy(broken, ({ change }) => change.object)].flatMap(([object, links]) => {
    const [first] = links.toSorted((a, b) => (timeOf(a.change) < timeOf(b.change) ? -1 : 1));
    return first
      ? [
          observation(
            object,
            first.change,
            links.map(({ finding }) => finding),
          ),
        ]
      : [];
  });
}

function observation(object: string, change: Drift, findings: readonly Finding[]): Observation {
  const names = inBrief([...new Set(findings.map((finding) => finding.object))]);
  const rank = Math.min(...findings.map(({ severity }) => severities.indexOf(severity)));
  const [{ stage, cause } = {}] = findings;
  return {
    object,
    reason: 'DefaultChanged',
    severity: severities[rank] ?? 'warning',
    ...(stage ? { stage } : {}),
    ...(cause ? { cause } : {}),
    subject: object,
    message: `${names} ${findings.length === 1 ? 'fails' : 'fail'} since ${whatChanged(change)}${writerOf(change)}. Take that back, or make what is delivered fit it and approve the baseline anew.`,
    since: instantOf(findings.map(({ firstSeen }) => firstSeen).toSorted()[0]),
  };
}

function whatChanged({ object, path, expected, actual }: Drift): string {
  if (path === '') return actual === '' ? `${object} was removed` : `${object} was added`;
  const from = expected === '' ? 'nothing' : brief(expected);
  return `${path} of ${object} was changed from ${from} to ${actual === '' ? 'nothing' : brief(actual)}`;
}

function brief(value: string): string {
  return value.length > 64 ? `${value.slice(0, 61)}...` : value;
}

function writerOf({ manager, changedAt }: Drift): string {
  return manager ? ` by ${manager}${changedAt ? ` at ${changedAt}` : ''}` : '';
}

/** When it was changed; of what is gone Kubernetes keeps no time, and it is when that was seen. */
function timeOf({ changedAt, firstSeen }: Drift): string {
  return changedAt ?? firstSeen;
}

/** What was seen to be gone may have gone, and broken something, before it was seen. */
function isJustBefore(drift: Drift, { firstSeen }: Finding): boolean {
  const after = Date.parse(firstSeen) - Date.parse(timeOf(drift));
  return after <= windowMs && after >= (drift.changedAt ? 0 : -windowMs);
}

/** What is applied from elsewhere may be in any namespace; a workload, its Jobs and runners are in their own. */
function isIn({ object }: Finding, namespace: string): boolean {
  return /^(Deployment|StatefulSet|DaemonSet|Job|CronJob|AutoscalingRunnerSet)\//.test(object)
    ? `Namespace/${namespaceOf(object)}` === namespace
    : true;
}

/** What a registry says to who has no credentials, or none that it takes. */
function isRefusedPull({ check, cause }: Finding): boolean {
  return check === 'image-pull' && (cause === 'CredentialsMissing' || cause === 'CredentialsRejected');
}

/** A workload of that namespace whose pods name neither Secrets nor an account of their own. */
function pullsByDefault({ object }: Finding, namespace: string, view: ClusterView): boolean {
  const workload = workloadNamed(view, object);
  return (
    workload?.serviceAccount === defaultAccount && workload.pullSecrets.length === 0 && `Namespace/${workload.namespace}` === namespace
  );
}

/** Of `image ghcr.io/team/shop:1` or `registry ghcr.io`. */
function repositoryIn(subject: string): string {
  const [what, name = ''] = subject.split(' ');
  return what === 'image' ? repositoryOf(name) : name;
}

function webhooksOf(object: string, view: ClusterView): string[] {
  const name = object.slice(object.indexOf('/') + 1);
  const found = object.startsWith('Validating')
    ? view.get('validatingwebhookconfigurations', name)
    : view.get('mutatingwebhookconfigurations', name);
  return (found?.webhooks ?? []).map((webhook) => webhook.name);
}

/** A subject of a binding, as the API server calls it when it refuses. */
function userOf(subject: string): string {
  const [kind, namespace, name] = subject.split('/');
  return kind === 'ServiceAccount' ? `user system:serviceaccount:${namespace}:${name}` : `user ${subject.slice(subject.indexOf('/') + 1)}`;
}
