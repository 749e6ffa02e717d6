import { canonicalHash } from '../../kube/canonical.ts';
import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { MonitorView } from '../../observe/resources/monitoring.ts';
import { type Fact, sourceOf } from '../fact.ts';
import { bounded } from '../values.ts';

type Entry = ReturnType<Fact['collect']>[number] & { namespace: string };

export const observability: Fact = {
  id: 'observability',
  title: 'What Prometheus Operator is asked for in platform namespaces: servers, rules and monitors',
  needs: { resources: ['prometheuses', 'alertmanagers', 'prometheusrules', 'servicemonitors', 'podmonitors'] },
  collect: (view, agreement) =>
    [...servers(view), ...rulesAndMonitors(view)]
      .filter(({ namespace }) => agreement.isPlatform(namespace))
      .map(({ object, value }) => ({ object, value })),
  source: (object, path) => sourceOf(object, fieldsOf(path)),
};

function servers(view: ClusterView): Entry[] {
  return [
    ...view.list('prometheuses').map(({ name, namespace, replicas, retention }) => ({
      namespace,
      object: objectName('Prometheus', name, namespace),
      value: { replicas: String(replicas), ...(retention === '' ? {} : { retention: durationText(retention) }) },
    })),
    ...view.list('alertmanagers').map(({ name, namespace, replicas }) => ({
      namespace,
      object: objectName('Alertmanager', name, namespace),
      value: { replicas: String(replicas) },
    })),
  ];
}

function rulesAndMonitors(view: ClusterView): Entry[] {
  return [
    ...view.list('prometheusrules').map(({ name, namespace, alerts }) => ({
      namespace,
      object: objectName('PrometheusRule', name, namespace),
      value: { alerts: `${alerts.length}, sha256:${canonicalHash(alerts)}` },
    })),
    ...view.list('servicemonitors').map((monitor) => monitorEntry('ServiceMonitor', monitor)),
    ...view.list('podmonitors').map((monitor) => monitorEntry('PodMonitor', monitor)),
  ];
}

function monitorEntry(kind: string, { name, namespace, selector, namespaces }: MonitorView): Entry {
  return { namespace, object: objectName(kind, name, namespace), value: { selects: `sha256:${canonicalHash({ selector, namespaces })}` } };
}

/** Prometheus counts a year as 365 days and knows no fractions. */
const unitsMs = { y: 365 * 86_400_000, w: 7 * 86_400_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
type Unit = keyof typeof unitsMs;

/** `15d` however it was spelled, such as `360h` or `2w1d`; what is no duration as it is written. */
function durationText(text: string): string {
  if (!/^(\d+(y|w|d|h|ms|m|s))+$/.test(text)) return bounded(text);
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(y|w|d|h|ms|m|s)/g)) total += Number(amount) * unitsMs[unit as Unit];
  const fitting = (['d', 'h', 'm', 's'] as const).find((unit) => total % unitsMs[unit] === 0) ?? 'ms';
  return `${total / unitsMs[fitting]}${fitting}`;
}

const fieldsByPath: Readonly<Record<string, readonly string[]>> = {
  replicas: ['spec', 'replicas'],
  retention: ['spec', 'retention'],
  alerts: ['spec', 'groups'],
  selects: ['spec', 'selector'],
};

function fieldsOf(path: string): readonly string[] {
  return fieldsByPath[path] ?? [];
}
