import { type DeliveryTool, deliveryTools } from '../api/v1alpha1/supportcoverage.ts';
import { covers } from '../checks/areas.ts';
import { isGitLabRunner } from '../checks/delivery/gitlab-runners.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import type { Plan } from './plan.ts';

/** By what each tool is known: a CustomResourceDefinition of it, or where it brings none the labels of its Deployment. */
const marks: Record<DeliveryTool, { crd: string } | { isRunBy: typeof isGitLabRunner }> = {
  ArgoCD: { crd: 'applications.argoproj.io' },
  Flux: { crd: 'kustomizations.kustomize.toolkit.fluxcd.io' },
  Tekton: { crd: 'pipelineruns.tekton.dev' },
  GitHubActionsRunner: { crd: 'autoscalingrunnersets.actions.github.com' },
  GitLabRunner: { isRunBy: isGitLabRunner },
};

/** What of the delivery tooling was agreed and is not there, and what is there and was not agreed; of Level3 alone. */
export function toolingProblems({ tier, deliveryTooling }: Plan, view: ClusterView): string[] {
  if (!covers(tier, 'Level3')) return [];
  return deliveryTools.flatMap((tool) => {
    const installed = isInstalled(tool, view);
    const declared = deliveryTooling.includes(tool);
    if (installed === undefined || installed === declared) return [];
    return declared
      ? [`scope.deliveryTooling names ${tool}, which is not installed`]
      : [`${tool} is installed and not in scope.deliveryTooling: add it, or agree that it is not covered`];
  });
}

/** Undefined where it cannot be known. */
function isInstalled(tool: DeliveryTool, view: ClusterView): boolean | undefined {
  const mark = marks[tool];
  if ('crd' in mark)
    return view.knowledge('customresourcedefinitions').state === 'Current'
      ? view.get('customresourcedefinitions', mark.crd) !== undefined
      : undefined;
  if (view.knowledge('deployments').state !== 'Current') return undefined;
  return view.list('deployments').some(mark.isRunBy);
}
