import type { Context } from '../workloads/pod-states.ts';
import { failingOf } from './deliveries.ts';

export const fluxSources = ['gitrepositories', 'helmrepositories', 'ocirepositories', 'buckets'] as const;

/** What others of Flux wait for, and what is told of itself while it fails. */
export function failingInFlux(context: Context): ReadonlySet<string> {
  return context.view.derive('what fails in Flux', () => failingOf(context, [...fluxSources, 'kustomizations', 'helmreleases']));
}

/** Reasons of a Kustomization or HelmRelease that does nothing but wait for another object. */
export const waitingReasons: readonly string[] = ['DependencyNotReady', 'ArtifactFailed', 'SourceNotReady'];
