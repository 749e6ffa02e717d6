import { type Fact, sourceOf } from '../fact.ts';

/** Kubernetes makes `system-node-critical` and `system-cluster-critical`, and keeps the prefix to itself. */
const builtIn = 'system-';

export const priorityClasses: Fact = {
  id: 'priority-classes',
  title: 'PriorityClasses that Kubernetes does not make itself',
  needs: { resources: ['priorityclasses'] },
  collect: (view) =>
    view
      .list('priorityclasses')
      .filter(({ name, keptByProvider }) => !name.startsWith(builtIn) && !keptByProvider)
      .map(({ name, value, globalDefault, preemptionPolicy }) => ({
        object: `PriorityClass/${name}`,
        value: { value: String(value), globalDefault: String(globalDefault), preemptionPolicy },
      })),
  source: (object, path) => sourceOf(object, path === '' ? [] : [path]),
};
