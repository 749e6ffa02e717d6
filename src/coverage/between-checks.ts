import { isDeepStrictEqual } from 'node:util';
import type { Acknowledgement } from '../api/v1alpha1/acknowledgement.ts';
import type { ContactStatus, SupportCoverage, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import type { Fact } from '../baseline/fact.ts';
import { covers } from '../checks/areas.ts';
import type { Check } from '../checks/check.ts';
import { accountsMeanwhile } from '../findings/accounting-periods.ts';
import { keyOf, problemOfMatch } from '../findings/acknowledgements.ts';
import { stamp } from '../findings/lifecycle.ts';
import { ownChecks } from '../findings/own-checks.ts';
import { isKubeError } from '../kube/errors.ts';
import { matchedCondition } from '../report/acknowledgements.ts';
import { dated } from '../report/conditions.ts';
import { windowEvent } from '../report/events.ts';
import type { Dispatcher } from '../report/notifications/dispatcher.ts';
import { type ClusterOutcome, onboarded, withAgreed } from '../report/status.ts';
import { msUntil } from '../runtime/clock.ts';
import { escalationStatus } from './cases.ts';
import type { ClusterRunOptions, ClusterWork } from './cluster-run.ts';
import { contactProblems, contactStatus, offerAll } from './contact-lines.ts';
import type { Handled } from './handling.ts';
import type { Known } from './known.ts';
import { dueWork, windowChange, windowStatus } from './maintenance.ts';
import type { Plan } from './plan.ts';
import { toldElsewhere } from './told-elsewhere.ts';

export interface BetweenChecksOptions extends Pick<ClusterRunOptions, 'store' | 'recorder' | 'clock'> {
  dispatcher: Dispatcher;
  catalogue: readonly Check[];
  facts: readonly Fact[];
}

/** What a coverage says and sends though no checks run. */
export interface BetweenChecks {
  /**
   * Says in the status what of the agreement changes between checks: windows, contact lines, how far the escalation has gone, how soon
   * something was acknowledged; and in an Event where a maintenance window opens or closes with work due. Returns for how long the windows stay so, milliseconds.
   */
  follow(coverage: SupportCoverage, plan: Plan, entry: Known, works: readonly ClusterWork[]): Promise<number>;
  /** Says in each acknowledgement what it matches now, in all clusters together. */
  noteMatches(
    coverage: SupportCoverage,
    plan: Plan,
    all: readonly Acknowledgement[],
    looked: readonly { handled: Pick<Handled, 'matched'> }[],
  ): Promise<void>;
  /** Says what each contact line is to hear. */
  offer(coverage: SupportCoverage, plan: Plan, entry: Known, works: readonly ClusterWork[]): void;
}

/** `keep` writes a status and remembers it. */
export function createBetweenChecks(
  { store, recorder, clock, dispatcher, ...known }: BetweenChecksOptions,
  keep: (coverage: SupportCoverage, entry: Known, status: SupportCoverageStatus) => Promise<void>,
): BetweenChecks {
  const ids = [...known.catalogue, ...ownChecks, ...known.facts].map(({ id }) => id);

  async function follow(coverage: SupportCoverage, plan: Plan, entry: Known, works: readonly ClusterWork[]): Promise<number> {
    const now = clock.now();
    const windows = windowStatus(plan.maintenance, now, plan.hours);
    const { status } = entry;
    if (status) {
      const contacts = contactStatus(dispatcher, coverage, plan.contacts, status.contacts ?? [], now);
      const agreed = {
        ...(windows ? { windows } : {}),
        ...(contacts.length > 0 ? { contacts } : {}),
        ...(plan.path.length > 0 ? { escalation: escalationOf(works, now) } : {}),
      };
      const outcomes = outcomesOf(entry, plan);
      const verdict = outcomes && onboarded(outcomes, agreementProblems(plan, contacts));
      const months = [...entry.clusters.values()].map(({ memory }) => memory.accounting);
      const accounts = accountsMeanwhile(status, months, now, plan.timeZone);
      const next = withAgreed({ ...status, ...accounts }, agreed, verdict, stamp(now));
      if (!isDeepStrictEqual(next, status)) await keep(coverage, entry, next);
      const change = windows?.maintenance && windowChange(status.windows, windows, now);
      const due = dueWork(findingsOf(entry));
      if (change && due.length > 0) recorder.recordEvent(windowEvent(coverage, change, due, windows));
    }
    const next = [windows?.workingHoursNext, windows?.maintenanceNext].map((text) => text && Temporal.Instant.from(text));
    return Math.min(...next.map((time) => msUntil(time || undefined, now)));
  }

  function escalationOf(works: readonly ClusterWork[], now: Temporal.Instant): NonNullable<SupportCoverageStatus['escalation']> {
    const each = works.map(({ coverage: { metadata }, plan, known: { memory }, sharing }) =>
      escalationStatus(memory.findings, memory.drift, plan.path, toldElsewhere(`${metadata.namespace}/${metadata.name}`, sharing, now)),
    );
    const elsewhere = each.reduce((sum, { toldElsewhere: told = 0 }) => sum + told, 0);
    return {
      open: each.reduce((sum, { open }) => sum + open, 0),
      acknowledged: each.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
      highestStep: Math.max(0, ...each.map(({ highestStep }) => highestStep)),
      ...(elsewhere > 0 ? { toldElsewhere: elsewhere } : {}),
    };
  }

  async function noteMatches(
    coverage: SupportCoverage,
    plan: Plan,
    all: readonly Acknowledgement[],
    looked: readonly { handled: Pick<Handled, 'matched'> }[],
  ): Promise<void> {
    const now = clock.now();
    const there = { ids, clusters: plan.clusters.map(({ name }) => name) };
    for (const acknowledgement of all.filter(({ spec }) => spec.coverage === coverage.metadata.name)) {
      const key = keyOf(acknowledgement);
      const matched = looked.reduce((sum, { handled }) => sum + (handled.matched.get(key) ?? 0), 0);
      const { generation } = acknowledgement.metadata;
      const before = acknowledgement.status?.conditions ?? [];
      const verdict = matchedCondition(acknowledgement.spec, matched, now, problemOfMatch(acknowledgement.spec, there));
      const status = { conditions: dated([verdict], before, generation, stamp(now)), matched };
      if (isDeepStrictEqual(status, acknowledgement.status)) continue;
      // One that was deleted meanwhile needs no status.
      await store.writeAcknowledgementStatus(acknowledgement, status).catch((error: unknown) => {
        if (!isKubeError(error, 'NotFound', 'Conflict')) throw error;
      });
    }
  }

  function offer(coverage: SupportCoverage, plan: Plan, { status, clusters: known }: Known, works: readonly ClusterWork[]): void {
    const stored = works.map(({ cluster: { name, environment } }) => {
      const { memory, report } = known.get(name) ?? {};
      return { name, environment, memory: memory ?? { findings: [], drift: [] }, report: report?.status };
    });
    // Who was never looked at is not told that all is well.
    if (status) offerAll(dispatcher, { ...coverage, status }, plan, stored, clock.now());
  }

  return { follow, noteMatches, offer };
}

/** Undefined while a cluster was not looked at by this process. */
export function outcomesOf(entry: Known, plan: Plan): ClusterOutcome[] | undefined {
  const found = plan.clusters.flatMap(({ name }) => {
    const cluster = entry.clusters.get(name);
    const { findings, drift } = cluster?.memory ?? { findings: [], drift: [] };
    return cluster?.outcome ? [{ ...cluster.outcome, findings: [...findings], drift: [...drift] }] : [];
  });
  return found.length === plan.clusters.length ? found : undefined;
}

/** What of the agreement is not in place, beyond the clusters. */
export function agreementProblems(plan: Plan, contacts: readonly ContactStatus[]): string[] {
  const { tier, installed } = plan;
  const beyond = covers(installed, tier)
    ? []
    : [`the operator was installed for ${installed} (the chart's value tier), so what ${tier} adds is not looked at`];
  return [...beyond, ...contactProblems(plan.contacts, contacts)];
}

/** Of all clusters. */
export function findingsOf({ clusters }: Known) {
  return [...clusters.values()].flatMap(({ memory }) => memory.findings);
}
