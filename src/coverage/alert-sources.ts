import { isDeepStrictEqual } from 'node:util';
import type { AlertSourceScope, ClusterScope } from '../api/v1alpha1/supportcoverage.ts';
import { type AlertSource, type AlertSourceOptions, followAlerts } from '../observe/alerts/alert-source.ts';
import type { AlertReplicas } from '../observe/alerts/read-alerts.ts';
import { withAlerts } from '../observe/alerts/with-alerts.ts';
import { probesOf } from '../observe/cluster-view.ts';
import type { Observer } from '../observe/observer.ts';
import type { Plan } from './plan.ts';

/** The sources of alerts that coverages name, each followed for as long as it is named. */
export interface AlertSources {
  /** From now on the sources of these clusters are followed for a coverage, in place of those before. */
  retain(coverage: string, scopes: readonly ClusterScope[]): void;
  /** What is seen of a cluster with its alerts beside it; the same for as long as both the observer and the source are. */
  beside(coverage: string, cluster: string, observer: Observer): Observer;
  /** Nothing is asked any more. */
  close(): void;
}

interface Named {
  scope: AlertSourceScope | undefined;
  /** Undefined where the cluster has none. */
  source: AlertSource | undefined;
  seen?: { of: Observer; as: Observer };
}

export function createAlertSources(options: AlertSourceOptions): AlertSources {
  const coverages = new Map<string, Map<string, Named>>();

  function named({ alertSource: scope }: ClusterScope, before: Named | undefined): Named {
    if (before && isDeepStrictEqual(before.scope, scope)) return before;
    const replicas = replicasOf(scope);
    return { scope, source: replicas && followAlerts(replicas, options) };
  }

  return {
    retain: (coverage, scopes) => {
      const before = coverages.get(coverage);
      const next = new Map(scopes.map((scope) => [scope.name, named(scope, before?.get(scope.name))]));
      for (const [cluster, { source }] of before ?? []) if (next.get(cluster)?.source !== source) source?.stop();
      if (next.size > 0) coverages.set(coverage, next);
      else coverages.delete(coverage);
    },
    beside: (coverage, cluster, observer) => {
      const entry = coverages.get(coverage)?.get(cluster);
      if (!entry) return observer;
      if (entry.seen?.of !== observer) entry.seen = { of: observer, as: withAlerts(observer, entry.source) };
      return entry.seen.as;
    },
    close: () => {
      for (const clusters of coverages.values()) for (const { source } of clusters.values()) source?.stop();
      coverages.clear();
    },
  };
}

/** The clusters of a plan whose alerts it reads. */
export function readingAlerts({ checks, clusters, suspend }: Pick<Plan, 'checks' | 'clusters' | 'suspend'>): ClusterScope[] {
  const reads = checks.some(({ check }) => probesOf(check.needs).includes('active-alerts'));
  return reads && !suspend ? clusters.map(({ scope }) => scope) : [];
}

function replicasOf({ alertmanager, prometheus }: AlertSourceScope = {}): AlertReplicas | undefined {
  if (alertmanager) return { program: 'Alertmanager', urls: alertmanager.urls };
  return prometheus && { program: 'Prometheus', urls: prometheus.urls };
}
