import { type Fact, sourceOf } from '../fact.ts';

export const gatewayClasses: Fact = {
  id: 'gateway-classes',
  title: 'GatewayClasses: which controller serves them, with which parameters',
  needs: { resources: ['gatewayclasses'] },
  collect: (view) =>
    view
      .list('gatewayclasses')
      .filter(({ keptByProvider }) => !keptByProvider)
      .map(({ name, controllerName, parameters }) => ({ object: `GatewayClass/${name}`, value: { controllerName, parameters } })),
  source: (object, path) => sourceOf(object, path === '' ? [] : ['spec', path === 'parameters' ? 'parametersRef' : path]),
};
