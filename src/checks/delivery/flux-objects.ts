import type { DeliveryState } from '../../observe/delivery.ts';
import type { Context } from '../workloads/pod-states.ts';
import { statesOf } from './deliveries.ts';

export const fluxSources = ['gitrepositories', 'helmrepositories', 'ocirepositories', 'buckets'] as const;

/** How everything of Flux is that others of Flux wait for. */
export function statesInFlux(context: Context): ReadonlyMap<string, DeliveryState> {
  return context.view.derive('states in Flux', () => statesOf(context, [...fluxSources, 'kustomizations', 'helmreleases']));
}

/** Reasons of a Kustomization or HelmRelease that does nothing but wait for another object. */
export const waitingReasons: readonly string[] = ['DependencyNotReady', 'ArtifactFailed', 'SourceNotReady'];
