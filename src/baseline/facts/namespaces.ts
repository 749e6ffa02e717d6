import { metadataCorrection } from '../../checks/corrections.ts';
import { resources } from '../../observe/catalogue.ts';
import { isKeptByProvider } from '../../observe/provider.ts';
import { linkerdInjectAnnotation, type NamespaceView } from '../../observe/resources/namespaces.ts';
import { type Fact, nameOf, sourceOf } from '../fact.ts';
import { isCompared } from '../namespaces.ts';
import { keyIn, paths } from '../values.ts';

/** Labels by which a namespace decides what its pods may do, which sidecars they get, and what judges them. */
const labelsThatMatter =
  /^(pod-security\.kubernetes\.io\/.+|istio-injection|istio\.io\/(rev|dataplane-mode|use-waypoint)|elbv2\.k8s\.aws\/pod-readiness-gate-inject|admission\.gatekeeper\.sh\/ignore)$/;

export const namespaces: Fact = {
  id: 'namespaces',
  title: 'Namespaces of the platform, and labels that matter of all that are covered',
  needs: { resources: ['namespaces'] },
  collect: (view, agreement) =>
    view
      .list('namespaces')
      .filter(({ name, labels }) => (agreement.isPlatform(name) || isCompared(name, agreement)) && !isKeptByProvider(labels))
      .map((namespace) => ({
        object: `Namespace/${namespace.name}`,
        value: { ...(agreement.isPlatform(namespace.name) ? { platform: 'true' } : {}), ...marksOf(namespace) },
      })),
  // Which namespaces are the platform's is said by the coverage, not by the cluster.
  tolerates: (path) => path === 'platform',
  // Applications come and go with their namespaces.
  mayBeGone: (agreed) => agreed.platform === undefined,
  source: (object, path) => sourceOf(object, fieldsOf(path)),
  correct: ({ object, path, expected }, agreement) => {
    const [, field, key] = fieldsOf(path);
    if (!key || (field !== 'labels' && field !== 'annotations') || !agreement.isPlatform(nameOf(object))) return undefined;
    return metadataCorrection({ type: resources.namespaces.type, name: nameOf(object) }, field, key, expected === '' ? null : expected);
  },
};

function marksOf({ labels, linkerdInject }: NamespaceView): Record<string, string> {
  return {
    ...paths(
      'labels',
      Object.entries(labels).filter(([key]) => labelsThatMatter.test(key)),
    ),
    ...(linkerdInject === '' ? {} : paths('annotations', [[linkerdInjectAnnotation, linkerdInject]])),
  };
}

function fieldsOf(path: string): string[] {
  const label = keyIn('labels', path);
  if (label !== undefined) return ['metadata', 'labels', label];
  const annotation = keyIn('annotations', path);
  return annotation === undefined ? [] : ['metadata', 'annotations', annotation];
}
