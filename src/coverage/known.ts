import type { CoverageReport, CoverageReportStatus, Drift } from '../api/v1alpha1/coveragereport.ts';
import type { SupportCoverage, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import type { Memory } from '../findings/lifecycle.ts';
import { isKubeError } from '../kube/errors.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Plan } from './plan.ts';
import type { CoverageStore } from './store.ts';

/** What this process knows of a coverage; all of it can be read again from the API server. */
export interface Known {
  uid: string | undefined;
  /** Name of the cluster that the report is of. */
  cluster: string;
  status: SupportCoverageStatus | undefined;
  report: CoverageReport | undefined;
  /** What the report says, or will say when it is written next. */
  latest: CoverageReportStatus | undefined;
  memory: Memory & { drift: readonly Drift[] };
  /** The plan of the last spec that could be run. */
  plan: Plan | undefined;
  reportWrittenAt: number;
  /** Since when a pass is due, monotonic milliseconds. */
  dueSince: number | undefined;
  published: boolean;
  /** What was published last says that the cluster cannot be read. */
  publishedBlind: boolean;
}

/** What is known of each coverage, by `namespace/name`. */
export interface KnownCoverages {
  get(key: string): Known | undefined;
  /** What is known, read again where it is about another object or another cluster. Throws KubeError where it cannot be read. */
  recall(key: string, coverage: SupportCoverage, cluster: string): Promise<Known>;
  forget(key: string): void;
  /** Writes; what somebody else changed or removed meanwhile is forgotten, so that the next try reads it again. */
  orForget<T>(coverage: SupportCoverage, write: () => Promise<T>): Promise<T>;
}

/** `served`: whether a coverage is obeyed where it is. Elsewhere there is no report, and the operator may not look for one. */
export function createKnownCoverages(store: CoverageStore, served: (coverage: SupportCoverage) => boolean): KnownCoverages {
  const known = new Map<string, Known>();
  return {
    get: (key) => known.get(key),
    forget: (key) => {
      known.delete(key);
    },
    recall: async (key, coverage, cluster) => {
      const { namespace, name, uid } = coverage.metadata;
      const before = known.get(key);
      if (before && before.uid === uid && before.cluster === cluster) return before;
      const [fresh, report] = await Promise.all([
        store.readCoverage(namespace, name),
        served(coverage) ? store.readReport(namespace, reportName(coverage, cluster)) : undefined,
      ]);
      if (report && isOfAnother(report, coverage))
        throw new Error('the report of an earlier coverage of the same name is still being removed');
      const entry: Known = {
        uid,
        cluster,
        status: fresh?.status,
        report,
        latest: report?.status,
        memory: remember(report?.status, fresh?.status),
        plan: undefined,
        reportWrittenAt: Number.NEGATIVE_INFINITY,
        dueSince: undefined,
        published: false,
        publishedBlind: false,
      };
      known.set(key, entry);
      return entry;
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

/** One report for each cluster of a coverage; this release covers one. */
export function reportName({ metadata }: SupportCoverage, cluster: string): string {
  return `${metadata.name}.${cluster}`;
}

/** True for what a deleted coverage of the same name has left behind until it is collected. */
function isOfAnother(report: CoverageReport, { metadata }: SupportCoverage): boolean {
  const owners = (report as KubeObject).metadata?.ownerReferences ?? [];
  return owners.length > 0 && !owners.some(({ uid }) => uid === metadata.uid);
}

function remember(report: CoverageReportStatus | undefined, status: SupportCoverageStatus | undefined): Known['memory'] {
  return {
    findings: report?.findings ?? [],
    pending: report?.pending ?? [],
    drift: report?.drift ?? [],
    ...(report?.truncated?.findings && status?.lastCheckTime ? { incompleteSince: Temporal.Instant.from(status.lastCheckTime) } : {}),
  };
}
