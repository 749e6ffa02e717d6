import type { Acknowledgement } from '../api/v1alpha1/acknowledgement.ts';
import type {
  AccountingMonth,
  CoverageReportStatus,
  Drift,
  Finding,
  Notification,
  ResolvedSubject,
} from '../api/v1alpha1/coveragereport.ts';
import { createAgreement } from '../checks/agreement.ts';
import { account, type News } from '../findings/accounting.ts';
import { acknowledge } from '../findings/acknowledgements.ts';
import { namespaceOf } from '../findings/judge.ts';
import { isConsequence, type Memory } from '../findings/lifecycle.ts';
import type { Pass } from '../findings/pass.ts';
import type { Case } from './cases.ts';
import { delivered, earliest, escalate } from './escalation.ts';
import { reaches } from './escalation-path.ts';
import type { Plan } from './plan.ts';

/** What the report remembers of telling people and of counting; the rest of its memory is in findings and drift themselves. */
export interface Told {
  notifications: readonly Notification[];
  resolved: readonly ResolvedSubject[];
  accounting: readonly AccountingMonth[];
}

export interface HandlingInput {
  coverage: { name: string; uid: string };
  cluster: string;
  plan: Plan;
  findings: readonly Finding[];
  drift: readonly Drift[];
  /** What belongs to the findings that the last pass ended with. */
  told: Told;
  /** What a pass has just found out; undefined between passes. */
  news: Pick<Pass, 'transitions' | 'driftOpened' | 'driftResolved'> | undefined;
  /** Those that ran last. */
  checks: Pass['checks'];
  /** Of the coverage's namespace. */
  acknowledgements: readonly Acknowledgement[];
  /** Keys of notifications that have been delivered. */
  deliveredKeys: readonly string[];
  /** When the cluster was first looked at. */
  firstPassAt: Temporal.Instant;
  /** True for what another coverage of the same cluster has told, or tells now. */
  isToldElsewhere: (each: Case) => boolean;
  now: Temporal.Instant;
}

export interface Handled extends Told {
  findings: Finding[];
  drift: Drift[];
  /** How many each acknowledgement of the coverage matches, by `namespace/name`. */
  matched: ReadonlyMap<string, number>;
  /** When something is due though nothing happens. */
  nextAt: Temporal.Instant | undefined;
  /** Something is to be told, so that it must be stored first. */
  mustStore: boolean;
}

/** From what was found, who takes care of it, who is told, and what is counted. Remembers nothing itself; what it returns is stored before anybody is told. */
export function settle(input: HandlingInput): Handled {
  const { coverage, cluster, plan, told, news, now } = input;
  const noted = acknowledge({ ...input, coverage: coverage.name });
  const transitions = news?.transitions ?? [];
  const resolvedNow = [
    ...transitions.flatMap((transition) => (transition.type === 'Resolved' ? [transition.finding] : [])),
    ...(news?.driftResolved ?? []),
  ];
  const notifications = delivered(told.notifications, input.deliveredKeys);
  const own = <T extends Case>(list: readonly T[]) => list.filter((each) => !input.isToldElsewhere(each));
  const escalated = escalate({
    ...{ uid: coverage.uid, cluster, path: plan.path, hours: plan.hours, now, firstPassAt: input.firstPassAt },
    contacts: plan.contacts.map(({ name }) => name),
    findings: own(noted.findings),
    drift: own(noted.drift),
    ...{ resolvedNow, resolved: told.resolved, notifications },
  });
  const findings = replaced(noted.findings, escalated.findings);
  const drift = replaced(noted.drift, escalated.drift);
  const acknowledged = [...newlyAcknowledged(input.findings, findings), ...newlyAcknowledged(input.drift, drift)];
  const counted = news || acknowledged.length > 0;
  return {
    ...{ findings, drift, notifications: escalated.notifications, resolved: escalated.resolved },
    accounting: counted ? account(told.accounting, newsOf(input, acknowledged), termsOf(plan), now) : told.accounting,
    matched: noted.matched,
    nextAt: earliest([noted.nextAt, escalated.nextAt]),
    mustStore: escalated.changed || notifications.length < told.notifications.length || acknowledged.length > 0,
  };
}

/**
 * The findings of a pass. Those that the report before a restart had no room for were open by then and are not remembered: their contacts
 * are taken to be told of the steps that were due by then.
 */
export function presumedTold(
  { findings, transitions }: Pick<Pass, 'findings' | 'transitions'>,
  memory: Pick<Memory, 'findings' | 'incompleteSince'>,
  { path, hours }: Pick<Plan, 'path' | 'hours'>,
): Finding[] {
  const { incompleteSince } = memory;
  if (!incompleteSince || path.length === 0) return [...findings];
  const remembered = new Set([...memory.findings, ...transitions.map(({ finding }) => finding)].map(({ id }) => id));
  return findings.map((finding) => {
    // A consequence was not told.
    if (remembered.has(finding.id) || isConsequence(finding)) return finding;
    const began = Temporal.Instant.from(finding.firstSeen);
    const waited = {
      Hold: hours.elapsed(began, incompleteSince),
      Notify: incompleteSince.epochMilliseconds - began.epochMilliseconds,
    };
    const gone = path.filter((step) => reaches(step, finding.severity) && step.afterMs <= waited[step.outsideHours]);
    return gone.length > 0 ? { ...finding, notified: gone.map(({ id }) => id) } : finding;
  });
}

/** The report between two passes: the same, with who was told and who takes care. What it had no room for stays left out. */
export function withHandled(report: CoverageReportStatus, handled: Handled): CoverageReportStatus {
  const { notifications: _n, resolved: _r, accounting: _a, ...rest } = report;
  return {
    ...rest,
    ...(report.findings ? { findings: replaced(report.findings, handled.findings) } : {}),
    ...(report.drift ? { drift: replaced(report.drift, handled.drift) } : {}),
    ...toldFields(handled),
  };
}

/** The fields of the report; what is empty is not there. */
export function toldFields({ notifications, resolved, accounting }: Told): Pick<CoverageReportStatus, keyof Told> {
  return {
    ...(notifications.length > 0 ? { notifications: [...notifications] } : {}),
    ...(resolved.length > 0 ? { resolved: [...resolved] } : {}),
    ...(accounting.length > 0 ? { accounting: [...accounting] } : {}),
  };
}

function replaced<T extends { id: string }>(list: readonly T[], by: readonly T[]): T[] {
  const byId = new Map(by.map((each) => [each.id, each]));
  return list.map((each) => byId.get(each.id) ?? each);
}

function newlyAcknowledged<T extends Case>(before: readonly T[], after: readonly T[]): T[] {
  const known = new Set(before.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined).map(({ id }) => id));
  return after.filter(({ id, acknowledgedAt }) => acknowledgedAt !== undefined && !known.has(id));
}

function newsOf({ news, checks }: HandlingInput, acknowledged: readonly Case[]): News {
  const { transitions = [], driftOpened = [], driftResolved = [] } = news ?? {};
  return { checks, transitions, driftOpened, driftResolved, acknowledged };
}

function termsOf({ tier, timeZone, agreement }: Plan) {
  const { isCovered } = createAgreement(agreement);
  return {
    ...{ tier, timeZone },
    isInScope: (object: string) => {
      const namespace = namespaceOf(object);
      return namespace === undefined || isCovered(namespace);
    },
  };
}
