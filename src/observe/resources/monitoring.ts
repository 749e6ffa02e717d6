import { type LabelSelector, labelSelectorOf } from '../../kube/label-selector.ts';
import type { Condition, KubeObject } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';
import type { ConditionView } from './nodes.ts';

/** What Prometheus and Alertmanager have in common as the operator's custom resources. */
interface MonitoringWorkloadView {
  name: string;
  namespace: string;
  /** Pods that are wanted, of all shards. */
  replicas: number;
  /** As the operator last saw it; besides True, False and Unknown its status can be Degraded: some pods are not ready. */
  available: ConditionView | undefined;
  deleting: boolean;
}

/** What a Prometheus and its like are told of by objects that they select. */
export type SelectableKind = 'prometheusrules' | 'servicemonitors' | 'podmonitors';

/** Which objects are selected; undefined: none. */
export type Selection = { labels: LabelSelector; namespaces: LabelSelector | 'own' } | undefined;

/** What selects rules or monitors. */
export interface SelectingView {
  name: string;
  namespace: string;
  selects: Partial<Record<SelectableKind, Selection>>;
}

export interface PrometheusView extends MonitoringWorkloadView, SelectingView {
  /** As it is written, such as `15d`; '' where nothing is said. */
  retention: string;
  storage: 'emptyDir' | 'ephemeral' | 'persistent';
  /** It copies what it stores: remote write, or Thanos with an object store. */
  copiesData: boolean;
  /** It is told of Alertmanagers that the operator does not know, which may be anywhere. */
  alertsElsewhere: boolean;
}

export interface AlertmanagerView extends MonitoringWorkloadView {
  /** The AlertmanagerConfig, in its own namespace, that is its whole configuration; '' where a Secret is. */
  configuration: string;
  /** It adds AlertmanagerConfigs that it selects. */
  selectsConfigs: boolean;
}

export interface AlertmanagerConfigView {
  name: string;
  namespace: string;
  /** `integrations` is how many ways to deliver a receiver has: none for one that exists to drop alerts. */
  receivers: readonly { name: string; integrations: number }[];
}

/** What can be selected by its labels. */
export interface SelectableView {
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** A controller made it, and may take back what others change. */
  owned: boolean;
  createdAt: string | undefined;
  deleting: boolean;
}

export interface PrometheusRuleView extends SelectableView {
  /** Names of alerting rules, each once, in alphabetical order. */
  alerts: readonly string[];
}

/** A ServiceMonitor or PodMonitor: which objects it selects, and where. */
export interface MonitorView extends SelectableView {
  selector: LabelSelector;
  /** `any`, or the namespaces by name. */
  namespaces: 'any' | readonly string[];
}

interface MonitoringWorkload extends KubeObject {
  spec?: { replicas?: number };
  status?: { conditions?: Pick<Condition, 'type' | 'status' | 'lastTransitionTime' | 'reason'>[] };
}

type Written = Parameters<typeof labelSelectorOf>[0];

interface Selecting extends KubeObject {
  spec?: { [field: string]: unknown };
}

interface Prometheus extends MonitoringWorkload {
  spec?: {
    [field: string]: unknown;
    replicas?: number;
    shards?: number;
    retention?: string;
    storage?: { emptyDir?: object; ephemeral?: object };
    remoteWrite?: object[];
    thanos?: { objectStorageConfig?: object; objectStorageConfigFile?: string };
    additionalAlertManagerConfigs?: object;
  };
}

interface Alertmanager extends MonitoringWorkload {
  spec?: { replicas?: number; alertmanagerConfiguration?: { name?: string }; alertmanagerConfigSelector?: object };
}

interface AlertmanagerConfig extends KubeObject {
  spec?: { receivers?: Record<string, unknown>[] };
}

interface PrometheusRule extends KubeObject {
  spec?: { groups?: { rules?: { alert?: string }[] }[] };
}

interface Monitor extends KubeObject {
  spec?: {
    selector?: { matchLabels?: Record<string, string>; matchExpressions?: { key?: string; operator?: string; values?: string[] }[] };
    namespaceSelector?: { any?: boolean; matchNames?: string[] };
  };
}

function typeOf(version: string, resource: string, kind: string) {
  return { group: 'monitoring.coreos.com', version, resource, kind, namespaced: true };
}

