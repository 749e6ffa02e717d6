import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { version } from '../version.ts';

export { Counter, Gauge, Histogram, Registry };

/**
 * The runtime's own series, under the names that dashboards for controller-runtime and client-go know. Each is documented in
 * docs/metrics.md, which a test compares with this table.
 */
export interface RuntimeMetrics {
  registry: Registry;
  reconcileTotal: Counter<'controller' | 'result'>;
  reconcileSeconds: Histogram<'controller'>;
  queueDepth: Gauge<'name'>;
  queueAdds: Counter<'name'>;
  queueSeconds: Histogram<'name'>;
  workSeconds: Histogram<'name'>;
  queueRetries: Counter<'name'>;
  leader: Gauge<'name'>;
  requests: Counter<'code' | 'method'>;
  /** These and the following: `cluster` is `local`, or what the reflector was told. */
  lists: Counter<'cluster' | 'resource'>;
  watches: Counter<'cluster' | 'resource'>;
  relists: Counter<'cluster' | 'resource' | 'cause'>;
  events: Counter<'cluster' | 'resource' | 'type'>;
  bytes: Counter<'cluster' | 'resource'>;
  items: Gauge<'cluster' | 'resource'>;
  lastContact: Gauge<'cluster' | 'resource'>;
  bootstrapSeconds: Gauge<'cluster' | 'resource'>;
  handlerErrors: Counter<'cluster' | 'resource'>;
  eventsEmitted: Counter<'result'>;
  /** Removes the series of a cluster that is not watched any more. */
  forgetCluster(cluster: string): Promise<void>;
}

/**
 * How often Node looks how late the event loop is, in milliseconds; it counts this time in. Each look wakes the process: at prom-client's
 * 10 ms these are three fifths of the processor time of an operator at rest (docs/decisions/0034).
 */
export const loopSampleMs = 20;

/** Creates the registry with Node's own series (`process_*`, `nodejs_*`) and the runtime's. */
export function createRuntimeMetrics(): RuntimeMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopSampleMs });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) => new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) => new Gauge({ name, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });
  gauge('supportcoverage_build_info', 'Always 1; the version of the operator is in the label.', ['version']).set({ version }, 1);
  const seconds = [0.001, 0.01, 0.1, 0.5, 1, 5, 30, 120];
  const reflectors = {
    lists: counter('supportcoverage_reflector_lists_total', 'Paged lists started.', ['cluster', 'resource']),
    watches: counter('supportcoverage_reflector_watches_total', 'Watches started.', ['cluster', 'resource']),
    relists: counter('supportcoverage_reflector_relists_total', 'Initial states read again, by cause.', ['cluster', 'resource', 'cause']),
    events: counter('supportcoverage_reflector_events_total', 'Watch events received by type.', ['cluster', 'resource', 'type']),
    bytes: counter('supportcoverage_reflector_received_bytes_total', 'Bytes of JSON received by lists and watches.', [
      'cluster',
      'resource',
    ]),
    items: gauge('supportcoverage_reflector_items', 'Objects in the store.', ['cluster', 'resource']),
    lastContact: gauge(
      'supportcoverage_reflector_last_contact_timestamp_seconds',
      'When the API server last said anything about the resource.',
      ['cluster', 'resource'],
    ),
    bootstrapSeconds: gauge('supportcoverage_reflector_bootstrap_seconds', 'How long the last initial state took.', [
      'cluster',
      'resource',
    ]),
    handlerErrors: counter('supportcoverage_reflector_handler_errors_total', 'Objects or handlers that failed and were skipped.', [
      'cluster',
      'resource',
    ]),
  };
  return {
    registry,
    reconcileTotal: counter(
      'controller_runtime_reconcile_total',
      'Reconciles by controller and result (success, error, requeue_after, terminal_error).',
      ['controller', 'result'],
    ),
    reconcileSeconds: histogram('controller_runtime_reconcile_time_seconds', 'Time of one reconcile.', ['controller'], seconds),
    queueDepth: gauge('workqueue_depth', 'Keys that wait in the queue.', ['name']),
    queueAdds: counter('workqueue_adds_total', 'Keys added to the queue.', ['name']),
    queueSeconds: histogram('workqueue_queue_duration_seconds', 'Time that a key waited in the queue.', ['name'], seconds),
    workSeconds: histogram('workqueue_work_duration_seconds', 'Time that a key was worked on.', ['name'], seconds),
    queueRetries: counter('workqueue_retries_total', 'Keys added again after a failure.', ['name']),
    leader: gauge('leader_election_master_status', '1 where this replica holds the lease.', ['name']),
    requests: counter('rest_client_requests_total', 'Requests to API servers by HTTP status (<error>: no answer) and method.', [
      'code',
      'method',
    ]),
    ...reflectors,
    eventsEmitted: counter('supportcoverage_events_total', 'Kubernetes Events by result (sent, failed, dropped).', ['result']),
    forgetCluster: async (cluster) => {
      for (const metric of Object.values<Counter | Gauge>(reflectors))
        for (const { labels } of (await metric.get()).values) if (labels.cluster === cluster) metric.remove(labels);
    },
  };
}
