import type { CoverageReport } from '../../src/api/v1alpha1/coveragereport.ts';
import { localCluster, runAtAnnotation, type SupportCoverage } from '../../src/api/v1alpha1/supportcoverage.ts';
import { baselineType, coverageType, reportType } from '../../src/coverage/store.ts';
import { parseDuration } from '../../src/kube/duration.ts';
import { isKubeError } from '../../src/kube/errors.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { collectionPath, objectPath, type ResourceType } from '../../src/kube/types.ts';
import { namespace } from '../installation/operator.ts';

/** Of the coverage. */
export const name = 'bench';
export const ofCluster = `${name}.${localCluster}`;

/** Once a year: never by itself while the bench runs. */
export const rarely = '0 0 1 1 *';
const level1 = { tier: 'Level1', checks: { schedule: rarely } };

/** How long a report or a pass may take at the largest size before the bench gives up. */
const patienceMs = 300_000;

/** A coverage that no operator has seen: what an earlier one left is removed, so that the next writes its first report. */
export async function freshCoverage(transport: Transport, spec: object = level1): Promise<void> {
  const leftovers: [ResourceType, string][] = [
    [coverageType, name],
    [reportType, ofCluster],
    [baselineType, ofCluster],
  ];
  for (const [type, object] of leftovers) {
    try {
      await transport.json({ method: 'DELETE', path: objectPath(type, object, namespace) });
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
  }
  const coverage = { apiVersion: 'platformsupport.io/v1alpha1', kind: 'SupportCoverage', metadata: { name, namespace }, spec };
  await transport.json({ method: 'POST', path: collectionPath(coverageType, namespace), body: coverage });
}

/** Watches a collection and resolves with what `find` makes of an object, as soon as it makes something of one. */
async function seen<O, T>(transport: Transport, type: ResourceType, what: string, find: (object: O) => T | undefined): Promise<T> {
  const end = new AbortController();
  const late = setTimeout(() => end.abort(new Error(`waited ${patienceMs / 1000} s for ${what}`)), patienceMs);
  try {
    // Without a resourceVersion the watch begins with what is there.
    const lines = transport.lines({ path: collectionPath(type, namespace), query: { watch: 1 }, signal: end.signal });
    for await (const line of lines) {
      const found = find((JSON.parse(line.toString()) as { object: O }).object);
      if (found !== undefined) return found;
    }
    throw new Error(`the watch ended before ${what}`);
  } finally {
    clearTimeout(late);
  }
}

/** Resolves as soon as the API server has a report in which every check has come to an answer. */
export function completeReport(transport: Transport): Promise<CoverageReport> {
  return seen<CoverageReport, CoverageReport>(transport, reportType, 'a complete report', (report) => {
    const checks = report.status?.checks ?? [];
    return checks.length > 0 && checks.every(({ outcome }) => outcome !== 'Unknown') ? report : undefined;
  });
}

/** How long one pass took, in milliseconds: by the operator's own account, and from the request to the status that answers it. */
export interface PassTime {
  ownMs: number;
  seenMs: number;
}

/** Asks for one pass after the other, each as soon as the status has the one before. */
export async function runPasses(transport: Transport, count: number): Promise<PassTime[]> {
  const times: PassTime[] = [];
  let requestedAt = 0;
  const value = () => `pass-${times.length}`;
  const request = async () => {
    requestedAt = performance.now();
    await transport.json({
      method: 'PATCH',
      path: objectPath(coverageType, name, namespace),
      contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { [runAtAnnotation]: value() } } },
    });
  };
  await request();
  await seen<SupportCoverage, true>(transport, coverageType, `the pass ${value()}`, ({ status }) => {
    if (status?.lastHandledRunAt !== value()) return undefined;
    times.push({ ownMs: parseDuration(status.lastCheckDuration ?? '') ?? Number.NaN, seenMs: performance.now() - requestedAt });
    if (times.length >= count) return true;
    void request();
    return undefined;
  });
  return times;
}
