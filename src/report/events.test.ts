import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { createMemoryApi } from '../../test/fakes/memory-api.ts';
import { supported } from '../../test/fixtures/judgement.ts';
import type { Drift, Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Severity } from '../api/v1alpha1/fields.ts';
import type { SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import type { Transition } from '../findings/lifecycle.ts';
import type { Pass } from '../findings/pass.ts';
import { createEventRecorder, type EventInput } from '../runtime/event-recorder.ts';
import { silentLogger } from '../runtime/logger.ts';
import { createRuntimeMetrics } from '../runtime/metrics.ts';
import { coverageEvent, createFindReference, eventActions, problemEvents, recordPass } from './events.ts';

const coverage = { metadata: { name: 'production', namespace: 'support', uid: 'u1' }, spec: { tier: 'Level1' } } as SupportCoverage;
const own = { apiVersion: 'platformsupport.io/v1alpha1', kind: 'SupportCoverage', name: 'production', namespace: 'support', uid: 'u1' };
const findReference = createFindReference(async ({ name }) => (name === 'gone' ? undefined : `uid-of-${name}`));

const finding = (object: string, severity: Severity = 'warning'): Finding => ({
  ...supported,
  ...{ id: object, check: 'node-not-ready', severity, object, reason: 'NodeNotReady', message: `${object} is not ready.` },
  ...{ remediation: 'Look at the kubelet.', firstSeen: '2026-11-23T11:00:00Z', openedAt: '2026-11-23T11:15:00Z' },
});
const opened = (object: string, severity?: Severity): Transition => ({ type: 'Opened', finding: finding(object, severity) });
const drift = (extra: Partial<Drift> = {}): Drift => ({
  ...supported,
  id: 'd',
  ...{ fact: 'storage-classes', object: 'StorageClass/fast', path: 'reclaimPolicy', expected: 'Delete', actual: 'Retain' },
  firstSeen: '2026-11-23T12:00:00Z',
  ...extra,
});

/** The Events of one pass; findings that opened are open. */
async function eventsOf(pass: Partial<Pass>, first = false, of = coverage): Promise<EventInput[]> {
  const events: EventInput[] = [];
  const transitions = pass.transitions ?? [];
  const findings = transitions.filter(({ type }) => type !== 'Resolved').map((transition) => transition.finding);
  const whole: Pass = {
    ...{
      checks: [],
      findings,
      pending: [],
      transitions,
      driftOpened: [],
      driftResolved: [],
      driftUnknown: [],
      corrections: [],
      opensAt: new Map(),
      durations: new Map(),
    },
    ...{ drift: pass.driftOpened ?? [], baseline: { state: 'Absent' } },
    ...pass,
  };
  recordPass({ recordEvent: (event) => events.push(event), flush: async () => {} }, of, whole, first, findReference);
  return Promise.all(
    events.map(async ({ findUid, regarding, ...event }) => {
      const uid = await findUid?.({});
      return { ...event, regarding: { ...regarding, ...(uid ? { uid } : {}) } };
    }),
  );
}
const single = async (pass: Partial<Pass>) => (await eventsOf(pass)).find(({ regarding }) => regarding.kind !== 'SupportCoverage')!;
const summary = async (pass: Partial<Pass>, first = false) =>
  (await eventsOf(pass, first)).find(({ regarding }) => regarding.kind === 'SupportCoverage');

describe('a finding that opens', () => {
  it('is told on its object with what to do, and summed up on the coverage', async () => {
    expect(await eventsOf({ transitions: [opened('Node/a')] })).toEqual([
      {
        ...{ regarding: own, type: 'Warning', reason: 'FindingsChanged', action: 'Check' },
        note: '1 opened; 1 to act on now, 0 drift',
      },
      {
        regarding: { apiVersion: 'v1', kind: 'Node', name: 'a', uid: 'uid-of-a' },
        related: own,
        ...{ type: 'Warning', reason: 'FindingOpened', action: 'Open' },
        note: 'node-not-ready (warning): Node/a is not ready. Look at the kubelet.',
      },
    ]);
  });

  it('says of a failed delivery where and by what it is broken', async () => {
    const broken: Transition = {
      type: 'Opened',
      finding: { ...finding('Deployment/shop/web'), check: 'image-pull', stage: 'Authentication', cause: 'CredentialsRejected' },
    };
    expect((await single({ transitions: [broken] })).note).toMatch(
      /^image-pull \(warning, stage Authentication, cause CredentialsRejected\): Deployment\/shop\/web /,
    );
  });

  it('is told on the coverage where its object can have no Event of its own', async () => {
    const events = await eventsOf({ transitions: [opened('Cluster/local', 'critical')] });
    expect(events.map(({ regarding, related, reason }) => [regarding, related, reason])).toEqual([
      [own, undefined, 'FindingsChanged'],
      [own, undefined, 'FindingOpened'],
    ]);
    expect(events[1]?.note).toContain('Cluster/local is not ready.');
  });

  it('names an object that cannot be read without its uid', async () => {
    expect((await single({ transitions: [opened('Deployment/shop/gone')] })).regarding).toEqual({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'gone' },
    });
  });
});

