import type { ClusterView } from '../cluster-view.ts';
import type { Observer } from '../observer.ts';
import { type ActiveAlert, noAlertSource } from '../probes/active-alerts.ts';
import type { ProbeAnswers, ProbeName } from '../probes/catalogue.ts';
import type { AlertSource } from './alert-source.ts';

const name = 'active-alerts';

/** A cluster without a source of alerts. */
const nothing: Pick<AlertSource, 'alerts' | 'knowledge' | 'revision' | 'onChange' | 'refresh'> = {
  alerts: () => [],
  knowledge: () => ({ state: 'NotInstalled', message: noAlertSource }),
  revision: () => 0,
  onChange: () => () => {},
  refresh: async () => {},
};

/** What is seen of a cluster, with the alerts of one source as the answer of the probe `active-alerts`. */
export function withAlerts(observer: Observer, source: typeof nothing = nothing): Observer {
  return {
    ...observer,
    refreshProbes: async (signal) => {
      await Promise.all([observer.refreshProbes(signal), source.refresh(signal)]);
    },
    view: (cluster) => beside(observer.view(cluster), source.alerts(), source.knowledge()),
    revision: (of) => (of === name ? source.revision() : observer.revision(of)),
    onChange: (listener) => {
      const endings = [observer.onChange(listener), source.onChange(() => listener(name))];
      return () => {
        for (const end of endings) end();
      };
    },
  };
}

function beside(view: ClusterView, alerts: readonly ActiveAlert[], knowledge: ReturnType<AlertSource['knowledge']>): ClusterView {
  const answer = knowledge.state === 'Current' ? alerts : undefined;
  return {
    ...view,
    probe: <K extends ProbeName>(asked: K) => (asked === name ? (answer as ProbeAnswers[K] | undefined) : view.probe(asked)),
    knowledge: (of) => (of === name ? knowledge : view.knowledge(of)),
  };
}
