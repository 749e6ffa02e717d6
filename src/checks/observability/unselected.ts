import { type LabelSelector, matchesLabels } from '../../kube/label-selector.ts';
import { objectName } from '../../kube/types.ts';
import { type ResourceName, resources } from '../../observe/catalogue.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { instantOf } from '../../observe/resource.ts';
import type { SelectableKind, SelectableView, SelectingView } from '../../observe/resources/monitoring.ts';
import type { Agreement } from '../agreement.ts';
import type { Correction } from '../check.ts';
import { labelsCorrection } from '../corrections.ts';
import { unreadable } from './operator-instances.ts';

/** What selects objects of each kind; a check that asks for `unselected` needs these, and `namespaces`. */
export const selecting = {
  prometheusrules: ['prometheuses', 'thanosrulers'],
  servicemonitors: ['prometheuses', 'prometheusagents'],
  podmonitors: ['prometheuses', 'prometheusagents'],
} as const satisfies Record<SelectableKind, readonly ResourceName[]>;

/** An object that the Prometheus of the platform would select if it had some more labels. */
export interface Unselected {
  object: string;
  /** As a message names it: `ServiceMonitor/ingress-nginx/controller (release=stack)`. */
  text: string;
  /** None where a controller would take the labels back. */
  correction: Correction | undefined;
}

interface Scope {
  view: ClusterView;
  agreement: Agreement;
}

/**
 * Objects of platform namespaces that nothing selects, where it is clear which labels are missing: a Prometheus of the platform selects most
 * objects of the kind by labels, the object has none of those that it lacks with another value, and no other selector could be meant. Else
 * nothing is said: rules and monitors are read by other programs too.
 */
export function unselected(
  { view, agreement }: Scope,
  kind: SelectableKind,
  isJudged: (object: SelectableView) => boolean,
  reason: string,
) {
  const selectors = selectorsOf(view, kind);
  const inPlatform = view.list(kind).filter(({ namespace, deleting }) => !deleting && agreement.isPlatform(namespace));
  const found: Unselected[] = [];
  if (selectors.length === 0) return found;
  const isConvention = new Map(
    selectors.map((selector) => [
      selector,
      agreement.isPlatform(selector.namespace) && 2 * inPlatform.filter((object) => selector.takes(object)).length > inPlatform.length,
    ]),
  );
  const { type } = resources[kind];
  for (const object of inPlatform) {
    const reaching = selectors.filter(({ reaches }) => reaches(object.namespace));
    if (!isJudged(object) || reaching.some(({ takes }) => takes(object))) continue;
    // One that asks for another value of a label that the object has is not meant for it.
    const possible = reaching.filter(({ labels }) => !differs(labels, object));
    const [only] = possible;
    if (!only || possible.length > 1 || !isConvention.get(only) || only.labels.matchExpressions.length > 0) continue;
    const missing = Object.fromEntries(Object.entries(only.labels.matchLabels).filter(([key]) => object.labels[key] === undefined));
    const { name, namespace, owned } = object;
    const labels = Object.entries(missing).map(([key, value]) => `${key}=${value}`);
    const own = objectName(type.kind, name, namespace);
    found.push({
      object: own,
      text: `${own} (${labels.sort().join(', ')})`,
      correction: owned ? undefined : labelsCorrection({ type, name, namespace, reason }, missing),
    });
  }
  return found;
}

/** False for what was just made, whose labels may be yet to come. */
export function isOldEnough({ createdAt }: Pick<SelectableView, 'createdAt'>, now: Temporal.Instant, holdMs: number): boolean {
  const created = instantOf(createdAt);
  return !created || now.epochMilliseconds - created.epochMilliseconds >= holdMs;
}

/** Why it is not known what selects objects of a kind. */
export function selectingUnreadable(view: ClusterView, kind: SelectableKind): string | undefined {
  for (const name of [...selecting[kind], 'namespaces'] as const) {
    const why = unreadable(view, name);
    if (why) return why;
  }
  return undefined;
}

function selectorsOf(view: ClusterView, kind: SelectableKind) {
  if (selectingUnreadable(view, kind)) return [];
  const all: SelectingView[] = selecting[kind].flatMap((name): readonly SelectingView[] => view.list(name));
  return all.flatMap(({ namespace: own, selects }) => {
    const selection = selects[kind];
    if (!selection) return [];
    const { labels, namespaces } = selection;
    const reaches = (namespace: string) =>
      namespaces === 'own' ? namespace === own : matchesLabels(namespaces, view.get('namespaces', namespace)?.labels ?? {});
    return [
      {
        ...{ namespace: own, labels, reaches },
        takes: (object: SelectableView) => reaches(object.namespace) && matchesLabels(labels, object.labels),
      },
    ];
  });
}

function differs({ matchLabels }: LabelSelector, { labels }: SelectableView): boolean {
  return Object.entries(matchLabels).some(([key, value]) => labels[key] !== undefined && labels[key] !== value);
}
