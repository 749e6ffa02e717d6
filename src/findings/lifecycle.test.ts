import * as fc from 'fast-check';
import { supportAll, supported } from '../../test/fixtures/judgement.ts';
import type { Cause, Stage } from '../api/v1alpha1/fields.ts';
import type { CheckMetadata, Observation } from '../checks/check.ts';
import type { CheckResult } from '../checks/run.ts';
import { type Advanced, advance, byUrgency, fingerprint, type Memory } from './lifecycle.ts';

const start = Temporal.Instant.from('2026-11-23T12:00:00Z');
const later = (minutes: number) => start.add({ seconds: Math.round(minutes * 60) });
const text = (instant: Temporal.Instant) => instant.toString({ smallestUnit: 'second' });
const minutes = 60_000;
const nothing: Memory = { findings: [], pending: [] };

const check = (id = 'node-not-ready'): CheckMetadata => ({
  ...{ id, area: 'Nodes', tier: 'Level1', title: 'A node is not ready', severity: 'warning', for: '15m', needs: {} },
  ...{ remediation: 'Look at it.', references: ['own'] },
});
const seen = (object: string, extra: Partial<Observation> = {}): Observation => ({
  object,
  reason: 'Bad',
  message: `${object} is bad`,
  ...extra,
});
const found = (observations: Observation[], extra: Partial<CheckResult> = {}): CheckResult => ({
  check: check(),
  holdMs: 15 * minutes,
  observations,
  ...extra,
});
const pass = (memory: Memory, results: CheckResult[], now: Temporal.Instant) => advance(memory, results, 'local', now, supportAll);
/** As a new process reads it from the report. */
const restarted = ({ findings, pending }: Advanced): Memory => JSON.parse(JSON.stringify({ findings, pending }));
const said = ({ transitions }: Advanced) => transitions.map(({ type, finding }) => `${type} ${finding.object}`);

describe('a state that Kubernetes dates', () => {
  const since = start.subtract({ minutes: 14 });

  it('opens a finding once it has held for the time of the check, counted from that date', () => {
    expect(said(pass(nothing, [found([seen('Node/a', { since })])], later(0.9)))).toEqual([]);
    const opened = pass(nothing, [found([seen('Node/a', { since })])], later(1));
    expect(opened.findings).toEqual([expect.objectContaining({ firstSeen: text(since), openedAt: text(later(1)) })]);
  });

  it('needs no memory while it waits, since the date is on the object', () => {
    expect(pass(nothing, [found([seen('Node/a', { since })])], start).pending).toEqual([]);
  });

  it('is not held back by a date in the future, which then counts as seen now', () => {
    const ahead = [found([seen('Node/a', { since: later(60) })])];
    const first = pass(nothing, ahead, start);
    expect(first.pending).toEqual([expect.objectContaining({ object: 'Node/a', firstSeen: text(start) })]);
    expect(said(pass(restarted(first), ahead, later(14)))).toEqual([]);
    const opened = pass(restarted(first), ahead, later(15));
    expect(opened.findings).toEqual([expect.objectContaining({ firstSeen: text(start), openedAt: text(later(15)) })]);
  });

  it('opens at once with a date in the future where the check does not wait', () => {
    expect(said(pass(nothing, [found([seen('Node/a', { since: later(60) })], { holdMs: 0 })], start))).toEqual(['Opened Node/a']);
  });
});

describe('a state that Kubernetes does not date', () => {
  const results = [found([seen('Node/a')])];

  it('counts from the first sight, which is kept as pending', () => {
    const first = pass(nothing, results, start);
    expect(first).toMatchObject({ findings: [], transitions: [], pending: [{ check: 'node-not-ready', firstSeen: text(start) }] });
    expect(said(pass(first, results, later(14.9)))).toEqual([]);
    const opened = pass(first, results, later(15));
    expect(opened.findings).toEqual([expect.objectContaining({ firstSeen: text(start), openedAt: text(later(15)) })]);
    expect(opened.pending).toEqual([]);
  });

  it('goes on counting after a restart of the operator', () => {
    const second = pass(restarted(pass(nothing, results, start)), results, later(10));
    expect(said(pass(restarted(second), results, later(15)))).toEqual(['Opened Node/a']);
  });

  it('counts anew when it was gone in between', () => {
    const gone = pass(pass(nothing, results, start), [found([])], later(5));
    expect(gone.pending).toEqual([]);
    expect(said(pass(pass(gone, results, later(10)), results, later(20)))).toEqual([]);
  });

  it('goes on counting while the check cannot judge', () => {
    const first = pass(nothing, results, start);
    const blind = pass(first, [found([], { unknown: 'nodes cannot be read' })], later(10));
    expect(blind.pending).toEqual(first.pending);
    expect(said(pass(blind, results, later(15)))).toEqual(['Opened Node/a']);
  });
});

