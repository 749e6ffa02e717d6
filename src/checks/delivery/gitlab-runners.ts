import type { ClusterView } from '../../observe/cluster-view.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';
import type { Agreement } from '../agreement.ts';
import { covers } from '../areas.ts';

const name = 'gitlab-runner';

/** A runner manager of GitLab, by its labels: its chart names the release in `app`, and itself in `chart`. */
export function isGitLabRunner({ labels }: Pick<WorkloadView, 'labels'>): boolean {
  const app = labels['app.kubernetes.io/name'] ?? labels.app;
  return app === name || labels.chart?.startsWith(`${name}-`) === true;
}

/** Those that are not being deleted. */
export function gitLabRunners(view: ClusterView): WorkloadView[] {
  return [...view.list('deployments'), ...view.list('statefulsets')].filter((workload) => !workload.deleting && isGitLabRunner(workload));
}

/** True where gitlab-runner tells of them. */
export function gitLabRunnersAreTold({ tier, coversTool }: Agreement): boolean {
  return covers(tier, 'Level3') && coversTool('GitLabRunner');
}
