import fc from 'fast-check';
import { createDesk, finding, step } from '../../test/fixtures/escalation.ts';
import type { Finding, Notification } from '../api/v1alpha1/coveragereport.ts';
import { severities } from '../api/v1alpha1/fields.ts';
import type { EscalationStep, WorkingHours } from '../api/v1alpha1/supportcoverage.ts';

/**
 * Escalation against a model of it that is as slow and plain as can be: time goes by quarters of an hour, working hours are a row of them that
 * are open or not, and whether a step is due is counted anew each time.
 */
const quarter = 15 * 60_000;
const origin = Temporal.Instant.from('2026-11-23T00:00:00Z');
/** Monday to Friday, 09:00 to 17:00 UTC, for twelve weeks from a Monday. */
const isOpen = Array.from({ length: 84 * 96 }, (_, slot) => Math.floor(slot / 96) % 7 < 5 && slot % 96 >= 36 && slot % 96 < 68);
/** How many quarters before each were open. */
const workedBefore = [0];
for (const open of isOpen) workedBefore.push(workedBefore.at(-1)! + (open ? 1 : 0));
const office: WorkingHours = { timeZone: 'UTC', weekly: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], start: '09:00', duration: '8h' }] };
const timeOf = (slot: number) => origin.add({ milliseconds: slot * quarter });
const slotOf = (time: string | Temporal.Instant) => (Temporal.Instant.from(time).epochMilliseconds - origin.epochMilliseconds) / quarter;

const contacts = ['desk', 'team', 'lead'];
const ids = ['a', 'b', 'c', 'd', 'e'];
const rule = fc
  .record({
    contact: fc.constantFrom(...contacts),
    quarters: fc.constantFrom(0, 1, 4, 9, 32, 40),
    minSeverity: fc.constantFrom(...severities),
    outsideHours: fc.constantFrom('Hold' as const, 'Notify' as const),
  })
  .map(({ contact, quarters, ...extra }) => step(contact, `${quarters * 15}m`, extra));
const event = fc.record({
  slots: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 200 })),
  id: fc.constantFrom(...ids),
  contact: fc.constantFrom(...contacts),
  severity: fc.constantFrom(...severities),
  what: fc.constantFrom(
    'Open',
    'Open',
    'Resolve',
    'Acknowledge',
    'Lapse',
    'Severity',
    'Except',
    'Leave',
    'Deliver',
    'Deliver',
    'DeliverAll',
  ),
});

type Happening = typeof event extends fc.Arbitrary<infer T> ? T : never;

const severeEnough = (each: EscalationStep, { severity }: Pick<Finding, 'severity'>) =>
  severities.indexOf(severity) <= severities.indexOf(each.minSeverity);
const idOf = ({ contact, after }: EscalationStep) => `${contact}@${after}`;
const quartersOf = ({ after }: EscalationStep) => Number(after.slice(0, -1)) / 15;

/** Whether the step is due at a slot for what is open then, by the words of the documentation. */
function isDue(each: EscalationStep, of: Finding, slot: number, always: boolean): boolean {
  if (of.coverage !== 'Covered' || (of.scope !== 'Support' && of.scope !== 'Provider') || of.exception || of.acknowledgedBy) return false;
  if (!severeEnough(each, of)) return false;
  const opened = slotOf(of.openedAt);
  if (each.outsideHours === 'Notify' || always) return slot - opened >= quartersOf(each);
  return isOpen[slot]! && workedBefore[slot]! - workedBefore[opened]! >= quartersOf(each);
}

function dueSteps(steps: readonly EscalationStep[], of: Finding, slot: number, always: boolean, busy: ReadonlySet<string>): Set<string> {
  const due = steps.filter((each) => !busy.has(each.contact) && isDue(each, of, slot, always)).map(idOf);
  return new Set(due.filter((id) => !of.notified?.includes(id)));
}

type Desk = ReturnType<typeof createDesk>;

