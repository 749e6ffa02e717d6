import type { DeliveryView } from '../../observe/delivery.ts';
import type { Context } from '../check.ts';
import { byName } from './deliveries.ts';

export const fluxSources = ['gitrepositories', 'helmrepositories', 'ocirepositories', 'buckets'] as const;

/** Everything of Flux that others of Flux wait for, by name. */
export function namedInFlux(context: Context): ReadonlyMap<string, DeliveryView> {
  return context.view.derive('named in Flux', () => byName(context, [...fluxSources, 'kustomizations', 'helmreleases']));
}

/** Reasons of a Kustomization or HelmRelease that does nothing but wait for another object. */
export const waitingReasons: readonly string[] = ['DependencyNotReady', 'ArtifactFailed', 'SourceNotReady'];
