import type { CoverageBaselineSpec } from '../api/v1alpha1/coveragebaseline.ts';
import type { SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { contentHash } from '../baseline/capture.ts';
import { plannedClusters } from '../coverage/plan.ts';
import { isKubeError } from '../kube/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { type CommandStore, createCommandStore } from './store.ts';
import { counted } from './words.ts';
import { CommandError, type Target, type World } from './world.ts';

export interface ApproveOptions extends Target {
  name: string;
  /** Who agrees to it. */
  by: string;
  note?: string;
  /** Do not ask. */
  yes: boolean;
}

/** Shows what a baseline says and, once that is agreed to, sets its approval, which cannot be taken back. */
export async function approveCommand(world: World, options: ApproveOptions): Promise<number> {
  const { terminal, clock } = world;
  const store = createCommandStore(await world.connect(options));
  const baseline = await store.baseline(options.name);
  const { approval: before } = baseline.spec;
  if (before) throw new CommandError(`the baseline ${options.name} is approved already, by ${before.approvedBy} at ${before.approvedAt}`);
  const approvedAt = clock.now().toString({ smallestUnit: 'second' });
  const approval = { approvedBy: options.by, approvedAt, ...(options.note === undefined ? {} : { note: options.note }) };
  terminal.print(summary(options.name, { ...baseline.spec, approval }));
  if (!options.yes && !(await agreed(world, options.name))) throw new CommandError('not approved');
  try {
    await store.approve(baseline, approval);
  } catch (error) {
    if (isKubeError(error, 'Conflict'))
      throw new CommandError(`the baseline ${options.name} was changed meanwhile: read it and approve it again`);
    throw error;
  }
  terminal.print(
    `Approved by ${approval.approvedBy} at ${approvedAt}. ${consequence(options.name, baseline.spec, await coveragesOf(store))}`,
  );
  return exitCodes.ok;
}

/** Undefined where the caller may not read them: who may approve need not. */
async function coveragesOf(store: CommandStore): Promise<SupportCoverage[] | undefined> {
  try {
    return await store.coverages();
  } catch (error) {
    if (isKubeError(error, 'Forbidden')) return undefined;
    throw error;
  }
}

function consequence(name: string, { cluster }: CoverageBaselineSpec, coverages: readonly SupportCoverage[] | undefined): string {
  if (!coverages) return 'From the next check of a coverage that uses it on every difference is drift.';
  const used = coverages
    .flatMap(({ metadata, spec }) => plannedClusters(metadata.name, spec))
    .some(({ baseline }) => baseline.name === name);
  return used
    ? 'From the next check on every difference is drift.'
    : `No coverage uses it yet, so nothing is compared with it: set baselineName: ${name} beside the cluster ${cluster} in scope.clusters of its coverage (kubectl edit scov).`;
}

async function agreed({ terminal }: World, name: string): Promise<boolean> {
  if (!terminal.confirm) throw new CommandError('nobody can be asked here: write --yes to approve without being asked');
  return terminal.confirm(`Approve ${name}? An approval cannot be changed or taken back.`);
}

function summary(name: string, spec: CoverageBaselineSpec): string {
  const counts = [...Map.groupBy(spec.facts, ({ fact }) => fact)].map(
    ([fact, entries]) => `  ${fact}: ${counted(entries.length, 'object')}`,
  );
  return [
    `The baseline ${name} of the cluster ${spec.cluster} states ${counted(spec.facts.length, 'object')}`,
    ...counts,
    `Hash with this approval, as the coverage will show it: ${contentHash(spec)}`,
  ].join('\n');
}