describe('an open finding', () => {
  const long = start.subtract({ hours: 1 });
  const open = pass(nothing, [found([seen('Node/a', { since: long })])], start);

  it('is not announced again, and keeps its dates, though its message or date changes', () => {
    const again = pass(restarted(open), [found([seen('Node/a', { since: later(3), message: 'other words' })])], later(5));
    expect(again.transitions).toEqual([]);
    expect(again.findings).toEqual([{ ...open.findings[0], message: 'other words' }]);
  });

  it('changes its severity in one transition, not by resolving and opening', () => {
    const worse = pass(open, [found([seen('Node/a', { since: long, severity: 'critical' })])], later(5));
    expect(worse.transitions).toEqual([{ type: 'SeverityChanged', from: 'warning', finding: worse.findings[0] }]);
    expect(worse.findings[0]).toMatchObject({ ...open.findings[0], severity: 'critical' });
  });

  it('stays open, as it was, while its check cannot judge', () => {
    const blind = pass(open, [found([], { unknown: 'nodes cannot be read' })], later(5));
    expect(blind.findings).toEqual(open.findings);
    expect(blind.transitions).toEqual([]);
  });

  it('whose check cannot judge is judged anew: what was accepted until a date counts from then on', () => {
    const accepted = { ...supported, exception: 'CHG-1 (jane, until 2026-11-23)' };
    const before = advance(nothing, [found([seen('Node/a', { since: long })])], 'local', start, () => accepted);
    expect(before.findings[0]).toMatchObject(accepted);
    const blind = pass(restarted(before), [found([], { unknown: 'nodes cannot be read' })], later(5));
    expect(blind.findings).toEqual(open.findings);
    const project = { scope: 'Project', rule: 'boundary.rules[0]: quoted', coverage: 'Covered' } as const;
    const judged: string[] = [];
    const again = advance(blind, [found([], { unknown: 'nodes cannot be read' })], 'local', later(6), (what) => {
      judged.push(`${what.check} ${what.tier} ${what.object} ${what.reason} ${what.severity}`);
      return project;
    });
    expect(judged).toEqual(['node-not-ready Level1 Node/a Bad warning']);
    expect(again.findings).toEqual([{ ...open.findings[0], ...project }]);
  });

  it('is updated where a check can judge it though not others', () => {
    const both = pass(nothing, [found([seen('Node/a', { since: long }), seen('Node/b', { since: long })])], start);
    const partial = found([seen('Node/a', { since: long, severity: 'critical' })], { unknown: 'node b does not answer' });
    expect(pass(both, [partial], later(5)).findings.map(({ object, severity }) => [object, severity])).toEqual([
      ['Node/a', 'critical'],
      ['Node/b', 'warning'],
    ]);
  });

  it.each<[string, CheckResult[]]>([
    ['its state is gone', [found([])]],
    ['its check does not apply any more', [found([], { notApplicable: 'not installed' })]],
    ['its check is switched off', []],
  ])('resolves at once when %s', (_, results) => {
    const resolved = pass(open, results, later(0.1));
    expect(said(resolved)).toEqual(['Resolved Node/a']);
    expect(resolved.findings).toEqual([]);
  });

  it('stays open when the coverage lengthens the time of the check', () => {
    expect(said(pass(open, [found([seen('Node/a', { since: long })], { holdMs: 48 * 60 * minutes })], later(1)))).toEqual([]);
  });
});

describe('a state that is tried again and again', () => {
  const retried = (since: Temporal.Instant) => found([seen('Kustomization/flux-system/shop', { since, dateMoves: true })]);
  const again = found([seen('Kustomization/flux-system/shop', { uncertain: true, message: '' })]);

  it('opens when it has held since the first sight, though its date moves with every attempt and the operator restarts', () => {
    let memory = restarted(pass(nothing, [retried(later(0))], later(0)));
    for (let minute = 1; minute < 15; minute += 1) {
      memory = restarted(pass(memory, [again], later(minute)));
      memory = restarted(pass(memory, [retried(later(minute))], later(minute + 0.5)));
    }
    expect(memory.findings).toEqual([]);
    const opened = pass(memory, [retried(later(14.9))], later(15));
    expect(opened.findings.map(({ firstSeen }) => firstSeen)).toEqual([text(later(0))]);
  });

  it('stays as it was found while an attempt goes on, and opens nothing by that', () => {
    const open = pass(nothing, [retried(later(-60))], later(0));
    const meanwhile = pass(open, [again], later(1));
    expect(meanwhile.findings).toEqual(open.findings);
    expect(said(meanwhile)).toEqual([]);
    expect(pass(nothing, [again], later(60))).toMatchObject({ findings: [], pending: [] });
    expect(said(pass(meanwhile, [found([])], later(2)))).toEqual(['Resolved Kustomization/flux-system/shop']);
  });
});

