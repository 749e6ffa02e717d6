import * as z from 'zod';
import type { DeliveryView } from '../../observe/delivery.ts';
import type { CheckContext, Context, Evaluation } from '../check.ts';
import { days } from '../parameters.ts';
import { byName, deliveriesOf, failedDeliveries, judgeDeliveries, suspendedDeliveries, type Telling } from './deliveries.ts';

export const fluxSources = ['gitrepositories', 'helmrepositories', 'ocirepositories', 'buckets'] as const;

/** Everything of Flux that others of Flux wait for, by name. */
function namedInFlux(context: Context): ReadonlyMap<string, DeliveryView> {
  return context.view.derive('named in Flux', () => byName(context, [...fluxSources, 'kustomizations', 'helmreleases']));
}

/** Reasons of a Kustomization or HelmRelease that does nothing but wait for another object. */
const waitingReasons: readonly string[] = ['DependencyNotReady', 'ArtifactFailed', 'SourceNotReady'];

/** Of what Flux applies or releases. */
export const appliedParameters = z.strictObject({
  suspendedDays: days(7, 'For how many days it may be suspended without being told of.'),
});

/** The evaluation of a check of what Flux applies or releases: what fails by itself, and what has been suspended for long. */
export function judgeApplied(
  context: CheckContext<z.output<typeof appliedParameters>>,
  resource: 'kustomizations' | 'helmreleases',
  telling: Telling,
): Evaluation {
  return judgeDeliveries(context, 'Flux', [resource], () => {
    const deliveries = deliveriesOf(context, resource);
    return [
      ...failedDeliveries(deliveries, telling, { reasons: waitingReasons, others: namedInFlux(context) }),
      ...suspendedDeliveries(deliveries, context.parameters.suspendedDays),
    ];
  });
}
