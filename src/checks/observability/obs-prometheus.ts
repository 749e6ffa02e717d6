import { defineCheck, type Evaluation } from '../check.ts';
import { noParameters } from '../parameters.ts';
import { logCollector, prometheusAgent, prometheusServer } from './layers.ts';
import { nodesToCover } from './node-coverage.ts';
import { instancesOf, unreadable } from './operator-instances.ts';
import { absence, layerNeeds, unready } from './presence.ts';
import { matches, platformFirst, workloadsOf } from './workloads.ts';

export const obsPrometheus = defineCheck({
  id: 'obs-prometheus',
  area: 'Observability',
  tier: 'Level1',
  title: 'Prometheus, or the agent that stands for it, is missing or not ready',
  severity: 'warning',
  for: '15m',
  needs: { ...layerNeeds, optional: ['prometheuses'] },
  remediation:
    'Look at the pods that the message names: a full volume, too little memory while the write-ahead log is replayed, and a configuration that does not load are the usual causes.',
  references: ['own default: 15m, which leaves time to replay the write-ahead log', 'Prometheus Operator: condition Available'],
  parameters: noParameters,
  evaluate: (context): Evaluation => {
    const { view, agreement, now, holdMs } = context;
    const nodes = nodesToCover(view, now, holdMs);
    const servers = instancesOf(context, prometheusServer, 'Prometheus', view.list('prometheuses'), nodes);
    const wanted = servers.filter((server) => server.wanted > 0);
    const unknown = unreadable(view, 'prometheuses');
    if (wanted.length > 0) {
      return { observations: platformFirst(wanted, agreement).flatMap((server) => server.unready), ...(unknown ? { unknown } : {}) };
    }
    if (unknown) return { outcome: 'Unknown', message: unknown };
    const agents = workloadsOf(view, prometheusAgent.signature, prometheusAgent.kinds).filter(({ desired }) => desired > 0);
    if (agents.length === 0)
      return absence(
        context,
        prometheusServer,
        servers.map(({ object }) => object),
      );
    // An agent on every node collects logs too, so obs-log-collector says whether it is ready.
    const judged = platformFirst(agents, agreement).filter(
      (agent) => agent.kind !== 'DaemonSet' || !matches(logCollector.signature, agent),
    );
    return { observations: judged.flatMap((agent) => unready(context, prometheusAgent, agent, nodes) ?? []) };
  },
});
