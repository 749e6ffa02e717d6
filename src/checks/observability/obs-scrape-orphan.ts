import { hasManagedControlPlane } from '../../observe/platform.ts';
import { instantOf } from '../../observe/resource.ts';
import type { MonitorView } from '../../observe/resources/monitoring.ts';
import { defineCheck, type Evaluation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { controlPlaneNames } from './layers.ts';
import { unreadable } from './operator-instances.ts';
import { selectablePods, selectableServices, selectsNone } from './selection.ts';

export const obsScrapeOrphan = defineCheck({
  id: 'obs-scrape-orphan',
  area: 'Observability',
  tier: 'Level1',
  title: 'A ServiceMonitor or PodMonitor selects nothing',
  severity: 'info',
  for: '1h',
  needs: {
    resources: ['daemonsets', 'deployments', 'pods', 'services', 'servicemonitors', 'statefulsets'],
    optional: ['nodes', 'podmonitors'],
  },
  remediation:
    'Compare the selector and namespaceSelector of the monitor with the labels of the Service or pods that it is for; delete it where they are gone.',
  references: [
    'own default: 1h, longer than an installation takes to create what its monitors select',
    'Prometheus Operator: ServiceMonitor, PodMonitor',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement, now, holdMs }): Evaluation => {
    const managed = hasManagedControlPlane(view);
    const isJudged = ({ namespace, selector, createdAt, deleting }: MonitorView) => {
      const created = instantOf(createdAt);
      const isFresh = created !== undefined && now.epochMilliseconds - created.epochMilliseconds < holdMs;
      const hidden = managed && Object.values(selector.matchLabels).some((value) => controlPlaneNames.has(value));
      return !deleting && !isFresh && !hidden && agreement.isCovered(namespace);
    };
    const services = selectableServices(view);
    const pods = selectablePods(view);
    const orphans: string[] = [];
    for (const monitor of view.list('servicemonitors'))
      if (isJudged(monitor) && selectsNone(monitor, services)) orphans.push(`ServiceMonitor/${monitor.namespace}/${monitor.name}`);
    for (const monitor of view.list('podmonitors'))
      if (isJudged(monitor) && pods.isCertain(monitor) && selectsNone(monitor, pods))
        orphans.push(`PodMonitor/${monitor.namespace}/${monitor.name}`);
    const unknown = unreadable(view, 'podmonitors');
    const observations =
      orphans.length === 0
        ? []
        : [
            {
              object: `Cluster/${view.cluster}`,
              reason: 'SelectsNothing',
              message: `${orphans.length} ${orphans.length === 1 ? 'monitor selects' : 'monitors select'} nothing, so nothing is scraped for them: ${inBrief(orphans)}. Correct their selectors or delete them.`,
            },
          ];
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});
