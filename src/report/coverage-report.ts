import { isDeepStrictEqual } from 'node:util';
import type { CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import type { Pass } from '../findings/pass.ts';
import { summarise } from '../findings/summary.ts';

/** etcd's limit is 1.5 MiB a request; what is between us and it takes less. */
const maxBytes = 900 * 1024;
const maxPending = 1000;
const maxDrift = 1000;
/** Changes that open or resolve nothing wait this long for each other. */
const quietMs = 30_000;

/** The report's status, the same for the same state: nothing in it ticks. The least urgent findings are left out over the limit or the size. */
export function reportStatus(pass: Pass, limit: number): CoverageReportStatus {
  let room = Math.min(limit, pass.findings.length);
  for (;;) {
    const status = withFindings(pass, room);
    const size = Buffer.byteLength(JSON.stringify(status));
    if (size <= maxBytes || room === 0) return status;
    room = Math.floor(room * Math.min(0.9, maxBytes / size));
  }
}

function withFindings(pass: Pass, room: number): CoverageReportStatus {
  const truncated = {
    findings: pass.findings.length - room,
    pending: Math.max(0, pass.pending.length - maxPending),
    drift: Math.max(0, pass.drift.length - maxDrift),
  };
  return {
    summary: summarise(pass.checks, pass.findings, pass.drift),
    checks: pass.checks,
    findings: pass.findings.slice(0, room),
    pending: pass.pending.slice(0, maxPending),
    drift: pass.drift.slice(0, maxDrift),
    ...(truncated.findings + truncated.pending + truncated.drift > 0 ? { truncated } : {}),
  };
}

/** Whether the report must be written now. What opens or resolves must; other changes at most twice a minute; nothing else ever. */
export function worthWriting(
  previous: CoverageReportStatus | undefined,
  next: CoverageReportStatus,
  pass: Pass,
  msSinceWrite: number,
): boolean {
  if (previous === undefined) return true;
  if (isDeepStrictEqual(previous, next)) return false;
  const urgent = pass.transitions.length + pass.driftOpened.length + pass.driftResolved.length > 0;
  return urgent || msSinceWrite >= quietMs;
}
