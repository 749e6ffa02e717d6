import { parseQuantity } from '../../kube/quantity.ts';
import type { RuntimeClassView } from '../../observe/resources/runtimeclasses.ts';
import { type Fact, sourceOf } from '../fact.ts';
import { amountText, bounded, pairs, sorted } from '../values.ts';

export const runtimeClasses: Fact = {
  id: 'runtime-classes',
  title: 'RuntimeClasses: handler, overhead and where their pods run',
  needs: { resources: ['runtimeclasses'] },
  collect: (view) =>
    view.list('runtimeclasses').map((runtimeClass) => ({
      object: `RuntimeClass/${runtimeClass.name}`,
      value: {
        handler: runtimeClass.handler,
        overhead: overheadOf(runtimeClass),
        nodeSelector: bounded(pairs(runtimeClass.nodeSelector)),
        tolerations: tolerationsOf(runtimeClass),
      },
    })),
  source: (object, path) => sourceOf(object, fieldsOf(path)),
};

function overheadOf({ overhead }: RuntimeClassView): string {
  const amounts = Object.entries(overhead).map(([resource, text]) => {
    const amount = parseQuantity(text);
    return `${resource}=${amount === undefined ? text : amountText(resource, amount)}`;
  });
  return bounded(sorted(amounts));
}

function tolerationsOf({ tolerations }: RuntimeClassView): string {
  const texts = tolerations.map(
    ({ key, operator, value, effect, tolerationSeconds }) =>
      `${key} ${operator} ${value}:${effect}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`,
  );
  return bounded(sorted(texts));
}

function fieldsOf(path: string): string[] {
  if (path === '') return [];
  if (path === 'overhead') return ['overhead', 'podFixed'];
  return path === 'handler' ? [path] : ['scheduling', path];
}