describe('info', () => {
  it('is quiet: opening, changing and resolving give no Event at all', async () => {
    const info = finding('Node/a', 'info');
    for (const type of ['Opened', 'Resolved'] as const) expect(await eventsOf({ transitions: [{ type, finding: info }] })).toEqual([]);
  });

  it('does not count among what there is to act on', async () => {
    expect((await summary({ transitions: [opened('Node/a'), opened('Node/b', 'info')] }))?.note).toBe('1 opened; 1 to act on now, 0 drift');
  });
});

describe('what is not covered, or accepted for a time', () => {
  it.each<[string, Partial<Finding>]>([
    ['not covered', { coverage: 'NotCovered' }],
    ['excepted', { exception: 'CHG-1 (jane, until 2027-01-31)' }],
  ])('is quiet: no Event at all for what is %s', async (_, extra) => {
    const silent = { ...finding('Node/a', 'critical'), ...extra };
    for (const type of ['Opened', 'Resolved'] as const) expect(await eventsOf({ transitions: [{ type, finding: silent }] })).toEqual([]);
    const transition: Transition = { type: 'SeverityChanged', from: 'warning', finding: silent };
    expect(await eventsOf({ transitions: [transition] })).toEqual([]);
  });

  it('is quiet as drift too, and does not count in what is told of the rest', async () => {
    const outside = drift({ coverage: 'NotCovered' });
    expect(await eventsOf({ driftOpened: [outside] })).toEqual([]);
    expect(await eventsOf({ driftResolved: [outside] })).toEqual([]);
    const mixed = { transitions: [opened('Node/a')], driftOpened: [outside] };
    expect((await summary(mixed))?.note).toBe('1 opened; 1 to act on now, 0 drift');
  });
});

describe('what is not support’s own work', () => {
  const rule = 'shipped: a new platform module is separate scope';

  it('is told with whose it is and by which rule', async () => {
    const module = drift({ object: 'StorageClass/new', path: '', expected: '', actual: 'provisioner=x', scope: 'Project', rule });
    expect((await single({ driftOpened: [module] })).note).toBe(`StorageClass/new is new: provisioner=x. Scope: Project (${rule}).`);
    const theirs = { ...finding('Node/a'), scope: 'Provider' as const, rule: 'shipped: the provider runs the control plane' };
    expect((await single({ transitions: [{ type: 'Opened', finding: theirs }] })).note).toBe(
      'node-not-ready (warning): Node/a is not ready. Scope: Provider (shipped: the provider runs the control plane). Look at the kubelet.',
    );
    const worse = { type: 'SeverityChanged', from: 'info', finding: theirs } as const;
    expect((await single({ transitions: [worse] })).note).toMatch(/Scope: Provider \(.*\)\.$/);
  });

  it('is counted apart from what there is to act on', async () => {
    const customers = { ...finding('Node/b'), scope: 'Customer' as const };
    const transitions: Transition[] = [opened('Node/a'), { type: 'Opened', finding: customers }];
    expect((await summary({ transitions, driftOpened: [drift({ scope: 'Project' })] }))?.note).toBe(
      '2 opened, 1 drift found; 1 to act on now, 0 drift, 2 not support’s work',
    );
    expect((await summary({ transitions }, true))?.note).toBe('First check of 0 checks: 1 to act on: Node/a is not ready.');
  });
});

