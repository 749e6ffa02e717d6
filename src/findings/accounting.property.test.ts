import fc from 'fast-check';
import { drift as driftOf, ran, terms } from '../../test/fixtures/accounting.ts';
import type { AccountingMonth, Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import { type Severity, severities } from '../api/v1alpha1/fields.ts';
import type { Area } from '../checks/areas.ts';
import type { CheckResult } from '../checks/run.ts';
import { formatDuration } from '../kube/duration.ts';
import { account } from './accounting.ts';
import { type Accounts, accountsAfter } from './accounting-periods.ts';
import type { Judge } from './judge.ts';
import { advance } from './lifecycle.ts';

/** One look at the cluster: what is seen of each check, what is acknowledged before it, and what becomes of the operator after it. */
interface Step {
  minutes: number;
  seen: { check: number; object: number; severity: Severity }[];
  drift: number[];
  acknowledged: number[];
  fate: 'Goes on' | 'Restarts' | 'Crashes before it writes';
}

const objects = ['Node/a', 'Node/b', 'Pod/app/c', 'Pod/sandbox-1/d', 'Pod/app/e', 'Pod/app/f'];
const step: fc.Arbitrary<Step> = fc.record({
  // Mostly forward, by minutes or weeks; sometimes back.
  minutes: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 3000 }) },
    fc.integer({ min: 0, max: 60_000 }),
    fc.integer({ min: -900, max: 0 }),
  ),
  seen: fc.array(
    fc.record({ check: fc.nat(ran.length - 1), object: fc.nat(objects.length - 1), severity: fc.constantFrom(...severities) }),
    {
      maxLength: 8,
    },
  ),
  drift: fc.uniqueArray(fc.nat(3)),
  acknowledged: fc.array(fc.nat(9), { maxLength: 3 }),
  fate: fc.constantFrom('Goes on', 'Goes on', 'Restarts', 'Crashes before it writes'),
});

/** Of every kind, the same for the same object. */
const judge: Judge = ({ object, tier }) => {
  const place = objects.indexOf(object);
  const rule = 'the place of the object';
  if (tier !== 'Level1' || object.includes('sandbox')) return { scope: place === 2 ? 'Customer' : 'Support', rule, coverage: 'NotCovered' };
  if (place === 4) return { scope: 'Support', rule, coverage: 'Covered', exception: 'agreed' };
  return { scope: place === 5 ? 'Provider' : 'Support', rule, coverage: 'Covered' };
};

/** A line of the log: what happened, to which key it belongs, how long it took, and the wall clock then. */
interface Line {
  what: 'opened' | 'acknowledged' | 'resolved';
  key: string;
  seconds: number;
  at: number;
}

interface World {
  findings: readonly Finding[];
  drift: readonly Drift[];
  months: AccountingMonth[] | undefined;
  accounts: Accounts | undefined;
}

/** The recount's own idea of what a finding or drift is counted as. */
function keyFor(entry: Finding | Drift): string {
  const severity = 'severity' in entry ? entry.severity : 'warning';
  const check = 'check' in entry ? ran.find((one) => one.check === entry.check)! : undefined;
  if (entry.coverage === 'NotCovered')
    return check && check.tier !== 'Level1' && !entry.object.includes('sandbox') && entry.scope === 'Support'
      ? `BeyondTier/${check.tier}/${check.area}`
      : `NotCovered/${severity}`;
  return 'exception' in entry && entry.exception ? `Excepted/${severity}` : `${entry.scope}/${severity}`;
}

const since = (entry: Finding | Drift) => Date.parse('openedAt' in entry ? entry.openedAt : entry.firstSeen);
const tookSeconds = (entry: Finding | Drift, until: number) => Math.max(0, Math.round((until - since(entry)) / 1000));

/** One pass, and the lines that whoever watched it would log. */
function look(world: World, { seen, drift: drifting, acknowledged }: Step, now: Temporal.Instant, timeZone: string) {
  const results: CheckResult[] = ran.map(({ check: id, area, tier }, index) => ({
    check: { id, area: area as Area, tier, severity: 'warning', title: '', for: '0s', needs: {}, remediation: 'Look.', references: [] },
    holdMs: 0,
    observations: seen
      .filter(({ check }) => check === index)
      .map(({ object, severity }) => ({ object: objects[object]!, reason: 'Bad', severity, message: 'bad' })),
  }));
  const { findings, transitions } = advance({ findings: world.findings, pending: [] }, results, 'local', now, judge);
  const stamp = now.toString({ smallestUnit: 'second' });
  const before = new Map(world.drift.map((entry) => [entry.id, entry]));
  const drift = drifting.map(
    (id) => before.get(`d${id}`) ?? driftOf(`d${id}`, { firstSeen: stamp, scope: id === 0 ? 'Project' : 'Support' }),
  );
  const driftOpened = drift.filter(({ id }) => !before.has(id));
  const driftResolved = world.drift.filter(({ id }) => !drift.some((entry) => entry.id === id));
  const open = [...findings, ...drift];
  const news = [...new Set(acknowledged)].flatMap((index) => open[index] ?? []).filter((entry) => !entry.acknowledgedAt);
  for (const entry of news) Object.assign(entry, { acknowledgedBy: 'jane', acknowledgedAt: stamp });
  const months = account(
    world.months,
    { checks: ran, transitions, driftOpened, driftResolved, acknowledged: news },
    { ...terms, timeZone },
    now,
  );

  const at = now.epochMilliseconds;
  const line = (what: Line['what'], entry: Finding | Drift): Line => ({ what, key: keyFor(entry), seconds: tookSeconds(entry, at), at });
  const lines = [
    ...transitions.flatMap(({ type, finding }) =>
      type === 'SeverityChanged' ? [] : [line(type === 'Opened' ? 'opened' : 'resolved', finding)],
    ),
    ...driftOpened.map((entry) => line('opened', entry)),
    ...driftResolved.map((entry) => line('resolved', entry)),
    ...news.map((entry) => line('acknowledged', entry)),
  ];
  return { world: { findings, drift, months, accounts: accountsAfter(world.accounts, [months], [], now, timeZone) }, lines, at };
}

