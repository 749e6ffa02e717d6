import type { Notification, Subject } from '../../api/v1alpha1/coveragereport.ts';
import type { Contact } from '../../api/v1alpha1/supportcoverage.ts';

/** The coverage that a message is about. */
export interface CoverageRef {
  name: string;
  namespace: string;
  uid: string;
}

/** What a contact line is told at once: a notification of a report with everything that its reader needs to place it. */
export interface Message extends Omit<Notification, 'kind'> {
  coverage: CoverageRef;
  cluster: string;
  environment?: string;
  party: Contact['party'];
  /** Test: whether the contact line can be reached; it says nothing of the cluster. */
  kind: Notification['kind'] | 'Test';
}

/** Of what was opened, and of what was resolved, the summary names this many. */
const named = 3;
const maxNameLength = 160;

/** One line that somebody understands who was asleep a moment ago: where, how much, and the most urgent in words. */
export function summaryOf(message: Message): string {
  const { coverage, cluster, kind, contact, opened, openedTotal, resolved, resolvedTotal } = message;
  if (kind === 'Test') return `${coverage.name}: test of the contact line ${contact}; there is nothing to do`;
  const counts = [
    ...(openedTotal > 0 || resolvedTotal === 0
      ? [`${findings(openedTotal)} ${kind === 'Onboarding' ? 'at the first check' : 'opened'}`]
      : []),
    ...(resolvedTotal > 0 ? [openedTotal > 0 ? `${resolvedTotal} resolved` : `${findings(resolvedTotal)} resolved`] : []),
  ];
  return [
    `${coverage.name}/${cluster}: ${counts.join(', ')}`,
    ...opened.slice(0, named).map((subject) => {
      const { severity, check, object, message } = subject;
      return `${severity} ${check} ${cut(object)}: ${message}${withConsequences(subject)}`;
    }),
    ...more(openedTotal - Math.min(opened.length, named), 'opened'),
    ...resolved.slice(0, named).map(({ check, object }) => `resolved ${check} ${cut(object)}`),
    ...more(resolvedTotal - Math.min(resolved.length, named), 'resolved'),
  ].join('; ');
}

function withConsequences({ consequences = 0 }: Subject): string {
  return consequences > 0 ? ` and ${consequences} ${consequences === 1 ? 'consequence' : 'consequences'}` : '';
}

function findings(count: number): string {
  return `${count} ${count === 1 ? 'finding' : 'findings'}`;
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`and ${count} more ${what}`] : [];
}

function cut(text: string): string {
  return text.length <= maxNameLength ? text : `${text.slice(0, maxNameLength - 1)}…`;
}

/** The namespace of an object as findings name it: `Kind/namespace/name`, or a Namespace itself. */
export function namespaceOf({ object }: Pick<Subject, 'object'>): string | undefined {
  const [kind, first, second] = object.split('/');
  return second !== undefined || kind === 'Namespace' ? first : undefined;
}