it('a state with a time of its own opens after that, not after the check’s', () => {
  const suspended = found([seen('Kustomization/flux-system/shop', { holdMs: 60 * minutes })]);
  const first = pass(nothing, [suspended], later(0));
  expect(pass(first, [suspended], later(59.9)).findings).toEqual([]);
  expect(pass(first, [suspended], later(60)).findings).toHaveLength(1);
});

describe('a failed delivery', () => {
  const broken = (stage: Stage, cause: Cause) => [found([seen('Deployment/shop/web', { stage, cause })], { holdMs: 0 })];
  const first = pass(nothing, broken('Artifact', 'NotFound'), start);

  it('is recorded with where and by what it is broken', () => {
    expect(first.findings).toEqual([expect.objectContaining({ stage: 'Artifact', cause: 'NotFound' })]);
  });

  it('stays the same finding when it is broken by something else, of which the report then tells', () => {
    const next = pass(restarted(first), broken('Authentication', 'CredentialsRejected'), later(15));
    expect(said(next)).toEqual([]);
    expect(next.findings).toEqual([{ ...first.findings[0], stage: 'Authentication', cause: 'CredentialsRejected' }]);
  });

  it('is told of nothing else', () => {
    expect(Object.keys(pass(nothing, [found([seen('Node/a')], { holdMs: 0 })], start).findings[0]!)).not.toContain('stage');
  });
});

