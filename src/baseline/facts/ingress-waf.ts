import type { Agreement } from '../../checks/agreement.ts';
import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import { type Fact, sourceOf } from '../fact.ts';
import { isAgreed } from '../namespaces.ts';
import { keyIn, paths, sorted } from '../values.ts';

export const ingressWaf: Fact = {
  id: 'ingress-waf',
  title: 'Which web application firewall stands before an Ingress, or before a Service of a GKE load balancer',
  needs: { resources: ['ingresses', 'services', 'backendconfigs'] },
  collect: (view, agreement) => [...ofIngresses(view, agreement), ...ofServices(view, agreement)],
  // Without its Ingress or Service nothing is open to the world.
  mayBeGone: () => true,
  source: (object, path) => {
    const annotation = keyIn('firewall', path);
    // A policy is named by the BackendConfig and by the Service; nothing says which of them changed.
    return annotation === undefined ? undefined : sourceOf(object, ['metadata', 'annotations', annotation]);
  },
};

/** One that the baseline knows is there even if it has lost its firewall, so that it differs from one that is gone. */
function ofIngresses(view: ClusterView, agreement: Agreement): ReturnType<Fact['collect']> {
  return view.list('ingresses').flatMap(({ name, namespace, firewall }) => {
    const object = objectName('Ingress', name, namespace);
    const value = paths('firewall', Object.entries(firewall));
    return agreement.isCovered(namespace) && isMeant(object, 'firewall', Object.keys(value).length > 0, agreement)
      ? [{ object, value }]
      : [];
  });
}

function ofServices(view: ClusterView, agreement: Agreement): ReturnType<Fact['collect']> {
  return view.list('services').flatMap(({ name, namespace, backendConfigs }) => {
    const object = objectName('Service', name, namespace);
    const policies = backendConfigs.map((config) => view.get('backendconfigs', `${namespace}/${config}`)?.securityPolicy ?? '');
    const securityPolicies = sorted(policies.filter((policy) => policy !== ''));
    const meant = isMeant(object, 'securityPolicies', securityPolicies !== '', agreement);
    return agreement.isCovered(namespace) && meant ? [{ object, value: { securityPolicies } }] : [];
  });
}

/** What is new since the approval is an application's own affair, with a firewall or without. */
function isMeant(object: string, prefix: string, protectedNow: boolean, agreement: Agreement): boolean {
  return agreement.baselineApproved ? isAgreed(object, [prefix], agreement) : protectedNow;
}
