import type { Fact } from '../baseline/fact.ts';
import type { Check } from '../checks/check.ts';
import type { AddressGuard } from '../kube/address-guard.ts';
import { createTransport, type Transport } from '../kube/transport.ts';
import type { Feature } from '../observe/features.ts';
import { createObserver } from '../observe/observer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { RuntimeMetrics } from '../runtime/metrics.ts';
import { needsOf } from './needs.ts';
import type { RemoteCluster, RemoteRequest } from './remote.ts';

export interface RemoteConnectorOptions {
  /** The API server that the operator's own ConfigMaps are at. */
  home: Transport;
  operatorNamespace: string;
  checks: readonly Check[];
  facts: readonly Fact[];
  features: readonly Feature[];
  /** Absent: every address may be connected to. */
  guard?: AddressGuard;
  clock: Clock;
  random: () => number;
  logger: Logger;
  metrics: RuntimeMetrics;
}

/** Makes connections to other clusters, which are read by the same watches and probes as the operator's own. */
export function createRemoteConnector(options: RemoteConnectorOptions): (request: RemoteRequest) => RemoteCluster {
  const { checks, facts, guard, home, metrics, ...rest } = options;
  return ({ cluster, tier, connection, onTrouble }) => {
    const transport = createTransport({
      kubeConfig: connection,
      guard,
      onAnswer: (code, method) => {
        metrics.requests.inc({ code, method });
        if (code === '<error>' || code === '401') onTrouble();
      },
    });
    const observer = createObserver({ ...rest, ...needsOf(tier, checks, facts), metrics, transport, home, cluster });
    return { observer, transport, run: observer.run, close: transport.close };
  };
}
