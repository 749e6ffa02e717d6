import { isDeepStrictEqual } from 'node:util';
import { type CorrectionReport, type CoverageReportStatus, coverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import { fitted } from '../api/v1alpha1/fitted.ts';
import type { Pass } from '../findings/pass.ts';
import { summarise } from '../findings/summary.ts';

const bounded = fitted(coverageReportStatus);
/** etcd's limit is 1.5 MiB a request; what is between us and it takes less. */
const maxBytes = 900 * 1024;
const maxPending = 1000;
const maxDrift = 1000;
/** Changes that open or resolve nothing wait this long for each other. */
export const quietMs = 30_000;
/** So long what waits for its time to come is left out of the report where checks are looked at more often than that; a restart forgets it. */
export const waitingMs = 10_000;

/**
 * The report's status, the same for the same state: nothing in it ticks. The least urgent findings are left out over the limit or the
 * size, after what was corrected and is to be told; drift may take half of what is left and what is pending a quarter, so that there is room for
 * findings.
 */
export function reportStatus(
  pass: Pass,
  limit: number,
  corrections: readonly CorrectionReport[] = [],
  others: Pick<CoverageReportStatus, 'notifications' | 'resolved' | 'accounting' | 'delivery'> = {},
): CoverageReportStatus {
  const room = maxBytes - reportBytes({ ...statusOf(pass, [], [], []), corrections: [...corrections], ...others });
  const drift = fitting(pass.drift.slice(0, maxDrift), room / 2);
  const pending = fitting(pass.pending.slice(0, maxPending), room / 4);
  const without = { ...statusOf(pass, [], pending, drift), corrections, ...others };
  const findings = fitting(pass.findings.slice(0, limit), maxBytes - bytesOf(without));
  return bounded({
    ...statusOf(pass, findings, pending, drift),
    ...(corrections.length > 0 ? { corrections: [...corrections] } : {}),
    ...others,
  });
}

/** The longest beginning of a list that takes no more than so many bytes of JSON. */
function fitting<T>(list: readonly T[], bytes: number): T[] {
  let left = bytes;
  const end = list.findIndex((entry) => {
    left -= bytesOf(entry) + 1;
    return left < 0;
  });
  return end === -1 ? [...list] : list.slice(0, end);
}

/** How much of etcd a report takes. */
export function reportBytes(status: CoverageReportStatus): number {
  return bytesOf(status);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function statusOf(pass: Pass, findings: Pass['findings'], pending: Pass['pending'], drift: Pass['drift']): CoverageReportStatus {
  const truncated = {
    findings: pass.findings.length - findings.length,
    pending: pass.pending.length - pending.length,
    drift: pass.drift.length - drift.length,
  };
  return {
    summary: summarise(pass.checks, pass.findings, pass.drift),
    checks: pass.checks,
    findings,
    pending,
    drift,
    ...(truncated.findings + truncated.pending + truncated.drift > 0 ? { truncated } : {}),
  };
}

/**
 * Whether the report must be written now. What opens or resolves must, and what begins or ends to wait, since nothing else remembers since
 * when; other changes at most twice a minute; nothing else ever. `live`: what waits may change twice a second, and is written later.
 */
export function worthWriting(
  previous: CoverageReportStatus | undefined,
  next: CoverageReportStatus,
  pass: Pass,
  msSinceWrite: number,
  live = false,
): boolean {
  if (previous === undefined) return true;
  if (isDeepStrictEqual(previous, next)) return false;
  const urgent = pass.transitions.length + pass.driftOpened.length + pass.driftResolved.length > 0;
  return (
    urgent ||
    keysOf(previous) !== keysOf(next) ||
    (waiting(previous) !== waiting(next) && (!live || msSinceWrite >= waitingMs)) ||
    corrected(previous) !== corrected(next) ||
    msSinceWrite >= quietMs
  );
}

/** How long after the last write a report that was not worth writing at once is written, milliseconds. */
export function restOf(previous: CoverageReportStatus | undefined, next: CoverageReportStatus): number {
  return previous && waiting(previous) !== waiting(next) ? waitingMs : quietMs;
}

/** What is to be told is stored first, and so is that it was delivered. */
function keysOf({ notifications }: CoverageReportStatus): string {
  return (notifications ?? []).map(({ key }) => key).join();
}

/** What was tried is told nowhere else. */
function corrected({ corrections }: CoverageReportStatus): number {
  return (corrections ?? []).filter(({ at }) => at !== undefined).length;
}

function waiting({ pending }: CoverageReportStatus): string {
  return (pending ?? []).map(({ id }) => id).join();
}