/** Whether something in a message is told by a step that does not wait for hours. */
function wakes(steps: readonly EscalationStep[], { opened, resolved }: Notification): boolean {
  const tells = (each: EscalationStep, subject: Notification['opened'][number]) =>
    idOf(each) === subject.step && each.outsideHours === 'Notify' && severeEnough(each, subject);
  return [...opened, ...resolved].some((subject) => steps.some((each) => tells(each, subject)));
}

/** Who gets no further message, and who is not told that anything is over, until what waits for them is delivered. */
function waitingFor({ state }: Desk, steps: readonly EscalationStep[], open: boolean) {
  const busy = new Set(state.notifications.filter((each) => open || wakes(steps, each)).map(({ contact }) => contact));
  const began = state.notifications.filter(({ openedTotal }) => openedTotal > 0).map(({ contact }) => contact);
  return { busy, unheard: new Set([...busy, ...began]) };
}

function happen(desk: Desk, { id, contact, severity, what }: Happening, slot: number) {
  const before = desk.state.findings.find((each) => each.id === id);
  if (what === 'Open' && !before)
    desk.open(finding(id, timeOf(slot).toString(), { severity, scope: severity === 'info' ? 'Provider' : 'Support' }));
  if (what === 'Resolve') desk.resolve(id);
  if (what === 'Acknowledge') desk.change(id, { acknowledgedBy: 'jane' });
  if (what === 'Lapse')
    desk.state.findings = desk.state.findings.map(({ acknowledgedBy, exception, ...each }) =>
      each.id === id
        ? { ...each, scope: 'Support', coverage: 'Covered' }
        : { ...each, ...(acknowledgedBy ? { acknowledgedBy } : {}), ...(exception ? { exception } : {}) },
    );
  if (what === 'Severity') desk.change(id, { severity });
  if (what === 'Except') desk.change(id, { exception: 'CHG-1042' });
  if (what === 'Leave')
    desk.change(id, severity === 'critical' ? { coverage: 'NotCovered' } : { scope: severity === 'warning' ? 'Customer' : 'Project' });
  if (what === 'Deliver') desk.deliver(contact);
  if (what === 'DeliverAll') desk.deliver();
}

const list = (subjects: readonly { id: string }[]) => subjects.map(({ id }) => id).sort();
const without = (all: readonly string[], some: readonly string[]) => all.filter((each) => !some.includes(each));

function compareWithModel(steps: readonly EscalationStep[], events: readonly Happening[], always: boolean) {
  const desk = createDesk({ steps, workingHours: always ? undefined : office, contacts, firstPassAt: '2026-11-01T00:00:00Z' });
  /** What contacts are yet to be told of as over. */
  let over: { id: string; contact: string; anyTime: boolean }[] = [];
  let slot = 36;
  for (const each of events) {
    slot += each.slots;
    const resolving = each.what === 'Resolve' ? desk.state.findings.find(({ id }) => id === each.id) : undefined;
    if (resolving) over.push(...endings(steps, resolving));
    happen(desk, each, slot);
    const open = always || isOpen[slot]!;
    const { busy, unheard } = waitingFor(desk, steps, open);
    const before = desk.state.findings;
    const due = new Map(before.map((one) => [one.id, dueSteps(steps, one, slot, always, busy)]));
    const { nextAt } = desk.look(timeOf(slot));
    const made = desk.at(timeOf(slot));

    // Each finding has gone exactly the steps that were due, on top of those that it had gone.
    for (const one of desk.state.findings) {
      const past = before.find(({ id }) => id === one.id)?.notified ?? [];
      expect((one.notified ?? []).slice(0, past.length)).toEqual(past);
      expect(new Set((one.notified ?? []).slice(past.length))).toEqual(due.get(one.id));
      expect(new Set(one.notified).size).toBe((one.notified ?? []).length);
    }
    // Each contact has at most one message that need not wait for hours and one that must, and what is made names what goes a step of its own, and what is over.
    const told = over.filter(({ contact, anyTime }) => !unheard.has(contact) && (open || anyTime));
    over = over.filter((ending) => !told.includes(ending));
    for (const contact of contacts) {
      const opened = [...due].filter(([, ids]) => [...ids].some((id) => id.startsWith(`${contact}@`))).map(([id]) => id);
      const resolved = without(
        told.filter((ending) => ending.contact === contact).map(({ id }) => id),
        opened,
      );
      const messages = made.filter((message) => message.contact === contact);
      expect(
        messages.map((message: Notification) => [list(message.opened), message.openedTotal, list(message.resolved), message.resolvedTotal]),
      ).toEqual(opened.length + resolved.length > 0 ? [[opened.sort(), opened.length, resolved.sort(), resolved.length]] : []);
    }
    for (const urgent of [true, false]) {
      const some = desk.state.notifications.filter((each) => wakes(steps, each) === urgent).map(({ contact }) => contact);
      expect(new Set(some).size).toBe(some.length);
    }
    expect(nextAt && slotOf(nextAt)).toBe(nextSlot(desk, steps, over, slot, always));
    const again = desk.look(timeOf(slot));
    // As text: Jest takes any instant for equal to any other.
    expect([again.changed, `${again.nextAt}`]).toEqual([false, `${nextAt}`]);
  }
}

