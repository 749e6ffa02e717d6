import { apiVersion, coverageBaselineKind } from '../api/v1alpha1/kinds.ts';
import { captureBaseline } from '../baseline/capture.ts';
import { createAgreement } from '../checks/agreement.ts';
import type { Feature } from '../observe/features.ts';
import { exitCodes } from './exit-codes.ts';
import { data } from './output.ts';
import { type ClusterChoice, plannedCluster, sessionWith } from './planned-cluster.ts';
import { createCommandStore } from './store.ts';
import { missingFacts } from './unreadable.ts';
import { CommandError, type OutputFormat, type World } from './world.ts';

export interface CaptureOptions extends ClusterChoice {
  /** Name of the CoverageBaseline. Absent: the one that the operator would give it, or that the coverage names. */
  name?: string;
  features: readonly Feature[];
  timeoutMs: number;
  output: Exclude<OutputFormat, 'text'>;
}

/** Prints the baseline of a cluster as it is now, as a manifest. Nothing is written to the cluster. */
export async function captureCommand(world: World, options: CaptureOptions): Promise<number> {
  const home = await world.connect(options);
  const coverage = await createCommandStore(home).coverage(options.coverage);
  const planned = plannedCluster(coverage, options.cluster, world.clock.now());
  const session = await sessionWith(world, home, coverage, planned, options);
  const view = await world.observe({ ...options, session, cluster: planned.name });
  const captured = captureBaseline(planned.facts, view, createAgreement(planned.agreement));
  if ('missing' in captured)
    throw new CommandError(
      `a baseline cannot be captured, since half of one would be agreed as a whole: ${missingFacts(captured.missing, planned.facts, view)}`,
    );
  if ('tooLarge' in captured) throw new CommandError(`a baseline cannot be captured: ${captured.tooLarge}`);
  const metadata = { name: options.name ?? planned.baselineName, namespace: home.namespace };
  world.terminal.print(data(options.output, { apiVersion, kind: coverageBaselineKind.kind, metadata, spec: captured.spec }));
  return exitCodes.ok;
}