/** The calendar by other means than the code's: the month that people in the zone read on the wall. */
function monthIn(timeZone: string, at: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' }).formatToParts(at);
  return ['year', 'month'].map((type) => parts.find((part) => part.type === type)!.value).join('-');
}

function tally(lines: readonly Line[], what: Line['what']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of lines) if (line.what === what) counts[line.key] = (counts[line.key] ?? 0) + 1;
  return counts;
}

/** All months from the log alone: a line belongs to the month on the wall, or to the one already begun if the clock went back. */
function recount(log: readonly Line[], passes: readonly number[], timeZone: string) {
  const byMonth = new Map<string, Line[]>();
  let newest = '';
  for (const at of passes) {
    const month = monthIn(timeZone, at);
    if (month > newest) newest = month;
    const lines = byMonth.get(newest) ?? [];
    byMonth.set(newest, [...lines, ...log.filter((line) => line.at === at)]);
  }
  const measured = (lines: readonly Line[], what: Line['what']) =>
    sorted(lines.filter((line) => line.what === what && /^Support\/(critical|warning)$/.test(line.key)).map(({ seconds }) => seconds));
  return [...byMonth]
    .reverse()
    .slice(0, 13)
    .map(([period, lines]) => ({
      counts: { period, opened: tally(lines, 'opened'), acknowledged: tally(lines, 'acknowledged'), resolved: tally(lines, 'resolved') },
      toAcknowledge: measured(lines, 'acknowledged'),
      toResolve: measured(lines, 'resolved'),
    }));
}

const lowerMedian = (sorted: readonly number[]) => sorted[Math.floor((sorted.length - 1) / 2)];
const asDuration = (seconds: number | undefined) => (seconds === undefined ? undefined : formatDuration(seconds * 1000));
const sorted = (values: readonly number[] | undefined) => [...(values ?? [])].sort((a, b) => a - b);

it.each([
  ['UTC', '2026-11-30T21:00:00Z'],
  ['Pacific/Auckland', '2026-11-30T09:00:00Z'],
  ['America/New_York', '2026-12-01T02:00:00Z'],
])('whatever happens, and however often the operator restarts, the months are what a recount of the log gives (%s)', (timeZone, start) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      let world: World = { findings: [], drift: [], months: undefined, accounts: undefined };
      const log: Line[] = [];
      const passes: number[] = [];
      let now = Temporal.Instant.from(start);
      for (const one of steps) {
        // Seconds that are never the same twice, so that the log can be told apart by them.
        now = now.add({ seconds: one.minutes * 60 + 1 });
        while (passes.includes(now.epochMilliseconds)) now = now.add({ seconds: 1 });
        const copy: World = JSON.parse(JSON.stringify(world));
        const next = look(copy, one, now, timeZone);
        if (one.fate === 'Crashes before it writes') continue;
        world = one.fate === 'Restarts' ? JSON.parse(JSON.stringify(next.world)) : next.world;
        log.push(...next.lines);
        passes.push(next.at);
      }
      const expected = recount(log, passes, timeZone);
      const { months = [], accounts } = world;
      expect(months.map(({ period, opened, acknowledged, resolved }) => ({ period, opened, acknowledged, resolved }))).toEqual(
        expected.map(({ counts }) => counts),
      );
      for (const [index, month] of months.entries()) {
        const { toAcknowledge, toResolve } = expected[index]!;
        if (index === 0) expect([sorted(month.secondsToAcknowledge), sorted(month.secondsToResolve)]).toEqual([toAcknowledge, toResolve]);
        else
          expect([month.medianSecondsToAcknowledge, month.medianSecondsToResolve]).toEqual([
            lowerMedian(toAcknowledge),
            lowerMedian(toResolve),
          ]);
      }
      const periods = [...(accounts?.accounting ? [accounts.accounting] : []), ...(accounts?.accountingHistory ?? [])];
      expect(periods.map(({ period, opened, medianTimeToResolve }) => [period, opened.warning, medianTimeToResolve])).toEqual(
        expected.map(({ counts, toResolve }) => [counts.period, counts.opened['Support/warning'] ?? 0, asDuration(lowerMedian(toResolve))]),
      );
    }),
  );
});
