import type { CoverageReport, CoverageReportStatus, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { SupportCoverage, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import type { Memory } from '../findings/lifecycle.ts';
import { isKubeError } from '../kube/errors.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Followed, Observer } from '../observe/observer.ts';
import type { ClusterOutcome } from '../report/status.ts';
import { type Seen, seenIn } from './due.ts';
import type { Step } from './escalation-path.ts';
import type { Told } from './handling.ts';
import type { Hours } from './hours.ts';
import type { Plan } from './plan.ts';
import type { CoverageStore } from './store.ts';

/** What a look at a cluster saw, and what it waits for. */
export interface Look {
  observer: Observer;
  /** Of everything that a live check reads. */
  revisions: ReadonlyMap<Followed, number>;
  /** By check: when the first state that was seen will have held for long enough. */
  opensAt: ReadonlyMap<string, Temporal.Instant>;
}

/** What is known of all looks together. */
export interface Looked extends Look {
  /** When each live check was looked at last, monotonic milliseconds. */
  at: ReadonlyMap<string, number>;
  /** Live checks that were not looked at when what they read changed. */
  behind: ReadonlySet<string>;
}

/** What this process knows of one cluster of a coverage; all of it can be read again from the API server. */
export interface KnownCluster {
  name: string;
  report: CoverageReport | undefined;
  /** What the report says, or will say when it is written next. */
  latest: CoverageReportStatus | undefined;
  memory: Memory & Told & { drift: readonly Drift[] };
  seen: Seen | undefined;
  /** What the last checks in this process said; undefined before the first. */
  outcome: Omit<ClusterOutcome, 'findings' | 'drift'> | undefined;
  /** What this process looked at last, scheduled or live; undefined before the first time. */
  looked: Looked | undefined;
  /** Monotonic milliseconds. */
  reportWrittenAt: number;
  /** When somebody is told something though nothing happens. */
  nextAt: Temporal.Instant | undefined;
  /** Since when a pass is due, monotonic milliseconds. */
  dueSince: number | undefined;
}

/** What this process knows of a coverage. */
export interface Known {
  uid: string | undefined;
  status: SupportCoverageStatus | undefined;
  clusters: Map<string, KnownCluster>;
  /** The plan of the last spec that could be run. */
  plan: Plan | undefined;
  /** When the status was written last, monotonic milliseconds. */
  statusWrittenAt: number;
  /** What a live look found is not in the status yet. */
  statusIsBehind: boolean;
  published: boolean;
  /** What was published last says that a cluster cannot be read. */
  publishedBlind: boolean;
}

/** What is known of each coverage, by `namespace/name`. */
export interface KnownCoverages {
  get(key: string): Known | undefined;
  /** What is known, read again where it is about another object. Throws KubeError where it cannot be read. */
  recall(key: string, coverage: SupportCoverage): Promise<Known>;
  /** The same of one of its clusters. */
  recallCluster(known: Known, coverage: SupportCoverage, cluster: string): Promise<KnownCluster>;
  forget(key: string): void;
  /** Other coverages that run checks of the cluster with that uid, in the order of their names. */
  sharing(key: string, uid: string | undefined): Sharing[];
  /** Writes; what somebody else changed or removed meanwhile is forgotten, so that the next try reads it again. */
  orForget<T>(coverage: SupportCoverage, write: () => Promise<T>): Promise<T>;
}

/** Another coverage of the same cluster. */
export interface Sharing {
  /** `namespace/name`. */
  key: string;
  path: readonly Step[];
  hours: Hours;
  /** Ids of checks and facts whose corrections it makes. */
  corrects: readonly string[];
  findings: readonly Finding[];
  drift: readonly Drift[];
}

export function createKnownCoverages(store: CoverageStore): KnownCoverages {
  const known = new Map<string, Known>();
  return {
    get: (key) => known.get(key),
    forget: (key) => {
      known.delete(key);
    },
    sharing: (own, uid) =>
      [...known]
        .flatMap(([key, { plan, clusters }]) => {
          const cluster = uid && [...clusters.values()].find(({ outcome }) => outcome?.facts.uid === uid);
          if (key === own || !plan || plan.suspend || !cluster) return [];
          const { findings, drift } = cluster.memory;
          return [
            {
              key,
              path: plan.path,
              hours: plan.hours,
              corrects: plan.corrections.mode === 'Apply' ? plan.corrections.allow : [],
              findings,
              drift,
            },
          ];
        })
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    recall: async (key, coverage) => {
      const { namespace, name, uid } = coverage.metadata;
      const before = known.get(key);
      if (before && before.uid === uid) return before;
      const fresh = await store.readCoverage(namespace, name);
      const entry: Known = {
        ...{ uid, status: fresh?.status, clusters: new Map(), plan: undefined },
        ...{ statusWrittenAt: Number.NEGATIVE_INFINITY, statusIsBehind: false, published: false, publishedBlind: false },
      };
      known.set(key, entry);
      return entry;
    },
    recallCluster: async (entry, coverage, cluster) => {
      const before = entry.clusters.get(cluster);
      if (before) return before;
      const report = await store.readReport(coverage.metadata.namespace, reportName(coverage, cluster));
      if (report && isOfAnother(report, coverage))
        throw new Error('the report of an earlier coverage of the same name is still being removed');
      const fresh: KnownCluster = {
        name: cluster,
        report,
        latest: report?.status,
        memory: remember(report?.status, entry.status, cluster),
        seen: seenIn(entry.status, cluster),
        outcome: undefined,
        looked: undefined,
        reportWrittenAt: Number.NEGATIVE_INFINITY,
        nextAt: undefined,
        dueSince: undefined,
      };
      entry.clusters.set(cluster, fresh);
      return fresh;
    },
    orForget: async ({ metadata }, write) => {
      try {
        return await write();
      } catch (error) {
        if (isKubeError(error, 'Conflict', 'NotFound')) known.delete(`${metadata.namespace}/${metadata.name}`);
        throw error;
      }
    },
  };
}

/** One report for each cluster of a coverage. */
export function reportName({ metadata }: SupportCoverage, cluster: string): string {
  return `${metadata.name}.${cluster}`;
}

/** True for what a deleted coverage of the same name has left behind until it is collected. */
function isOfAnother(report: CoverageReport, { metadata }: SupportCoverage): boolean {
  const owners = (report as KubeObject).metadata?.ownerReferences ?? [];
  return owners.length > 0 && !owners.some(({ uid }) => uid === metadata.uid);
}

function remember(
  report: CoverageReportStatus | undefined,
  status: SupportCoverageStatus | undefined,
  cluster: string,
): KnownCluster['memory'] {
  const lastCheckTime = seenIn(status, cluster)?.at;
  return {
    findings: report?.findings ?? [],
    pending: report?.pending ?? [],
    drift: report?.drift ?? [],
    notifications: report?.notifications ?? [],
    resolved: report?.resolved ?? [],
    accounting: report?.accounting ?? [],
    ...(report?.truncated?.findings && lastCheckTime ? { incompleteSince: Temporal.Instant.from(lastCheckTime) } : {}),
  };
}