describe('the identity of a finding', () => {
  it('is the cluster, the check, the object and the reason', () => {
    const ids = [
      fingerprint('eu', 'c', 'Node/a', 'Bad'),
      fingerprint('us', 'c', 'Node/a', 'Bad'),
      fingerprint('eu', 'd', 'Node/a', 'Bad'),
      fingerprint('eu', 'c', 'Node/b', 'Bad'),
      fingerprint('eu', 'c', 'Node/a', 'Worse'),
      fingerprint('eu', 'cNode', '/a', 'Bad'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint('eu', 'c', 'Node/a', 'Bad')).toBe(ids[0]);
  });

  it('does not depend on message or severity', () => {
    const ids = [{}, { message: 'other' }, { severity: 'critical' as const }].map(
      (extra) => pass(nothing, [found([seen('Node/a', extra)], { holdMs: 0 })], start).findings[0]?.id,
    );
    expect(ids).toEqual([ids[0], ids[0], ids[0]]);
  });

  it('makes one finding of what a check says twice', () => {
    const twice = pass(nothing, [found([seen('Node/a'), seen('Node/a', { message: 'again' })], { holdMs: 0 })], start);
    expect(twice.findings.map(({ message }) => message)).toEqual(['Node/a is bad']);
    expect(said(twice)).toEqual(['Opened Node/a']);
  });
});

describe('the order of findings', () => {
  it('is by urgency, then age, and the same whatever the order in which they were seen', () => {
    const observations = [
      seen('Node/info', { severity: 'info', since: start.subtract({ hours: 216 }) }),
      seen('Node/young', { since: start.subtract({ minutes: 20 }) }),
      seen('Node/old', { since: start.subtract({ hours: 2 }) }),
      seen('Node/worst', { severity: 'critical', since: start.subtract({ minutes: 15 }) }),
    ];
    const ordered = pass(nothing, [found(observations)], start).findings;
    expect(ordered.map(({ object }) => object)).toEqual(['Node/worst', 'Node/old', 'Node/young', 'Node/info']);
    expect(pass(nothing, [found(observations.toReversed())], start).findings).toEqual(ordered);
  });

  it('puts what does not count after all that does, so that a full report keeps what support answers for', () => {
    const observations = [seen('Node/mine', { severity: 'info' }), seen('Node/theirs', { severity: 'critical' })];
    const theirs = { ...supported, scope: 'Customer' } as const;
    const judge = ({ object }: { object: string }) => (object === 'Node/theirs' ? theirs : supported);
    const { findings } = advance(nothing, [found(observations, { holdMs: 0 })], 'local', start, judge);
    expect(findings.map(({ object }) => object)).toEqual(['Node/mine', 'Node/theirs']);
  });

  it('of two alike is decided by their ids', () => {
    const [a, b] = pass(nothing, [found([seen('Node/a'), seen('Node/b')], { holdMs: 0 })], start).findings;
    expect(byUrgency(a!, b!)).toBeLessThan(0);
    expect(byUrgency(b!, a!)).toBeGreaterThan(0);
    expect(byUrgency(a!, a!)).toBe(0);
  });
});

describe('after a restart with a report that had to leave findings out', () => {
  const memory: Memory = { ...nothing, incompleteSince: start };

  it('a state that was open before then is known again without an announcement', () => {
    const since = start.subtract({ minutes: 15 });
    const again = pass(memory, [found([seen('Node/a', { since })])], later(5));
    expect(said(again)).toEqual([]);
    expect(again.findings).toEqual([expect.objectContaining({ object: 'Node/a', firstSeen: text(since) })]);
  });

  it('a state that had not held long enough by then is announced', () => {
    const since = start.subtract({ minutes: 14 });
    expect(said(pass(memory, [found([seen('Node/a', { since })])], later(5)))).toEqual(['Opened Node/a']);
  });

  it('and a report that was complete, everything new is announced', () => {
    const since = start.subtract({ hours: 5 });
    expect(said(pass(nothing, [found([seen('Node/a', { since })])], later(5)))).toEqual(['Opened Node/a']);
  });
});

describe('whatever is observed, in whatever order, with restarts in between', () => {
  /** How Kubernetes dates each object's state: not at all, truly, or by a clock that is ahead. */
  const objects = [
    ...(['undated', 'dated', 'ahead'] as const).map((dating) => ({
      dating,
      check: 'first',
      object: `Node/${dating}`,
      holdMs: 10 * minutes,
    })),
    ...(['undated', 'dated', 'ahead'] as const).map((dating) => ({ dating, check: 'second', object: `Pod/x/${dating}`, holdMs: 0 })),
  ];
  const step = fc.record({
    gap: fc.integer({ min: 1, max: 900 }),
    bad: fc.array(fc.boolean(), { minLength: objects.length, maxLength: objects.length }),
    severity: fc.constantFrom('critical' as const, 'warning' as const, 'info' as const),
    unknown: fc.record({ first: fc.boolean(), second: fc.boolean() }),
    restart: fc.boolean(),
  });

  it('opening and resolving alternate, beginnings do not move, and nothing opens before it has held or waits longer', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        let now = start;
        let memory = nothing;
        const began = new Map<string, Temporal.Instant>();
        const open = new Map<string, string>();
        for (const { gap, bad, severity, unknown, restart } of steps) {
          now = now.add({ seconds: gap });
          const date = { undated: undefined, dated: now.subtract({ seconds: Math.min(gap, 60) }), ahead: now.add({ hours: 2 }) };
          const results = (['first', 'second'] as const).map((id) => {
            const mine = objects.filter((each) => each.check === id);
            const observations = mine.flatMap(({ object, dating }) => {
              if (!bad[objects.findIndex((each) => each.object === object)]) {
                if (!unknown[id]) began.delete(object);
                return [];
              }
              const beginning = began.get(object) ?? (dating === 'dated' ? date.dated : now);
              began.set(object, beginning);
              const since = dating === 'dated' ? beginning : date[dating];
              return [seen(object, { severity, since })];
            });
            return found(observations, { check: check(id), holdMs: mine[0]!.holdMs, ...(unknown[id] ? { unknown: 'not known' } : {}) });
          });
          const next = pass(memory, results, now);
          for (const { type, finding } of next.transitions) {
            expect(open.has(finding.object)).toBe(type !== 'Opened');
            if (type === 'Opened') open.set(finding.object, finding.firstSeen);
            if (type === 'Resolved') open.delete(finding.object);
          }
          expect(new Map(next.findings.map(({ object, firstSeen }) => [object, firstSeen]))).toEqual(open);
          objects.forEach(({ object, holdMs }, index) => {
            const beginning = began.get(object);
            const held = beginning !== undefined && now.epochMilliseconds - beginning.epochMilliseconds >= holdMs;
            if (bad[index]) expect([object, open.has(object)]).toEqual([object, held]);
          });
          const waiting = next.pending.map(({ object }) => object);
          expect(waiting.filter((object) => open.has(object))).toEqual([]);
          expect(new Set(waiting).size).toBe(waiting.length);
          memory = restart ? restarted(next) : next;
        }
      }),
      { numRuns: 300 },
    );
  });
});
