import type { Acknowledgement, AcknowledgementStatus } from '../api/v1alpha1/acknowledgement.ts';
import type { CoverageBaseline, CoverageBaselineSpec } from '../api/v1alpha1/coveragebaseline.ts';
import type { CoverageReport, CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import {
  acknowledgementKind,
  apiVersion,
  coverageBaselineKind,
  coverageReportKind,
  resourceTypeOf,
  supportCoverageKind,
} from '../api/v1alpha1/kinds.ts';
import { healthLabel, type SupportCoverage, type SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { isKubeError } from '../kube/errors.ts';
import type { Transport } from '../kube/transport.ts';
import { collectionPath, objectPath } from '../kube/types.ts';

export const coverageType = resourceTypeOf(supportCoverageKind);
export const baselineType = resourceTypeOf(coverageBaselineKind);
export const acknowledgementType = resourceTypeOf(acknowledgementKind);
export const reportType = resourceTypeOf(coverageReportKind);

const fieldManager = 'support-coverage-operator';

/** Reads and writes our own objects. All throw KubeError. */
export interface CoverageStore {
  readCoverage(namespace: string, name: string): Promise<SupportCoverage | undefined>;
  /** Applies the whole status, and the health label where it differs. */
  writeStatus(coverage: SupportCoverage, status: SupportCoverageStatus, health: string): Promise<void>;
  readReport(namespace: string, name: string): Promise<CoverageReport | undefined>;
  /** Creates the report where it is missing and writes its status. A report changed by somebody else is a Conflict: read it again. */
  writeReport(
    coverage: SupportCoverage,
    name: string,
    cluster: string,
    before: CoverageReport | undefined,
    status: CoverageReportStatus,
  ): Promise<CoverageReport>;
  /** Removes the report of a cluster that the coverage is no longer about; one that is not there is fine. */
  removeReport(namespace: string, report: CoverageReport): Promise<void>;
  /** Applies the whole status. */
  writeAcknowledgementStatus(acknowledgement: Acknowledgement, status: AcknowledgementStatus): Promise<void>;
  readBaseline(namespace: string, name: string): Promise<CoverageBaseline | undefined>;
  createBaseline(namespace: string, name: string, spec: CoverageBaselineSpec): Promise<CoverageBaseline>;
}

export function createCoverageStore(transport: Transport): CoverageStore {
  async function read<T>(path: string): Promise<T | undefined> {
    try {
      return await transport.json<T>({ path });
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  return {
    readCoverage: (namespace, name) => read<SupportCoverage>(objectPath(coverageType, name, namespace)),
    writeStatus: async (coverage, status, health) => {
      const { name, namespace, uid, labels } = coverage.metadata;
      // The uid keeps both from touching a new object of the same name.
      await transport.json({
        method: 'PATCH',
        path: `${objectPath(coverageType, name, namespace)}/status`,
        query: { fieldManager, force: true },
        contentType: 'application/apply-patch+yaml',
        body: { apiVersion, kind: supportCoverageKind.kind, metadata: { name, namespace, uid }, status },
      });
      if (labels?.[healthLabel] === health) return;
      await transport.json({
        method: 'PATCH',
        path: objectPath(coverageType, name, namespace),
        query: { fieldManager },
        contentType: 'application/merge-patch+json',
        body: { metadata: { uid, labels: { [healthLabel]: health } } },
      });
    },
    readReport: (namespace, name) => read<CoverageReport>(objectPath(reportType, name, namespace)),
    writeReport: async (coverage, name, cluster, before, status) => {
      const { namespace } = coverage.metadata;
      const current =
        before ??
        (await transport.json<CoverageReport>({
          method: 'POST',
          path: collectionPath(reportType, namespace),
          query: { fieldManager },
          body: newReport(coverage, name, cluster),
        }));
      return transport.json<CoverageReport>({
        method: 'PUT',
        path: `${objectPath(reportType, name, namespace)}/status`,
        query: { fieldManager },
        body: { apiVersion, kind: coverageReportKind.kind, metadata: current.metadata, spec: current.spec, status },
      });
    },
    removeReport: async (namespace, { metadata: { name, uid } }) => {
      try {
        await transport.json({
          method: 'DELETE',
          path: objectPath(reportType, name, namespace),
          body: { preconditions: { uid } },
        });
      } catch (error) {
        if (!isKubeError(error, 'NotFound', 'Conflict')) throw error;
      }
    },
    writeAcknowledgementStatus: async ({ metadata: { name, namespace, uid } }, status) => {
      await transport.json({
        method: 'PATCH',
        path: `${objectPath(acknowledgementType, name, namespace)}/status`,
        query: { fieldManager, force: true },
        contentType: 'application/apply-patch+yaml',
        body: { apiVersion, kind: acknowledgementKind.kind, metadata: { name, namespace, uid }, status },
      });
    },
    readBaseline: (namespace, name) => read<CoverageBaseline>(objectPath(baselineType, name, namespace)),
    createBaseline: (namespace, name, spec) =>
      transport.json<CoverageBaseline>({
        method: 'POST',
        path: collectionPath(baselineType, namespace),
        query: { fieldManager },
        body: { apiVersion, kind: coverageBaselineKind.kind, metadata: { name, namespace }, spec },
      }),
  };
}

/** Owned by the coverage, so that it goes with it. */
function newReport({ metadata }: SupportCoverage, name: string, cluster: string) {
  return {
    apiVersion,
    kind: coverageReportKind.kind,
    metadata: {
      name,
      namespace: metadata.namespace,
      ownerReferences: [
        { apiVersion, kind: supportCoverageKind.kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: false },
      ],
    },
    spec: { coverage: metadata.name, cluster },
  };
}
