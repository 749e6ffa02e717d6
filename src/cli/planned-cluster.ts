import { type ClusterScope, localCluster, type SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { facts } from '../baseline/catalogue.ts';
import { checks } from '../checks/catalogue.ts';
import { type Plan, planOf } from '../coverage/plan.ts';
import { readMetadata } from '../kube/metadata.ts';
import { resources } from '../observe/catalogue.ts';
import { CommandError, type Session, type Target, type World } from './world.ts';

/** How a command is told which cluster of a coverage it is about, and how to reach that. */
export interface ClusterChoice extends Target {
  coverage: string;
  /** Name of the cluster in the coverage. Absent: the only one. */
  cluster?: string;
  /** Context of the kubeconfig for the cluster, where the coverage is in another one. */
  clusterContext?: string;
}

/** What the operator does with one cluster of a coverage. */
export interface PlannedCluster extends Pick<Plan, 'facts' | 'ignore' | 'agreement'> {
  name: string;
  baselineName: string;
  /** The operator reaches it by a kubeconfig of its own. */
  isRemote: boolean;
}

/** Throws CommandError with what in the coverage cannot be run as it is written, or where the cluster is not one of its. */
export function plannedCluster(coverage: SupportCoverage, name: string | undefined, now: Temporal.Instant): PlannedCluster {
  const { metadata, spec } = coverage;
  const cluster = chosen(metadata.name, spec.scope?.clusters ?? [{ name: localCluster }], name);
  const planned = planOf({ ...coverage, spec: { ...spec, scope: { ...spec.scope, clusters: [cluster] } } }, checks, facts, now);
  if ('problems' in planned)
    throw new CommandError(
      `the coverage ${metadata.name} cannot be run as it is written: ${planned.problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
    );
  const { plan } = planned;
  const baselineName = plan.clusters[0]?.baseline.name ?? '';
  return { ...plan, name: cluster.name, baselineName, isRemote: cluster.kubeconfigSecretRef !== undefined };
}

function chosen(coverage: string, clusters: readonly ClusterScope[], name: string | undefined): ClusterScope {
  const found = name === undefined && clusters.length === 1 ? clusters[0] : clusters.find((cluster) => cluster.name === name);
  if (found) return found;
  const known = clusters.map((cluster) => cluster.name).join(', ');
  throw new CommandError(
    name === undefined ? `write --cluster, one of ${known}` : `the coverage ${coverage} has no cluster ${name}; it has ${known}`,
  );
}

/** A session with the cluster, once it is sure that it is that one: what is found in another must not be agreed under its name. */
export async function sessionWith(
  world: World,
  home: Session,
  coverage: SupportCoverage,
  { name, isRemote }: PlannedCluster,
  choice: ClusterChoice,
): Promise<Session> {
  const { clusterContext: context } = choice;
  const session = context === undefined ? home : { ...(await world.connect({ ...choice, context })), namespace: home.namespace };
  const expected = coverage.status?.clusters?.find((cluster) => cluster.name === name)?.uid;
  const found = (await readMetadata(session.transport, resources.namespaces.type, 'kube-system'))?.uid;
  const known = expected !== undefined && found !== undefined;
  if (known && expected !== found)
    throw new CommandError(
      `${session.transport.server} is not the cluster ${name}: its namespace kube-system has another uid; write --cluster-context`,
    );
  if (isRemote && context === undefined && !known)
    throw new CommandError(`the operator reaches the cluster ${name} by a kubeconfig of its own: write --cluster-context with yours`);
  return session;
}
