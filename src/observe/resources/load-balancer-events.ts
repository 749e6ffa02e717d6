import { redact, shortened } from '../../kube/redact.ts';
import { type CoreEvent, objectName } from '../../kube/types.ts';
import { defineResource, instantOf } from '../resource.ts';

/** What the controller of a load balancer last said about an object. */
export interface LoadBalancerEventView {
  /** The Event's own. */
  name: string;
  namespace: string;
  /** What it is about: `Kind/namespace/name`. */
  object: string;
  reason: string;
  /** False for one which says that all is done. */
  failed: boolean;
  /** Of a failure, in short and without what differs with each attempt. */
  message: string;
  /** RFC 3339: the first and the last time that it was said. */
  firstAt: string;
  lastAt: string;
}

const kinds: ReadonlySet<string> = new Set(['Ingress', 'Service', 'TargetGroupBinding']);

/** Of AWS Load Balancer Controller, of the service controller of cloud providers, and of MetalLB. */
const failures: ReadonlySet<string> = new Set(['FailedBuildModel', 'FailedDeployModel', 'SyncLoadBalancerFailed', 'AllocationFailed']);
const successes: ReadonlySet<string> = new Set(['SuccessfullyReconciled', 'EnsuredLoadBalancer', 'UpdatedLoadBalancer', 'IPAllocated']);

/**
 * What most Events are about, left out by the API server: a field selector knows no "or", and these are the noisy ones. Of the rest only
 * what load balancers say is kept; client-go's recorders write at most 25 Events about an object at once and one in 5 minutes after that,
 * and the API server forgets each after an hour.
 */
const noisy = [
  ...['Pod', 'Node', 'ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  ...['HorizontalPodAutoscaler', 'PersistentVolumeClaim', 'Certificate', 'CertificateRequest'],
];

export const loadBalancerEvents = defineResource({
  type: { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true },
  fieldSelector: noisy.map((kind) => `involvedObject.kind!=${kind}`).join(','),
  bookmarks: false,
  project: ({ metadata, involvedObject, reason = '', message, ...times }: CoreEvent): LoadBalancerEventView | undefined => {
    const { kind = '', namespace, name = '' } = involvedObject ?? {};
    const failed = failures.has(reason);
    if (!kinds.has(kind) || !(failed || successes.has(reason))) return undefined;
    const said = [times.firstTimestamp, times.eventTime, times.lastTimestamp, times.series?.lastObservedTime, metadata?.creationTimestamp]
      .flatMap((text) => instantOf(text ?? undefined) ?? [])
      .sort(Temporal.Instant.compare);
    return {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      object: objectName(kind, name, namespace),
      reason,
      failed,
      message: failed ? inShort(message ?? '') : '',
      firstAt: said[0]?.toString() ?? '',
      lastAt: said.at(-1)?.toString() ?? '',
    };
  },
});

const longest = 240;
/** The API server bounds no message; in so much the parts are that are left out. */
const looked = 1024;

/** Cloud APIs put an id of the request into each answer, which would make a new message of every attempt; what is shown holds no credential. */
function inShort(message: string): string {
  const stable = redact(shortened(message, looked))
    .replace(/,?\s*\b(?:aws )?request[ -]?id:?\s*"?[0-9a-f]{8}-[0-9a-f-]{27}"?/gi, '')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '…')
    .replace(/\s+/g, ' ')
    .trim();
  return stable.length > longest ? `${stable.slice(0, longest)}…` : stable;
}
