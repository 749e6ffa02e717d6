import { hasManagedControlPlane } from '../../observe/platform.ts';
import type { MonitorView } from '../../observe/resources/monitoring.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { controlPlaneNames } from './layers.ts';
import { unreadable } from './operator-instances.ts';
import { selectablePods, selectableServices, selectsNone } from './selection.ts';
import { isOldEnough, selectingUnreadable, type Unselected, unselected } from './unselected.ts';

export const obsScrapeOrphan = defineCheck({
  id: 'obs-scrape-orphan',
  area: 'Observability',
  tier: 'Level1',
  title: 'A ServiceMonitor or PodMonitor selects nothing, or no Prometheus selects it',
  severity: 'info',
  for: '1h',
  needs: {
    resources: ['daemonsets', 'deployments', 'pods', 'services', 'servicemonitors', 'statefulsets'],
    optional: ['namespaces', 'nodes', 'podmonitors', 'prometheusagents', 'prometheuses'],
  },
  remediation:
    'Compare the selector and namespaceSelector of the monitor with the labels of the Service or pods that it is for; delete it where they are gone. Where no Prometheus selects it, add the labels that the message names.',
  references: [
    'own default: 1h, longer than an installation takes to create what its monitors select',
    'Prometheus Operator: ServiceMonitor, PodMonitor',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement, now, holdMs }): Evaluation => {
    const managed = hasManagedControlPlane(view);
    const isJudged = (monitor: MonitorView) => {
      const hidden = managed && Object.values(monitor.selector.matchLabels).some((value) => controlPlaneNames.has(value));
      return !monitor.deleting && isOldEnough(monitor, now, holdMs) && !hidden && agreement.isCovered(monitor.namespace);
    };
    const orphans: string[] = [];
    for (const monitor of view.list('servicemonitors'))
      if (isJudged(monitor) && selectsNone(monitor, selectableServices(view)))
        orphans.push(`ServiceMonitor/${monitor.namespace}/${monitor.name}`);
    for (const monitor of view.list('podmonitors'))
      if (isJudged(monitor) && selectablePods(view).isCertain(monitor) && selectsNone(monitor, selectablePods(view)))
        orphans.push(`PodMonitor/${monitor.namespace}/${monitor.name}`);
    const ignored = (['servicemonitors', 'podmonitors'] as const).flatMap((kind) =>
      unselected({ view, agreement }, kind, (object) => isOldEnough(object, now, holdMs), 'NotSelected'),
    );
    const useful = ignored.filter(({ object }) => !orphans.includes(object));
    const unknown = unreadable(view, 'podmonitors') ?? selectingUnreadable(view, 'servicemonitors');
    const object = `Cluster/${view.cluster}`;
    return {
      observations: [...selectNothing(object, orphans), ...notSelected(object, useful)],
      corrections: useful.flatMap(({ correction }) => correction ?? []),
      ...(unknown ? { unknown } : {}),
    };
  },
});

function selectNothing(object: string, orphans: readonly string[]): Observation[] {
  if (orphans.length === 0) return [];
  return [
    {
      object,
      reason: 'SelectsNothing',
      message: `${orphans.length} ${orphans.length === 1 ? 'monitor selects' : 'monitors select'} nothing, so nothing is scraped for them: ${inBrief(orphans)}. Correct their selectors or delete them.`,
    },
  ];
}

function notSelected(object: string, ignored: readonly Unselected[]): Observation[] {
  if (ignored.length === 0) return [];
  return [
    {
      object,
      reason: 'NotSelected',
      message: `${ignored.length} ${ignored.length === 1 ? 'monitor of the platform lacks' : 'monitors of the platform lack'} labels by which Prometheus selects, so nothing is scraped for them: ${inBrief(ignored.map(({ text }) => text))}. Add the labels.`,
    },
  ];
}
