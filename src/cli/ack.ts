import type { Acknowledgement, AcknowledgementSpec } from '../api/v1alpha1/acknowledgement.ts';
import type { CoverageReport } from '../api/v1alpha1/coveragereport.ts';
import { facts } from '../baseline/catalogue.ts';
import { checks } from '../checks/catalogue.ts';
import { plannedClusters } from '../coverage/plan.ts';
import { acknowledge, problemOfMatch } from '../findings/acknowledgements.ts';
import { ownChecks } from '../findings/own-checks.ts';
import { parseDuration } from '../kube/duration.ts';
import { exitCodes } from './exit-codes.ts';
import { data } from './output.ts';
import { createCommandStore } from './store.ts';
import { counted, listed, statusCommand } from './words.ts';
import { CommandError, type OutputFormat, type Target, type World } from './world.ts';

export interface AckOptions extends Target {
  coverage: string;
  /** Ids of findings or drift; or else `check`, `object` and `cluster`. */
  findings: readonly string[];
  /** Globs. */
  check?: string;
  object?: string;
  cluster?: string;
  reason: string;
  /** Absent: the caller. */
  by?: string;
  /** A duration from now, or a time. */
  expires?: string;
  output: OutputFormat;
}

/** A finding or drift, as far as an acknowledgement is about it. */
interface Open {
  id: string;
  check: string;
  object: string;
  cluster: string;
}

/** Says that somebody takes care of what was found: its escalation stops. It hides nothing. */
export async function ackCommand(world: World, options: AckOptions): Promise<number> {
  const target = targetOf(options);
  const expires = options.expires === undefined ? undefined : expiryOf(options.expires, world.clock.now());
  if ('match' in target && expires === undefined)
    throw new CommandError('--check, --object and --cluster acknowledge what is yet to come too: write --expires, such as 8h');
  const session = await world.connect(options);
  const store = createCommandStore(session);
  const { metadata, spec: covered } = await store.coverage(options.coverage);
  const clusters = plannedClusters(metadata.name, covered).map(({ name }) => name);
  const problem = 'match' in target && problemOfMatch(target, { ids: [...checks, ...ownChecks, ...facts].map(({ id }) => id), clusters });
  if (problem) throw new CommandError(`nothing can match: ${problem}`);
  const reports = (await store.reports()).filter(({ spec }) => spec.coverage === options.coverage);
  refuseUnknown(options, session.namespace, reports.flatMap(openIn));
  const by = options.by ?? (await store.whoAmI());
  const spec = { coverage: options.coverage, ...target, by, reason: options.reason, ...(expires ? { expires } : {}) };
  const created = await store.acknowledge(spec);
  const matched = reports.flatMap((report) => matchedIn(report, created, world.clock.now()));
  world.terminal.print(
    options.output === 'text' ? ackText(created.metadata.name, spec, matched) : data(options.output, { acknowledgement: created, matched }),
  );
  return exitCodes.ok;
}

function targetOf({
  findings,
  check,
  object,
  cluster,
}: AckOptions): Pick<AcknowledgementSpec, 'findings'> | { match: NonNullable<AcknowledgementSpec['match']> } {
  const globs = check ?? object ?? cluster;
  if (findings.length > 0 === (globs !== undefined))
    throw new CommandError('write either ids of findings, as status shows them, or --check, --object and --cluster');
  if (findings.length > 0) return { findings: [...new Set(findings)] };
  return { match: { check: check ?? '*', object: object ?? '*', ...(cluster ? { cluster } : {}) } };
}

/** RFC 3339. Throws CommandError for what is neither a duration nor a time, or is over. */
function expiryOf(text: string, now: Temporal.Instant): string {
  const ms = parseDuration(text);
  const at = ms === undefined ? instantOf(text) : now.add({ milliseconds: ms });
  if (!at) throw new CommandError(`--expires ${text} is neither a duration such as 8h nor a time such as 2027-01-31T12:00:00Z`);
  if (Temporal.Instant.compare(at, now) <= 0) throw new CommandError(`--expires ${text} is over already`);
  return at.toString({ smallestUnit: 'second' });
}

function instantOf(text: string): Temporal.Instant | undefined {
  try {
    return Temporal.Instant.from(text);
  } catch {
    return undefined;
  }
}

function openIn({ spec: { cluster }, status }: CoverageReport): Open[] {
  return [
    ...(status?.findings ?? []).map(({ id, check, object }) => ({ id, check, object, cluster })),
    ...(status?.drift ?? []).map(({ id, fact, object }) => ({ id, check: fact, object, cluster })),
  ];
}

function refuseUnknown({ findings, coverage }: AckOptions, namespace: string, open: readonly Open[]): void {
  const known = new Set(open.map(({ id }) => id));
  const unknown = findings.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new CommandError(
      `no open finding of ${coverage} has the id ${listed(unknown)}; ${statusCommand(coverage, namespace)} shows the ids`,
    );
}

/** What the operator will take as acknowledged. */
function matchedIn({ spec, status, metadata }: CoverageReport, acknowledgement: Acknowledgement, now: Temporal.Instant): Open[] {
  const { findings = [], drift = [] } = status ?? {};
  const { coverage, cluster } = spec;
  const noted = acknowledge({ findings, drift, acknowledgements: [acknowledgement], coverage, cluster, now });
  const marked = <T extends { acknowledgedBy?: string | undefined }>(list: readonly T[]) =>
    list.filter(({ acknowledgedBy }) => acknowledgedBy !== undefined);
  return openIn({ spec, metadata, status: { findings: marked(noted.findings), drift: marked(noted.drift) } });
}

function ackText(name: string, { by, expires }: AcknowledgementSpec, matched: readonly Open[]): string {
  const until = expires ? `until ${expires}` : 'until it is resolved';
  return [
    `${name}: acknowledged by ${by}, ${until}. It matches ${matched.length === 0 ? 'nothing' : counted(matched.length, 'finding')} now${matched.length > 0 ? ':' : '.'}`,
    ...matched.map(({ id, check, object, cluster }) => `  ${id} ${check} ${object} in ${cluster}`),
  ].join('\n');
}