function named({ metadata }: KubeObject) {
  return { name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' };
}

function workload(object: MonitoringWorkload, shards = 1): MonitoringWorkloadView {
  const available = object.status?.conditions?.find(({ type }) => type === 'Available');
  return {
    ...named(object),
    replicas: (object.spec?.replicas ?? 1) * shards,
    available: available && { status: available.status, since: available.lastTransitionTime, reason: available.reason ?? '' },
    deleting: object.metadata?.deletionTimestamp !== undefined,
  };
}

/** An absent selector selects no object, and no namespace but its own; an empty one selects all. */
function selectionOf({ spec = {} }: Selecting, prefix: 'rule' | 'serviceMonitor' | 'podMonitor'): Selection {
  const labels = spec[`${prefix}Selector`] as Written;
  const namespaces = spec[`${prefix}NamespaceSelector`] as Written;
  return labels && { labels: labelSelectorOf(labels), namespaces: namespaces ? labelSelectorOf(namespaces) : 'own' };
}

function selectable(object: KubeObject): SelectableView {
  const { labels, ownerReferences, creationTimestamp, deletionTimestamp } = object.metadata ?? {};
  return {
    ...named(object),
    labels: labels ?? {},
    owned: (ownerReferences ?? []).some(({ controller }) => controller),
    createdAt: creationTimestamp,
    deleting: deletionTimestamp !== undefined,
  };
}

export const prometheuses = defineResource({
  type: typeOf('v1', 'prometheuses', 'Prometheus'),
  project: (object: Prometheus): PrometheusView => {
    const { shards, retention, storage, remoteWrite, thanos, additionalAlertManagerConfigs } = object.spec ?? {};
    return {
      ...workload(object, shards),
      retention: retention ?? '',
      // Where nothing is said about storage the operator mounts an emptyDir.
      storage: !storage || storage.emptyDir ? 'emptyDir' : storage.ephemeral ? 'ephemeral' : 'persistent',
      copiesData: (remoteWrite ?? []).length > 0 || Boolean(thanos?.objectStorageConfig ?? thanos?.objectStorageConfigFile),
      alertsElsewhere: additionalAlertManagerConfigs !== undefined,
      selects: {
        prometheusrules: selectionOf(object, 'rule'),
        servicemonitors: selectionOf(object, 'serviceMonitor'),
        podmonitors: selectionOf(object, 'podMonitor'),
      },
    };
  },
});

/** A Prometheus that scrapes and sends on. */
export const prometheusagents = defineResource({
  type: typeOf('v1alpha1', 'prometheusagents', 'PrometheusAgent'),
  project: (object: Selecting): SelectingView => ({
    ...named(object),
    selects: { servicemonitors: selectionOf(object, 'serviceMonitor'), podmonitors: selectionOf(object, 'podMonitor') },
  }),
});

/** Evaluates rules with what a Thanos Querier knows. */
export const thanosrulers = defineResource({
  type: typeOf('v1', 'thanosrulers', 'ThanosRuler'),
  project: (object: Selecting): SelectingView => ({ ...named(object), selects: { prometheusrules: selectionOf(object, 'rule') } }),
});

export const alertmanagers = defineResource({
  type: typeOf('v1', 'alertmanagers', 'Alertmanager'),
  project: (object: Alertmanager): AlertmanagerView => ({
    ...workload(object),
    configuration: object.spec?.alertmanagerConfiguration?.name ?? '',
    selectsConfigs: object.spec?.alertmanagerConfigSelector !== undefined,
  }),
});

export const alertmanagerconfigs = defineResource({
  type: typeOf('v1alpha1', 'alertmanagerconfigs', 'AlertmanagerConfig'),
  otherVersions: ['v1beta1'],
  project: (object: AlertmanagerConfig): AlertmanagerConfigView => ({
    ...named(object),
    receivers: (object.spec?.receivers ?? []).map((receiver) => ({
      name: String(receiver.name ?? ''),
      integrations: Object.entries(receiver).reduce(
        (sum, [key, entries]) => (key.endsWith('Configs') && Array.isArray(entries) ? sum + entries.length : sum),
        0,
      ),
    })),
  }),
});

export const prometheusrules = defineResource({
  type: typeOf('v1', 'prometheusrules', 'PrometheusRule'),
  project: (object: PrometheusRule): PrometheusRuleView => {
    const rules = (object.spec?.groups ?? []).flatMap((group) => group.rules ?? []);
    return { ...selectable(object), alerts: [...new Set(rules.flatMap(({ alert }) => alert || []))].sort() };
  },
});

function monitor(object: Monitor): MonitorView {
  const { selector, namespaceSelector } = object.spec ?? {};
  const { namespace } = named(object);
  const names = namespaceSelector?.matchNames ?? [];
  return {
    ...selectable(object),
    selector: labelSelectorOf(selector),
    namespaces: namespaceSelector?.any ? 'any' : names.length > 0 ? names : [namespace],
  };
}

export const servicemonitors = defineResource({ type: typeOf('v1', 'servicemonitors', 'ServiceMonitor'), project: monitor });

export const podmonitors = defineResource({ type: typeOf('v1', 'podmonitors', 'PodMonitor'), project: monitor });
