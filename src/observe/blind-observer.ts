import { createStore } from '../runtime/store.ts';
import { createClusterView } from './cluster-view.ts';
import type { Observer } from './observer.ts';

/** The observer of a cluster that is not read: nothing is known of it, and `why` says why. */
export function createBlindObserver(why: () => string): Observer {
  const nothing = createStore<never>();
  return {
    run: async () => {},
    isSettled: () => true,
    settled: Promise.resolve(),
    isCurrent: () => false,
    refreshProbes: async () => {},
    view: (cluster) =>
      createClusterView({
        cluster,
        store: () => nothing,
        probe: () => undefined,
        knowledge: () => ({ state: 'Stale', message: why() }),
      }),
    revision: () => 0,
    onChange: () => () => {},
    notPermitted: () => [],
    managedFields: async () => undefined,
  };
}
