import type { Acknowledgement, AcknowledgementSpec } from '../api/v1alpha1/acknowledgement.ts';
import type { CoverageBaseline, CoverageBaselineSpec } from '../api/v1alpha1/coveragebaseline.ts';
import type { CoverageReport } from '../api/v1alpha1/coveragereport.ts';
import { acknowledgementKind, apiVersion, resourceTypeOf } from '../api/v1alpha1/kinds.ts';
import { runAtAnnotation, type SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { baselineType, coverageType, createCoverageStore, reportType } from '../coverage/store.ts';
import { isKubeError } from '../kube/errors.ts';
import { maxListBytes } from '../kube/transport.ts';
import { collectionPath, type KubeObject, objectPath, type ResourceType } from '../kube/types.ts';
import { CommandError, type Session } from './world.ts';

const acknowledgementType = resourceTypeOf(acknowledgementKind);
const fieldManager = 'kubectl-supportcoverage';

/** An object as a manifest has it. */
export interface ManifestObject extends KubeObject {
  [field: string]: unknown;
}

/** What commands read and write, in the session's namespace. All throw KubeError, or CommandError where a person can be told more. */
export interface CommandStore {
  coverage(name: string): Promise<SupportCoverage>;
  coverages(): Promise<SupportCoverage[]>;
  /** The reports of every coverage, one a cluster. */
  reports(): Promise<CoverageReport[]>;
  baseline(name: string): Promise<CoverageBaseline>;
  /** The user name that the API server knows the caller by. */
  whoAmI(): Promise<string>;
  /** Approves what was read, and nothing that has changed since: that is a Conflict. */
  approve(baseline: CoverageBaseline, approval: NonNullable<CoverageBaselineSpec['approval']>): Promise<void>;
  /** Creates it under a name that begins with the coverage's. */
  acknowledge(spec: AcknowledgementSpec): Promise<Acknowledgement>;
  /** Asks for a run of the checks. */
  askForRun(coverage: string, value: string): Promise<void>;
  /** Lets the API server judge an object as if it were applied, and changes nothing. */
  rehearse(type: ResourceType, object: ManifestObject): Promise<void>;
}

export function createCommandStore({ transport, namespace }: Session): CommandStore {
  const own = createCoverageStore(transport);

  async function list<T>(type: ResourceType): Promise<T[]> {
    try {
      return (await transport.json<{ items: T[] }>({ path: collectionPath(type, namespace), maxBytes: maxListBytes })).items;
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
      throw new CommandError(`the cluster does not serve ${type.resource}.${type.group}: is the operator installed there?`);
    }
  }

  async function orKnown<T extends { metadata: { name: string } }>(type: ResourceType, name: string, found: T | undefined): Promise<T> {
    if (found) return found;
    const known = (await list<T>(type)).map(({ metadata }) => metadata.name).sort();
    throw new CommandError(
      `there is no ${type.kind} ${name} in the namespace ${namespace}; ${known.length > 0 ? `there is ${known.join(', ')}` : 'there is none (see -n)'}`,
    );
  }

  return {
    coverage: async (name) => orKnown(coverageType, name, await own.readCoverage(namespace, name)),
    coverages: () => list<SupportCoverage>(coverageType),
    reports: () => list<CoverageReport>(reportType),
    baseline: async (name) => orKnown(baselineType, name, await own.readBaseline(namespace, name)),
    whoAmI: async () => {
      const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const { status } = await transport.json<{ status?: { userInfo?: { username?: string } } }>({ method: 'POST', path, body: review });
      const name = status?.userInfo?.username;
      if (!name) throw new CommandError('the API server does not say who you are: write --by');
      return name;
    },
    approve: async ({ metadata }, approval) => {
      const { name, uid, resourceVersion } = metadata;
      await transport.json({
        method: 'PATCH',
        path: objectPath(baselineType, name, namespace),
        query: { fieldManager },
        contentType: 'application/merge-patch+json',
        body: { metadata: { uid, resourceVersion }, spec: { approval } },
      });
    },
    acknowledge: (spec) =>
      transport.json<Acknowledgement>({
        method: 'POST',
        path: collectionPath(acknowledgementType, namespace),
        query: { fieldManager },
        body: { apiVersion, kind: acknowledgementKind.kind, metadata: { generateName: `${spec.coverage}-`, namespace }, spec },
      }),
    askForRun: async (coverage, value) => {
      await transport.json({
        method: 'PATCH',
        path: objectPath(coverageType, coverage, namespace),
        query: { fieldManager },
        contentType: 'application/merge-patch+json',
        body: { metadata: { annotations: { [runAtAnnotation]: value } } },
      });
    },
    rehearse: async (type, object) => {
      const name = object.metadata?.name ?? '';
      const inNamespace = object.metadata?.namespace ?? namespace;
      const path = objectPath(type, name, inNamespace);
      const query = { fieldManager, fieldValidation: 'Strict', dryRun: 'All' };
      const before = await transport.json<KubeObject>({ path }).catch((error) => {
        if (isKubeError(error, 'NotFound')) return undefined;
        throw error;
      });
      const resourceVersion = before?.metadata?.resourceVersion;
      const body = { ...object, metadata: { ...object.metadata, namespace: inNamespace, ...(resourceVersion ? { resourceVersion } : {}) } };
      await transport.json(
        before ? { method: 'PUT', path, query, body } : { method: 'POST', path: collectionPath(type, inNamespace), query, body },
      );
    },
  };
}