function endings(steps: readonly EscalationStep[], resolving: Finding) {
  const mine = (contact: string) => (resolving.notified ?? []).filter((id) => id.startsWith(`${contact}@`));
  return contacts
    .filter((contact) => mine(contact).length > 0)
    .map((contact) => {
      const last = mine(contact)
        .sort((a, b) => Number.parseInt(a.split('@')[1]!, 10) - Number.parseInt(b.split('@')[1]!, 10))
        .at(-1);
      const anyTime = steps.some((each) => idOf(each) === last && each.outsideHours === 'Notify' && severeEnough(each, resolving));
      return { id: resolving.id, contact, anyTime };
    });
}

/** The first slot after this one at which something is due, or may be told that waits for hours, if nothing happens. */
function nextSlot(
  desk: Desk,
  steps: readonly EscalationStep[],
  over: { contact: string }[],
  slot: number,
  always: boolean,
): number | undefined {
  const { notifications, findings } = desk.state;
  const { busy } = waitingFor(desk, steps, always || isOpen[slot]!);
  const holds = notifications.some((each) => !wakes(steps, each));
  const waits = !always && !isOpen[slot]! && (holds || over.some(({ contact }) => !busy.has(contact)));
  for (let next = slot + 1; next < slot + 14 * 96; next += 1)
    if ((waits && isOpen[next]) || findings.some((each) => dueSteps(steps, each, next, always, busy).size > 0)) return next;
  return undefined;
}

describe('whatever opens, resolves, is acknowledged, changes severity, leaves the scope and is delivered, in whatever order', () => {
  it.each([
    ['with working hours', false],
    ['where it is always open', true],
  ])(
    'each finding goes each step once and when it is due, no contact has more messages at a time than one for the day and one for any time, and the next look is when it must be: %s',
    (_, always) => {
      fc.assert(
        fc.property(fc.array(rule, { minLength: 1, maxLength: 5 }), fc.array(event, { minLength: 1, maxLength: 25 }), (steps, events) =>
          compareWithModel(steps, events, always),
        ),
        { numRuns: 250 },
      );
    },
  );

  it('a storm is as many messages as there are contacts, of bounded size, however many findings there are', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 5 }), fc.integer({ min: 21, max: 2000 }), (steps, count) => {
        const desk = createDesk({ steps, contacts, firstPassAt: '2026-11-01T00:00:00Z' });
        desk.open(...Array.from({ length: count }, (_, index) => finding(`n${index}`, timeOf(0).toString(), { severity: 'critical' })));
        const messages = desk.at(timeOf(100));
        expect(messages.map(({ contact }) => contact).sort()).toEqual([...new Set(steps.map(({ contact }) => contact))].sort());
        for (const { openedTotal, opened } of messages) expect([openedTotal, opened.length]).toEqual([count, 20]);
      }),
      { numRuns: 15 },
    );
  });
});