describe('other transitions of a finding', () => {
  it('say from what to what a severity changed', async () => {
    const transition: Transition = { type: 'SeverityChanged', from: 'warning', finding: finding('Node/a', 'critical') };
    expect(await single({ transitions: [transition] })).toMatchObject({
      ...{ type: 'Warning', reason: 'FindingSeverityChanged', action: 'ChangeSeverity' },
      note: 'node-not-ready: warning became critical: Node/a is not ready.',
    });
  });

  it('say that it is no longer so, as a Normal Event', async () => {
    expect(await single({ transitions: [{ type: 'Resolved', finding: finding('Node/a') }] })).toMatchObject({
      ...{ type: 'Normal', reason: 'FindingResolved', action: 'Resolve' },
      note: 'node-not-ready: no longer so: Node/a is not ready.',
    });
    expect(await summary({ transitions: [{ type: 'Resolved', finding: finding('Node/a') }] })).toMatchObject({
      ...{ type: 'Normal', note: '1 resolved; 0 to act on now, 0 drift' },
    });
  });
});

it('what was found by a check that was switched off since is not said to be over', async () => {
  const off = { ...coverage, spec: { tier: 'Level1', checks: { settings: [{ check: 'node-not-ready', enabled: false, reason: 'x' }] } } };
  const pass = { transitions: [{ type: 'Resolved' as const, finding: finding('Node/a') }] };
  expect((await eventsOf(pass, false, off as unknown as SupportCoverage)).at(-1)).toMatchObject({
    ...{ type: 'Normal', reason: 'FindingResolved' },
    note: 'node-not-ready: the check is switched off; until then: Node/a is not ready.',
  });
});

describe('drift', () => {
  it.each<[string, Partial<Drift>, string]>([
    ['a changed value', {}, 'StorageClass/fast reclaimPolicy is Retain; agreed was Delete.'],
    ['an added object', { path: '', expected: '', actual: 'provisioner=x' }, 'StorageClass/fast is new: provisioner=x.'],
    ['a removed object', { path: '', expected: 'provisioner=x', actual: '' }, 'StorageClass/fast is gone; agreed was provisioner=x.'],
    ['an added path', { path: 'parameters.type', expected: '', actual: 'gp3' }, 'StorageClass/fast parameters.type is new: gp3.'],
    [
      'a removed path',
      { path: 'parameters.type', expected: 'gp3', actual: '' },
      'StorageClass/fast parameters.type is gone; agreed was gp3.',
    ],
    ['its writer', { manager: 'kubectl-edit' }, 'StorageClass/fast reclaimPolicy is Retain; agreed was Delete. Written by kubectl-edit.'],
    [
      'its writer and the time',
      { manager: 'kubectl-edit', changedAt: '2026-11-23T11:58:00Z' },
      'StorageClass/fast reclaimPolicy is Retain; agreed was Delete. Written by kubectl-edit at 2026-11-23T11:58:00Z.',
    ],
  ])('says %s', async (_, change, note) => {
    expect(await single({ driftOpened: [drift(change)] })).toMatchObject({
      type: 'Warning',
      reason: 'DriftDetected',
      action: 'Compare',
      note,
    });
  });

  it('that is gone is told as Normal', async () => {
    expect(await single({ driftResolved: [drift()] })).toMatchObject({
      ...{ type: 'Normal', reason: 'DriftResolved', note: 'StorageClass/fast reclaimPolicy is as agreed again' },
    });
  });
});

