import type { CoverageReport } from '../../../src/api/v1alpha1/coveragereport.ts';
import type { SupportCoverage } from '../../../src/api/v1alpha1/supportcoverage.ts';
import { coverageType, reportType } from '../../../src/coverage/store.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { collectionPath, objectName, type ResourceType } from '../../../src/kube/types.ts';
import { reportingController } from '../../../src/runtime/event-recorder.ts';
import { namespace } from '../../installation/operator.ts';
import { loopDelayMs, sumOf } from '../operator-process.ts';

/** Where somebody learns of a finding: the CoverageReport, the status of the SupportCoverage, the Event and the series. */
export const places = ['report', 'status', 'event', 'series'] as const;
export type Place = (typeof places)[number];

/** What is awaited of a fault. */
export interface Expected {
  check: string;
  object: string;
  /** It is told of; or its end is. */
  open: boolean;
}

/** Looks at all places from outside, as a person or a program would. */
export interface Witness {
  /** When each place said so first, milliseconds since 1970. To be asked before the change is made. Rejects where one never does. */
  seen(expected: Expected): Promise<Record<Place, number>>;
  /** p99 of the event loop's delay between two scrapes, milliseconds, of each scrape so far. */
  readonly loopDelaysMs: readonly number[];
  /** Rejects where something can no longer be looked at; never resolves. */
  readonly failed: Promise<never>;
  stop(): void;
}

/** So often the series are asked for while something is awaited of them: what is measured of them is late by so much at most. */
export const scrapeMs = 100;
const patienceMs = 60_000;

interface Event {
  reason: string;
  note?: string;
  regarding?: { kind?: string; name?: string; namespace?: string };
  reportingController?: string;
}

/** What each place says now; of Events, all that were ever seen. */
interface Said {
  report: ReadonlySet<string>;
  status: ReadonlySet<string>;
  events: Set<string>;
  series: ReadonlyMap<string, number>;
}

interface Awaited {
  place: Place;
  isSo: () => boolean;
  resolve: (at: number) => void;
}

export interface WitnessOptions {
  transport: Transport;
  /** The operator's series. */
  metrics: () => Promise<ReadonlyMap<string, number>>;
}

export function createWitness({ transport, metrics }: WitnessOptions): Witness {
  const said: Said = { report: new Set(), status: new Set(), events: new Set(), series: new Map() };
  const loopDelaysMs: number[] = [];
  const awaited = new Set<Awaited>();
  const end = new AbortController();
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => end.signal.aborted || reject(error);
  });
  failed.catch(() => undefined);

  function note(place: Place): void {
    const at = Date.now();
    for (const one of awaited) {
      if (one.place !== place || !one.isSo()) continue;
      awaited.delete(one);
      one.resolve(at);
    }
  }

  async function watch<T>(path: string, hear: (object: T) => Place): Promise<void> {
    while (!end.signal.aborted) {
      const lines = transport.lines({ path, query: { watch: 1, timeoutSeconds: 3_600 }, signal: end.signal });
      for await (const line of lines) note(hear((JSON.parse(line.toString()) as { object: T }).object));
    }
  }

  async function scrape(): Promise<void> {
    while (!end.signal.aborted) {
      const from = performance.now();
      if ([...awaited].some(({ place }) => place === 'series')) {
        const series = await metrics();
        said.series = series;
        loopDelaysMs.push(loopDelayMs(series, 'p99'));
        note('series');
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, scrapeMs - (performance.now() - from))));
    }
  }

  const inOurs = (type: ResourceType) => collectionPath(type, namespace);
  watch<CoverageReport>(inOurs(reportType), ({ status }) => {
    said.report = new Set(status?.findings?.map(keyOf));
    return 'report';
  }).catch(fail);
  watch<SupportCoverage>(inOurs(coverageType), ({ status }) => {
    said.status = new Set(status?.topFindings?.map(keyOf));
    return 'status';
  }).catch(fail);
  watch<Event>('/apis/events.k8s.io/v1/events', ({ regarding, reportingController: by, reason, note: text = '' }) => {
    const { kind = '', name = '', namespace: inNamespace } = regarding ?? {};
    const [check = ''] = /^[a-z0-9-]+/.exec(text) ?? [];
    if (by === reportingController) said.events.add(`${reason} ${keyOf({ check, object: objectName(kind, name, inNamespace) })}`);
    return 'event';
  }).catch(fail);
  scrape().catch(fail);

  function isSaid({ check, object, open }: Expected): Record<Place, () => boolean> {
    const key = keyOf({ check, object });
    const reason = open ? 'FindingOpened' : 'FindingResolved';
    return {
      report: () => said.report.has(key) === open,
      status: () => said.status.has(key) === open,
      event: () => said.events.has(`${reason} ${key}`),
      series: () => sumOf(said.series, 'supportcoverage_findings', `check="${check}"`) === Number(open),
    };
  }

  function when(place: Place, isSo: () => boolean, { check, object, open }: Expected): Promise<number> {
    return new Promise((resolve, reject) => {
      const one: Awaited = { place, isSo, resolve: () => undefined };
      const late = setTimeout(() => {
        awaited.delete(one);
        reject(new Error(`${place}: nothing of ${check} about ${object} ${open ? 'opened' : 'resolved'} within ${patienceMs / 1000} s`));
      }, patienceMs);
      one.resolve = (at) => {
        clearTimeout(late);
        resolve(at);
      };
      awaited.add(one);
    });
  }

  return {
    loopDelaysMs,
    failed,
    seen: async (expected) => {
      const so = isSaid(expected);
      const times = await Promise.all(places.map(async (place) => [place, await when(place, so[place], expected)] as const));
      return Object.fromEntries(times) as Record<Place, number>;
    },
    stop: () => end.abort(),
  };
}

function keyOf({ check, object }: { check: string; object: string }): string {
  return `${check} ${object}`;
}
