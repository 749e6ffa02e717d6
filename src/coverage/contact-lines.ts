import { createHash } from 'node:crypto';
import type { CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import type { Contact, ContactStatus, SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { stamp } from '../findings/lifecycle.ts';
import type { OpenAlert } from '../report/notifications/channel.ts';
import type { Dispatcher } from '../report/notifications/dispatcher.ts';
import type { LineState } from '../report/notifications/line.ts';
import type { CoverageRef, Message } from '../report/notifications/message.ts';
import { openAlertsOf } from './cases.ts';
import { maySend } from './escalation.ts';
import type { KnownCluster } from './known.ts';
import type { Plan } from './plan.ts';

/** One cluster of a coverage, with what of it is stored. */
export interface StoredCluster {
  name: string;
  environment: string | undefined;
  memory: Pick<KnownCluster['memory'], 'findings' | 'drift'>;
  report: CoverageReportStatus | undefined;
}

/** Says what each contact line of a coverage is to hear: what is stored and not delivered, what is open, and at first a test. */
export function offerAll(
  dispatcher: Dispatcher,
  coverage: SupportCoverage,
  plan: Plan,
  clusters: readonly StoredCluster[],
  now: Temporal.Instant,
): void {
  const ref = referenceOf(coverage);
  dispatcher.retain(
    keyOf(coverage),
    plan.contacts.map(({ name }) => name),
  );
  const { open, next } = plan.hours.at(now);
  for (const contact of plan.contacts) {
    const states = clusters.map((cluster) => stateOf(contact, ref, plan, cluster, open));
    // Not before it is in the status: the next process sends the same, byte for byte.
    const { testDue } = coverage.status?.contacts?.find(({ name }) => name === contact.name) ?? {};
    dispatcher.offer(
      { coverage: ref, contact },
      {
        pending: [...(testDue ? [testOf(contact, ref, testDue)] : []), ...states.flatMap(({ pending }) => pending)],
        open: states.flatMap((state) => state.open),
        // At night nothing that holds is among them.
        ...(open && next ? { until: new Map(states.flatMap(({ holding }) => holding.map((key) => [key, next]))) } : {}),
      },
    );
  }
}

/** Whether contact lines can be reached, and which are to be tested, as the status says it. */
export function contactStatus(
  dispatcher: Dispatcher,
  coverage: SupportCoverage,
  contacts: readonly Contact[],
  previous: readonly ContactStatus[],
  now: Temporal.Instant,
): ContactStatus[] {
  return contacts.map((contact) => {
    const { name, party } = contact;
    const before = previous.find((entry) => entry.name === name);
    const result = dispatcher.result(keyOf(coverage), name);
    const delivered = result.delivered ?? before?.delivered;
    // Until this process has tried, the last word stands.
    const problem = result.problem ?? (result.delivered ? undefined : before?.problem);
    const due = before?.testDue ?? stamp(now);
    const tested = result.deliveredKeys.has(testKey(contact, referenceOf(coverage), due)) ? hashOf(contact) : before?.tested;
    return {
      ...{ name, party },
      ...(delivered ? { delivered } : {}),
      ...(problem ? { problem } : {}),
      ...(tested ? { tested } : {}),
      ...(tested === hashOf(contact) ? {} : { testDue: due }),
    };
  });
}

/** Keys of what has been delivered and may be forgotten. */
export function deliveredKeys(dispatcher: Dispatcher, coverage: SupportCoverage, contacts: readonly Contact[]): string[] {
  return contacts.flatMap(({ name }) => [...dispatcher.result(keyOf(coverage), name).deliveredKeys]);
}

/** Why contact lines are not onboarded, each in a few words. */
export function contactProblems(contacts: readonly Contact[], status: readonly ContactStatus[]): string[] {
  return contacts.flatMap((contact) => {
    const found = status.find(({ name }) => name === contact.name);
    if (found?.problem) return [`contact ${contact.name}: ${found.problem}`];
    return found?.tested === hashOf(contact) ? [] : [`contact ${contact.name}: no test message has been delivered yet`];
  });
}

function stateOf(contact: Contact, ref: CoverageRef, plan: Plan, cluster: StoredCluster, open: boolean): LineState & { holding: string[] } {
  const environment = cluster.environment === undefined ? {} : { environment: cluster.environment };
  const due = (cluster.report?.notifications ?? []).filter(
    (notification) => notification.contact === contact.name && maySend(notification, plan.path, open),
  );
  const holding = due.filter((notification) => !maySend(notification, plan.path, false)).map(({ key }) => key);
  const pending = due.map(
    (notification): Message => ({ ...notification, coverage: ref, cluster: cluster.name, ...environment, party: contact.party }),
  );
  const alerts = openAlertsOf(contact.name, cluster.memory.findings, cluster.memory.drift).map(
    ({ subject, of }): OpenAlert => ({
      ...subject,
      cluster: cluster.name,
      ...environment,
      since: of.firstSeen,
      ...('remediation' in of ? { remediation: of.remediation } : {}),
    }),
  );
  return { pending, open: alerts, holding };
}

function testOf(contact: Contact, ref: CoverageRef, due: string): Message {
  return {
    ...{
      key: testKey(contact, ref, due),
      coverage: ref,
      cluster: '',
      contact: contact.name,
      party: contact.party,
      kind: 'Test',
      at: due,
    },
    ...{ opened: [], openedTotal: 0, resolved: [], resolvedTotal: 0 },
  };
}

/** A contact that was changed is tested again, and one that was changed back too: it is another test. */
function testKey(contact: Contact, { uid }: CoverageRef, due: string): string {
  return createHash('sha256')
    .update(JSON.stringify([uid, 'test', hashOf(contact), due]))
    .digest('hex')
    .slice(0, 32);
}

function hashOf(contact: Contact): string {
  return createHash('sha256').update(JSON.stringify(contact)).digest('hex').slice(0, 16);
}

function referenceOf({ metadata: { name, namespace, uid = '' } }: SupportCoverage): CoverageRef {
  return { name, namespace, uid };
}

function keyOf({ metadata }: SupportCoverage): string {
  return `${metadata.namespace}/${metadata.name}`;
}
