import { matchesGlob } from '../../kube/glob.ts';
import { objectName } from '../../kube/types.ts';
import type { ClusterView } from '../../observe/cluster-view.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import { allWorkloads } from '../../observe/workloads.ts';
import type { AddonTarget } from '../agreement.ts';
import { defineCheck, type Evaluation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { type ImageName, readImage } from './image.ts';
import { isWithin, problemOfRange } from './running-version.ts';

const path = 'spec.maintenance.targets.addons';

export const addonTarget = defineCheck({
  id: 'addon-target',
  area: 'Versions',
  tier: 'Level1',
  title: 'An add-on is not at the version that was agreed',
  severity: 'warning',
  for: '30m',
  needs: { resources: ['deployments', 'statefulsets', 'daemonsets'] },
  remediation:
    'Update the add-on in the next maintenance window, by the tool that installed it (Helm, GitOps, the provider’s add-on). Where the target itself is old, agree on a new one.',
  references: ['spec.maintenance.targets.addons of the SupportCoverage', 'own default: 30m, longer than a rollout takes'],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const { addons } = agreement.targets;
    if (addons.length === 0) return { outcome: 'NotApplicable', message: `no targets are set (${path})` };
    const running = imagesOf(view);
    const outside = new Map<string, Set<string>>();
    const unknown: string[] = [];
    for (const addon of addons) {
      const problem = problemOfRange(addon.version);
      if (problem) unknown.push(`${addon.name}: ${problem}`);
      else unknown.push(...judge(addon, running, outside));
    }
    return {
      observations: [...outside].map(([object, runs]) => ({
        object,
        reason: 'AddonOutsideTarget',
        message: `${object} runs ${inBrief([...runs])} (${path}). Update it in the next maintenance window.`,
      })),
      ...(unknown.length > 0 ? { unknown: inBrief(unknown) } : {}),
    };
  },
});

interface RunningImage {
  workload: WorkloadView;
  written: string;
  image: ImageName;
}

function imagesOf(view: ClusterView): RunningImage[] {
  return allWorkloads(view)
    .filter(({ deleting }) => !deleting)
    .flatMap((workload) => workload.containers.map(({ image }) => ({ workload, written: image, image: readImage(image) })));
}

/** Adds to `outside`, by workload, what runs a version outside the target; gives what cannot be judged. */
function judge(
  { name, namespace, image: glob, version }: AddonTarget,
  running: RunningImage[],
  outside: Map<string, Set<string>>,
): string[] {
  const its = running.filter(
    ({ workload, image }) => (namespace === undefined || workload.namespace === namespace) && matchesGlob(glob, image.repository),
  );
  if (its.length === 0) return [`${name}: no container runs an image like ${glob}${namespace ? ` in ${namespace}` : ''}`];
  const unknown = new Set<string>();
  for (const { workload, written, image } of its) {
    // What is scaled to zero runs no version.
    if (workload.desired === 0) continue;
    const object = objectName(workload.kind, workload.name, workload.namespace);
    const within = isWithin(image.tag, version);
    if (within === undefined) unknown.add(`${name}: the image ${written} of ${object} does not say enough about its version`);
    else if (!within) outside.set(object, (outside.get(object) ?? new Set()).add(`${name} ${image.tag}, outside ${version}`));
  }
  return [...unknown];
}
