import { type DeliveryTool, deliveryTools } from '../../api/v1alpha1/supportcoverage.ts';
import { nameOf } from '../../checks/delivery/deliveries.ts';
import { toolResources } from '../../checks/delivery/tools.ts';
import { type Fact, sourceOf } from '../fact.ts';

/** Of pipelines only runs are seen, which come and go. */
const agreed = (tool: DeliveryTool) => toolResources[tool].filter((resource) => resource !== 'pipelineruns' && resource !== 'taskruns');

export const delivery: Fact = {
  id: 'delivery',
  tier: 'Level3',
  title: 'Applications, sources and runners of the covered delivery tooling that nothing else made, and where they come from',
  needs: { resources: ['namespaces', ...deliveryTools.flatMap(agreed)] },
  collect: (view, agreement) =>
    deliveryTools
      .filter((tool) => agreement.coversTool(tool))
      .flatMap(agreed)
      .flatMap((resource) => view.list(resource))
      .filter(({ namespace, owned }) => !owned && agreement.isPlatform(namespace))
      .map((each) => ({
        object: nameOf(each),
        value: { source: each.source, ...(each.kind === 'AutoscalingRunnerSet' ? { image: each.revision } : {}) },
      })),
  source: (object, path) => sourceOf(object, path === '' ? [] : ['spec']),
};
