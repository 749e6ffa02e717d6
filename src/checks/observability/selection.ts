import { type LabelSelector, matchesLabels } from '../../kube/label-selector.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { MonitorView } from '../../observe/resources/monitoring.ts';
import { allWorkloads } from '../../observe/workloads.ts';

type Labels = Readonly<Record<string, string>>;

/** What is selected, and where. */
type Selection = Pick<MonitorView, 'selector' | 'namespaces'>;

/** Labels of what can be selected, by namespace and, so that a selector need not look at all of them, by one label. */
export interface Selectable {
  byNamespace: Map<string, Labels[]>;
  byLabel: Map<string, { namespace: string; labels: Labels }[]>;
}

function add({ byNamespace, byLabel }: Selectable, namespace: string, labels: Labels): void {
  const here = byNamespace.get(namespace);
  if (here) here.push(labels);
  else byNamespace.set(namespace, [labels]);
  for (const [key, value] of Object.entries(labels)) {
    const alike = byLabel.get(`${key}=${value}`);
    if (alike) alike.push({ namespace, labels });
    else byLabel.set(`${key}=${value}`, [{ namespace, labels }]);
  }
}

/** Worked out when the first asks: few clusters have much that selects. */
export function selectableServices(view: ClusterView): Selectable {
  return view.derive('selectable services', () => {
    const services: Selectable = { byNamespace: new Map(), byLabel: new Map() };
    for (const { namespace, labels } of view.list('services')) add(services, namespace, labels);
    return services;
  });
}

/** Labels that a pod has from the template it was made of; others may be added later, by a controller or at admission. */
const ownLabel = /^(app|k8s-app|name|component|app\.kubernetes\.io\/(name|instance|component|part-of|version|managed-by))$/;

interface SelectablePods extends Selectable {
  /** False for one that may select a pod whose labels are not known. */
  isCertain: (selection: Selection) => boolean;
}

/** Pods as their workloads would make them; worked out when the first asks. */
export function selectablePods(view: ClusterView): SelectablePods {
  return view.derive('selectable pods', () => podsOf(view));
}

function podsOf(view: ClusterView): SelectablePods {
  const pods: Selectable = { byNamespace: new Map(), byLabel: new Map() };
  for (const { namespace, podLabels } of allWorkloads(view)) add(pods, namespace, podLabels);
  const others = new Set<string>();
  for (const { namespace, workload } of view.list('pods'))
    if (!/^(Deployment|StatefulSet|DaemonSet)\//.test(workload)) others.add(namespace);
  return {
    ...pods,
    isCertain: ({ selector, namespaces }) =>
      keysOf(selector).every((key) => ownLabel.test(key)) &&
      (namespaces === 'any' ? others.size === 0 : !namespaces.some((namespace) => others.has(namespace))),
  };
}

function keysOf({ matchLabels, matchExpressions }: LabelSelector): string[] {
  return [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)];
}

export function selectsNone({ selector, namespaces }: Selection, { byNamespace, byLabel }: Selectable): boolean {
  const [label] = Object.entries(selector.matchLabels);
  if (label) {
    const alike = byLabel.get(`${label[0]}=${label[1]}`) ?? [];
    return !alike.some(
      ({ namespace, labels }) => (namespaces === 'any' || namespaces.includes(namespace)) && matchesLabels(selector, labels),
    );
  }
  const within = namespaces === 'any' ? [...byNamespace.keys()] : namespaces;
  return !within.some((namespace) => byNamespace.get(namespace)?.some((labels) => matchesLabels(selector, labels)));
}
