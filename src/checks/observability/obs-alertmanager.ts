import type { AlertmanagerConfigView, AlertmanagerView } from '../../observe/resources/monitoring.ts';
import { type CheckContext, defineCheck, type Evaluation, type Observation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { alertmanager, prometheusAgent, prometheusServer } from './layers.ts';
import { nodesToCover } from './node-coverage.ts';
import { instancesOf, unreadable } from './operator-instances.ts';
import { absence, layerNeeds } from './presence.ts';
import { platformFirst, workloadsOf } from './workloads.ts';

export const obsAlertmanager = defineCheck({
  id: 'obs-alertmanager',
  area: 'Observability',
  tier: 'Level1',
  title: 'Alertmanager is missing or not ready, or has nobody to tell',
  severity: 'warning',
  for: '15m',
  needs: { ...layerNeeds, optional: ['alertmanagers', 'alertmanagerconfigs', 'prometheuses'] },
  remediation:
    'Look at the pods that the message names; where no receiver delivers, add one with an integration (webhook, mail, chat, pager) to the AlertmanagerConfig. Until then alerts reach nobody.',
  references: ['own default: 15m', 'Prometheus Operator: condition Available, spec.alertmanagerConfiguration'],
  parameters: noParameters,
  evaluate: (context): Evaluation => {
    const { view, agreement, now, holdMs } = context;
    const resources = view.list('alertmanagers');
    const instances = instancesOf(context, alertmanager, 'Alertmanager', resources, nodesToCover(view, now, holdMs));
    const wanted = platformFirst(
      instances.filter((instance) => instance.wanted > 0),
      agreement,
    );
    const unknown = unreadable(view, 'alertmanagers');
    if (wanted.length === 0) {
      const unread = unknown ?? unreadable(view, 'prometheuses');
      if (unread) return { outcome: 'Unknown', message: unread };
      const elsewhere = alertsElsewhere(context);
      if (elsewhere) return { outcome: 'NotApplicable', message: `No Alertmanager is seen in the cluster; ${elsewhere}.` };
      return absence(
        context,
        alertmanager,
        instances.map(({ object }) => object),
      );
    }
    const judged = new Set(wanted.map(({ object }) => object));
    const configured = resources.filter((resource) => resource.configuration !== '' && judged.has(objectOf(resource)));
    const unreadConfigs = configured.length > 0 ? unreadable(view, 'alertmanagerconfigs') : undefined;
    const silent = unreadConfigs ? [] : configured.flatMap((resource) => undelivered(context, resource) ?? []);
    const missing = unknown ?? unreadConfigs;
    return { observations: [...wanted.flatMap((instance) => instance.unready), ...silent], ...(missing ? { unknown: missing } : {}) };
  },
});

type Context = CheckContext<unknown>;

function objectOf({ namespace, name }: AlertmanagerView): string {
  return `Alertmanager/${namespace}/${name}`;
}

/** Why alerts may be sent by an Alertmanager that is not in this cluster. */
function alertsElsewhere({ view }: Context): string | undefined {
  for (const { namespace, name, alertsElsewhere, copiesData, deleting } of view.list('prometheuses'))
    if ((alertsElsewhere || copiesData) && !deleting) return `Prometheus ${namespace}/${name} sends metrics or alerts out of it`;
  const servers = workloadsOf(view, prometheusServer.signature, prometheusServer.kinds);
  const [agent] = workloadsOf(view, prometheusAgent.signature, prometheusAgent.kinds);
  return agent && servers.length === 0 ? `${agent.namespace}/${agent.name} sends metrics out of it, where alerts are evaluated` : undefined;
}

function delivers({ receivers }: AlertmanagerConfigView): boolean {
  return receivers.some(({ integrations }) => integrations > 0);
}

/** Of an Alertmanager whose whole configuration is an AlertmanagerConfig: that no receiver of it delivers. */
function undelivered({ view }: Context, alertmanager: AlertmanagerView): Observation | undefined {
  const { namespace, configuration, selectsConfigs } = alertmanager;
  const config = view.get('alertmanagerconfigs', `${namespace}/${configuration}`);
  if (config && delivers(config)) return undefined;
  // What it selects is added; which of them it selects is left open, in its favour.
  if (selectsConfigs && view.list('alertmanagerconfigs').some(delivers)) return undefined;
  const fault = config
    ? `has ${config.receivers.length} receivers and none of them has an integration`
    : 'does not exist, so that there is no configuration';
  return {
    object: objectOf(alertmanager),
    reason: 'NoReceiver',
    message: `Alerts of ${objectOf(alertmanager)} reach nobody: its configuration, AlertmanagerConfig ${namespace}/${configuration}, ${fault}. Add a receiver that delivers.`,
  };
}
