import { facts } from '../baseline/catalogue.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import { createObserver } from '../observe/observer.ts';
import { type Clock, delay } from '../runtime/clock.ts';
import { silentLogger } from '../runtime/logger.ts';
import { createRuntimeMetrics } from '../runtime/metrics.ts';
import type { Look } from './world.ts';

/** What the facts read, as it is now and as the caller may see it; what could not be read in time or at all is so in the view. */
export async function observeOnce({ session, cluster, features, timeoutMs }: Look, clock: Clock): Promise<ClusterView> {
  const observer = createObserver({
    transport: session.transport,
    watch: [...new Set(facts.flatMap(({ needs }) => [...(needs.resources ?? []), ...(needs.optional ?? [])]))].sort(),
    ask: [...new Set(facts.flatMap(({ needs }) => needs.probes ?? []))].sort(),
    features,
    operatorNamespace: session.namespace,
    clock,
    random: Math.random,
    logger: silentLogger,
    metrics: createRuntimeMetrics(),
  });
  const watching = new AbortController();
  const watches = observer.run(watching.signal);
  const waiting = new AbortController();
  await Promise.race([observer.settled, delay(clock, timeoutMs, waiting.signal)]);
  waiting.abort();
  await observer.refreshProbes(watching.signal);
  watching.abort();
  await watches;
  return observer.view(cluster);
}
