import type { DeliveryTool } from '../../api/v1alpha1/supportcoverage.ts';
import { redact } from '../../kube/redact.ts';
import { objectName } from '../../kube/types.ts';
import type { ResourceName, View } from '../../observe/catalogue.ts';
import { unmetNeed } from '../../observe/cluster-view.ts';
import type { DeliveryView } from '../../observe/delivery.ts';
import { instantOf } from '../../observe/resource.ts';
import type { Context, Evaluation, Observation } from '../check.ts';
import { isJudged } from '../workloads/pod-states.ts';
import { causeWords } from './cause-words.ts';
import { classify, isName } from './classify.ts';

/** The resources that are kept as deliveries. */
export type DeliveryResource = { [K in ResourceName]: View<K> extends DeliveryView ? K : never }[ResourceName];

/** What a check says of one kind of delivery. */
export interface Telling {
  /** Of the observation. */
  reason: string;
  /** What is wrong, after the object, such as "is not fetched". */
  what: string;
  /** Plural and group, as kubectl takes them. */
  resource: string;
  /** A sentence: where more is said, where that is not its own conditions. */
  look?: string;
}

/** What says of a delivery that it only waits for another. */
export interface Waiting {
  /** Reasons of its failure that mean it. */
  reasons: readonly string[];
  /** The others, by name. */
  others: ReadonlyMap<string, DeliveryView>;
}

const dayMs = 24 * 60 * 60_000;

/** The outcome where the coverage does not name the tool; undefined where it does. */
export function notCovered({ agreement }: Pick<Context, 'agreement'>, tool: DeliveryTool): Evaluation | undefined {
  return agreement.coversTool(tool) ? undefined : { outcome: 'NotApplicable', message: `scope.deliveryTooling does not name ${tool}` };
}

/**
 * The evaluation of a check of one tool, which may have several APIs: NotApplicable where the coverage does not name the tool or none of them
 * is served, and Unknown, besides what the others show, where one cannot be read.
 */
export function judgeDeliveries(
  context: Context,
  tool: DeliveryTool,
  resources: readonly DeliveryResource[],
  observe: (resource: DeliveryResource) => Observation[],
): Evaluation {
  const declined = notCovered(context, tool);
  if (declined) return declined;
  const { view } = context;
  const unmet = resources.map((resource) => unmetNeed(view, { resources: [resource] }));
  const [first] = unmet;
  if (first && unmet.every((need) => need?.outcome === 'NotApplicable')) return first;
  const unknown = unmet.find((need) => need?.outcome === 'Unknown')?.message;
  const observations = resources.flatMap((resource, index) => (unmet[index] ? [] : observe(resource)));
  return unknown === undefined ? { observations } : { observations, unknown };
}

/** What of a resource is in covered namespaces. */
export function deliveriesOf(context: Context, resource: DeliveryResource): DeliveryView[] {
  return context.view.list(resource).filter(({ namespace }) => isJudged(context, namespace));
}

/**
 * Of each that fails, an observation. While it is tried again it is not known how it is: what was found stays, and nothing opens. What only
 * waits for another one that fails is left to that one, and is as uncertain as that one while that is tried again. Once that one is well
 * again, it takes a while until what waits looks again: it has been waiting in vain since then, and no longer.
 */
export function failedDeliveries(deliveries: readonly DeliveryView[], telling: Telling, waiting?: Waiting): Observation[] {
  return deliveries.flatMap((delivery): Observation[] => {
    const object = nameOf(delivery);
    const others = waiting ? waitedFor(delivery, waiting) : [];
    const states = others.map(({ state }) => state);
    if (delivery.state === 'Progressing' || (delivery.state === 'Failing' && states.includes('Progressing')))
      return [{ object, reason: telling.reason, message: '', uncertain: true }];
    if (delivery.state !== 'Failing' || states.includes('Failing')) return [];
    const dates = [delivery, ...others.filter(({ state }) => state === 'Healthy')].flatMap(({ since }) => instantOf(since) ?? []);
    return [{ ...failed(object, delivery, telling), since: dates.sort(Temporal.Instant.compare).at(-1) }];
  });
}

/** Of each that has stood still for so many days because somebody wanted it to, an observation of severity info. */
export function suspendedDeliveries(deliveries: readonly DeliveryView[], days: number): Observation[] {
  return deliveries
    .filter(({ state }) => state === 'Suspended')
    .map((delivery) => ({
      object: nameOf(delivery),
      reason: 'Suspended',
      severity: 'info' as const,
      holdMs: days * dayMs,
      message: `${nameOf(delivery)} has been suspended for ${days} days or more, so that nothing new is delivered. Resume it, or raise suspendedDays if it is to stay like this.`,
    }));
}

/** What is looked at, by name. */
export function byName(context: Context, resources: readonly DeliveryResource[]): ReadonlyMap<string, DeliveryView> {
  const all = resources.flatMap((resource) => deliveriesOf(context, resource));
  return new Map(all.map((delivery) => [nameOf(delivery), delivery]));
}

/** What a delivery does nothing but wait for, as far as it is there. */
function waitedFor({ failure, waitsFor }: DeliveryView, { reasons, others }: Waiting): DeliveryView[] {
  return failure && reasons.includes(failure.reason) ? waitsFor.flatMap((other) => others.get(other) ?? []) : [];
}

export function nameOf({ kind, name, namespace }: DeliveryView): string {
  return objectName(kind, name, namespace);
}

function failed(object: string, delivery: DeliveryView, telling: Telling): Observation {
  const { name, namespace, kind, secret, failure = { reason: '', text: '' } } = delivery;
  const { reason, what, resource, look = `Its conditions say more: kubectl -n ${namespace} describe ${resource} ${name}.` } = telling;
  const classified = classify({ ...failure, kind });
  const { stage } = classified;
  const isRefused = classified.cause === 'CredentialsRejected' || classified.cause === 'CredentialsMissing';
  // A server that is asked by nobody in particular refuses in the same words as one that knows who asks.
  const cause = isRefused && secret === '' ? 'CredentialsMissing' : classified.cause;
  const subject = isRefused && secret && isName(secret) ? `Secret ${secret}` : classified.subject;
  const named = [...new Set([classified.subject, subject])].filter(Boolean).join(', ');
  const given = /^[A-Za-z]{1,64}$/.test(failure.reason) ? failure.reason : 'no reason that is known';
  const why = cause === 'Unknown' ? `its controller says ${given}` : causeWords[cause];
  const revision = shortRevision(delivery.revision);
  return {
    object,
    reason,
    stage,
    cause,
    ...(subject ? { subject } : {}),
    message: `${object} ${what}${revision && ` at ${revision}`}: ${why}${named ? ` (${named})` : ''}. ${look}`,
    dateMoves: true,
  };
}

/** With hashes cut to the length at which people tell them apart; '' for what is no revision. */
function shortRevision(text: string): string {
  const short = text.replace(/\b((?:sha1|sha256):)?([0-9a-f]{12})[0-9a-f]{20,}\b/g, '$1$2');
  return /^[\w][\w./:+@-]{0,127}$/.test(short) && redact(short) === short ? short : '';
}
