import { instantOf } from '../../observe/resource.ts';
import type { NamespaceView } from '../../observe/resources/namespaces.ts';
import { defineCheck, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';

export const nsTerminating = defineCheck({
  id: 'ns-terminating',
  area: 'Defaults',
  tier: 'Level1',
  title: 'A namespace is stuck in deletion',
  severity: 'warning',
  for: '1h',
  needs: { resources: ['namespaces'] },
  remediation:
    'Find the objects that remain (`kubectl get KIND -n NAMESPACE`) and the controller that owns their finalizer: start it again so that it can clean up. Remove a finalizer by hand only where that controller is gone for good.',
  references: ['own default: 1h, longer than the longest usual grace period', 'Kubernetes: finalizers, namespace deletion conditions'],
  parameters: noParameters,
  evaluate: ({ view }) => {
    const observations: Observation[] = [];
    for (const namespace of view.list('namespaces')) {
      if (namespace.deletingSince === undefined) continue;
      observations.push({
        object: `Namespace/${namespace.name}`,
        reason: 'StuckInDeletion',
        message: `Namespace ${namespace.name} is being deleted and does not go: ${obstacles(namespace).join('; ') || 'it does not say what remains'}. Let the controller that is responsible clean up.`,
        since: instantOf(namespace.deletingSince),
      });
    }
    return { observations };
  },
});

/** In the words of the namespace's conditions, without their counts, which change while objects go. */
function obstacles({ conditions, finalizers }: NamespaceView): string[] {
  const message = (type: string) => (conditions[type]?.status === 'True' ? conditions[type].message : '');
  const failed = (type: string) => conditions[type]?.status === 'True';
  // "Some resources are remaining: secrets. has 1 resource instances, widgets.example.com has 2 resource instances"
  const remaining = [...message('NamespaceContentRemaining').matchAll(/([\w.-]+?)\.? has \d+ resource instances/g)];
  // "Some content in the namespace has finalizers remaining: example.com/cleanup in 2 resource instances"
  const blocking = [...message('NamespaceFinalizersRemaining').matchAll(/([^\s,:]+) in \d+ resource instances/g)];
  return [
    ...listed('objects remain', remaining),
    ...listed('finalizers of theirs', blocking),
    ...(finalizers.length > 0 ? [`finalizers of its own: ${inBrief(finalizers)}`] : []),
    ...(failed('NamespaceDeletionDiscoveryFailure') || failed('NamespaceDeletionGroupVersionParsingFailure')
      ? ['the API server cannot tell which kinds there are, as when an APIService is not available']
      : []),
    ...(failed('NamespaceDeletionContentFailure') ? ['the API server refuses to delete some of them'] : []),
  ];
}

function listed(what: string, found: readonly RegExpMatchArray[]): string[] {
  return found.length === 0 ? [] : [`${what}: ${inBrief(found.map(([, name = '']) => name))}`];
}
