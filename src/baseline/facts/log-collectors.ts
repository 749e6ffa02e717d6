import { logCollector } from '../../checks/observability/layers.ts';
import { nameOf, repositoryOf, workloadsOf } from '../../checks/observability/workloads.ts';
import { type Fact, sourceOf } from '../fact.ts';
import { bounded, sorted } from '../values.ts';

export const logCollectors: Fact = {
  id: 'log-collectors',
  title: 'Which DaemonSets collect logs',
  needs: { resources: ['daemonsets'] },
  collect: (view, agreement) =>
    workloadsOf(view, logCollector.signature, logCollector.kinds)
      .filter(({ namespace }) => agreement.isCovered(namespace))
      .map((workload) => ({
        object: nameOf(workload),
        // Their versions are the affair of platform-workloads.
        value: { images: bounded(sorted(workload.containers.map(({ image }) => repositoryOf(image)))) },
      })),
  source: (object, path) => sourceOf(object, path === '' ? [] : ['spec', 'template', 'spec', 'containers']),
};