describe('the summary of a pass on the coverage', () => {
  it('counts every kind of change', async () => {
    const transitions: Transition[] = [
      opened('Node/a'),
      opened('Node/b'),
      { type: 'SeverityChanged', from: 'warning', finding: finding('Node/c', 'critical') },
      { type: 'Resolved', finding: finding('Node/d') },
    ];
    const pass = { transitions, driftOpened: [drift()], driftResolved: [drift({ path: 'provisioner' })] };
    expect((await summary(pass))?.note).toBe(
      '2 opened, 1 changed severity, 1 resolved, 1 drift found, 1 drift gone; 3 to act on now, 1 drift',
    );
  });

  it('is not there when nothing changed', async () => {
    expect(await eventsOf({ findings: [finding('Node/a')], drift: [drift()] })).toEqual([]);
  });
});

describe('a cluster or a contact line', () => {
  type Status = Parameters<typeof problemEvents>[2];
  const status = (cluster?: string, contact?: string) =>
    ({ clusters: [{ name: 'prod-us', problem: cluster }], contacts: [{ name: 'desk', problem: contact }] }) as Status;
  const said = (before: Status | undefined, after: Status) =>
    problemEvents(coverage, before, after).map(({ type, reason, note }) => `${type} ${reason} ${note}`);

  it('that has a problem is told with it when that begins and when it is over', () => {
    expect(said(status(), status('cannot be reached: ECONNREFUSED', 'the webhook a.example.com answered 500'))).toEqual([
      'Warning ClusterProblem The cluster prod-us is not read: cannot be reached: ECONNREFUSED',
      'Warning ContactProblem The contact line desk is not told everything: the webhook a.example.com answered 500. It is tried again, and nothing is lost',
    ]);
    expect(said(status('cannot be reached'), status())).toEqual(['Normal ClusterRecovered The cluster prod-us is read again']);
    expect(said(status(undefined, 'answered 500'), status())).toEqual([
      'Normal ContactRecovered The contact line desk takes messages again',
    ]);
  });

  it('is not told again while it has one, whatever the words, nor when it is taken out of the coverage', () => {
    expect(said(status('connection refused', 'answered 500'), status('no answer in 5 s', 'answered 429'))).toEqual([]);
    expect(said(status('connection refused', 'answered 500'), {})).toEqual([]);
    expect(said(undefined, status())).toEqual([]);
  });
});

describe('the first pass', () => {
  const check = { check: 'c', area: 'Nodes', tier: 'Level1', outcome: 'Fail', message: '', findings: 1 } as const;

  it('gives one summary with the most urgent and no Event an object: what it finds was there before', async () => {
    const transitions = ['a', 'b', 'c', 'd', 'e'].map((name) => opened(`Node/${name}`));
    const events = await eventsOf({ transitions, driftOpened: [drift()], checks: [check, check] }, true);
    expect(events).toEqual([
      {
        ...{ regarding: own, type: 'Warning', reason: 'FirstCheck', action: 'Check' },
        note: 'First check of 2 checks: 5 to act on: Node/a is not ready. Node/b is not ready. Node/c is not ready. and 2 more',
      },
    ]);
  });

  it('says so when there is nothing to act on', async () => {
    expect(await summary({ transitions: [opened('Node/a', 'info')], checks: [check] }, true)).toMatchObject({
      ...{ type: 'Normal', note: 'First check of 1 checks: nothing to act on' },
    });
  });
});

