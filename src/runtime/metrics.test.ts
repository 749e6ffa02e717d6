import { waitFor } from '../../test/controlplane/wait.ts';
import { createRuntimeMetrics } from './metrics.ts';

/** name → type, of everything in the registry. */
async function series(metrics = createRuntimeMetrics()) {
  return new Map((await metrics.registry.getMetricsAsJSON()).map(({ name, type, help }) => [name, { type: String(type), help }]));
}

it('has the series that dashboards for controller-runtime and client-go look for, each of its type', async () => {
  const all = await series();
  const known = {
    controller_runtime_reconcile_total: 'counter',
    controller_runtime_reconcile_time_seconds: 'histogram',
    workqueue_depth: 'gauge',
    workqueue_adds_total: 'counter',
    workqueue_queue_duration_seconds: 'histogram',
    workqueue_work_duration_seconds: 'histogram',
    workqueue_retries_total: 'counter',
    leader_election_master_status: 'gauge',
    rest_client_requests_total: 'counter',
    process_cpu_seconds_total: 'counter',
    nodejs_eventloop_lag_seconds: 'gauge',
  };
  expect(Object.fromEntries(Object.keys(known).map((name) => [name, all.get(name)?.type]))).toEqual(known);
});

it('gives every series a help text, and _total to counters only', async () => {
  for (const [name, { type, help }] of await series()) {
    expect([name, help]).toEqual([name, expect.stringMatching(/\S/)]);
    // prom-client's own nodejs_*_total gauges are older than the rule.
    if (!name.startsWith('nodejs_')) expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')]);
  }
});

it('looks at the event loop seldom enough not to be most of what a process at rest does', async () => {
  const { registry } = createRuntimeMetrics();
  // Each scrape begins anew: the first has nothing yet.
  const seconds = await waitFor('the loop to be looked at', async () => {
    const shortest = Number(/^nodejs_eventloop_lag_min_seconds (\S+)$/m.exec(await registry.metrics())?.[1]);
    return shortest < 10 && shortest;
  });
  expect(seconds).toBeGreaterThan(0.015);
});

it('says which version runs', async () => {
  const text = await createRuntimeMetrics().registry.getSingleMetricAsString('supportcoverage_build_info');
  expect(text).toMatch(/supportcoverage_build_info\{version="\d+\.\d+\.\d+[^"]*"\} 1/);
});

it('counts for itself alone, so that two operators in one process do not mix', async () => {
  const [first, second] = [createRuntimeMetrics(), createRuntimeMetrics()];
  first.requests.inc({ code: '200', method: 'GET' });
  expect(await first.registry.metrics()).toContain('rest_client_requests_total{code="200",method="GET"} 1');
  expect(await second.registry.metrics()).not.toContain('rest_client_requests_total{');
});

it('takes no label that it does not know, such as an object’s name', () => {
  const { items } = createRuntimeMetrics();
  expect(() => items.set({ cluster: 'local', resource: 'pods', pod: 'cart-1' } as { cluster: string; resource: string }, 1)).toThrow(/pod/);
});

it('tells the watches of two clusters apart, and forgets those of one alone', async () => {
  const metrics = createRuntimeMetrics();
  for (const cluster of ['local', 'support/prod-us/kubeconfig']) {
    metrics.items.set({ cluster, resource: 'pods' }, 3);
    metrics.relists.inc({ cluster, resource: 'pods', cause: 'start' });
  }
  await metrics.forgetCluster('support/prod-us/kubeconfig');
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('supportcoverage_reflector_'));
  expect(lines).toEqual([
    'supportcoverage_reflector_relists_total{cluster="local",resource="pods",cause="start"} 1',
    'supportcoverage_reflector_items{cluster="local",resource="pods"} 3',
  ]);
});
