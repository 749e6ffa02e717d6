import type { DeliveryTool } from '../../api/v1alpha1/supportcoverage.ts';
import type { DeliveryResource } from './deliveries.ts';
import { fluxSources } from './flux-objects.ts';

/** What each tool delivers with, as resources that are kept as deliveries. */
export const toolResources: Readonly<Record<DeliveryTool, readonly DeliveryResource[]>> = {
  ArgoCD: ['applications'],
  Flux: [...fluxSources, 'kustomizations', 'helmreleases'],
  Tekton: [],
  GitHubActionsRunner: [],
  GitLabRunner: [],
};