describe('reasons and actions', () => {
  it('are one CamelCase word each, and each reason is its own', async () => {
    for (const word of Object.entries(eventActions).flat()) expect(word).toMatch(/^([A-Z][a-z]+)+$/);
    const transitions: Transition[] = [
      opened('Node/a'),
      { type: 'SeverityChanged', from: 'warning', finding: finding('Node/b') },
      { type: 'Resolved', finding: finding('Node/c') },
    ];
    const reasons = (await eventsOf({ transitions, driftOpened: [drift()], driftResolved: [drift()] })).map(({ reason }) => reason);
    expect(new Set(reasons).size).toBe(6);
  });

  it('of an Event about the coverage itself go together', () => {
    expect(coverageEvent(coverage, 'Normal', 'BaselineCaptured', 'captured')).toEqual({
      ...{ regarding: own, type: 'Normal', reason: 'BaselineCaptured', action: 'Capture', note: 'captured' },
    });
  });
});

it('a pass is told without a word from the API server, however slow that is', () => {
  const events: EventInput[] = [];
  const slow = createFindReference(() => new Promise(() => {}));
  const changed = ['Node/a', 'Node/b'].map((object) => opened(object));
  const pass = { findings: [], drift: [], driftOpened: [], driftResolved: [], transitions: changed } as unknown as Pass;
  recordPass({ recordEvent: (event) => events.push(event), flush: async () => {} }, coverage, pass, false, slow);
  expect(events.map(({ regarding }) => regarding.name)).toEqual(['production', 'a', 'b']);
});

it('an Event stays within what the API server takes, whatever a finding or a drift says', async () => {
  const clock = createFakeClock();
  const api = createMemoryApi({ clock });
  const parts = { transport: api, clock, random: () => 0, metrics: createRuntimeMetrics(), logger: silentLogger };
  const recorder = createEventRecorder({ ...parts, identity: 'pod-1', mayWrite: () => true });
  const long = { ...finding('Node/a'), message: 'é'.repeat(1024) };
  const pass = { transitions: [{ type: 'Opened', finding: long }], findings: [long], drift: [], driftResolved: [] };
  const driftOpened = [drift({ path: 'parameters.type', expected: 'x'.repeat(512), actual: 'é'.repeat(512) })];
  recordPass(recorder, coverage, { ...pass, driftOpened } as unknown as Pass, false, findReference);
  await recorder.flush(1000);
  const notes = api.requests.map(({ body }) => (body as { note: string }).note);
  expect(notes).toHaveLength(3);
  for (const note of notes) expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024);
});

describe('a consequence', () => {
  const consequence = (type: 'Opened' | 'Resolved'): Transition => ({ type, finding: { ...finding('Node/b'), rootCause: 'Node/a' } });

  it('is told with its cause alone, when it opens and when it resolves', async () => {
    expect((await eventsOf({ transitions: [opened('Node/a'), consequence('Opened')] })).map(({ note }) => note)).toEqual([
      '1 opened; 1 to act on now with 1 consequence, 0 drift',
      'node-not-ready (warning): Node/a is not ready. Look at the kubelet.',
    ]);
    expect(await eventsOf({ transitions: [consequence('Resolved')] })).toEqual([]);
    expect(await summary({ transitions: [opened('Node/a'), consequence('Opened')] }, true)).toMatchObject({
      note: 'First check of 0 checks: 1 to act on with 1 consequence: Node/a is not ready.',
    });
  });

  it('that has outlived its cause is told on its own', async () => {
    const transitions: Transition[] = [{ type: 'OutlivedCause', finding: finding('Node/b') }];
    expect((await eventsOf({ transitions })).map(({ type, reason, note }) => [type, reason, note])).toEqual([
      ['Warning', 'FindingsChanged', '1 outlived their cause; 1 to act on now, 0 drift'],
      ['Warning', 'FindingOpened', 'node-not-ready (warning): Node/b is not ready. Its cause is over, and it is not. Look at the kubelet.'],
    ]);
  });
});
