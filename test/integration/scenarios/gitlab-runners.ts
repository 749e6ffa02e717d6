import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { rolledOut, workload } from './monitoring-stack.ts';
import { namespace, type Scenario, type World } from './scenario.ts';

/** Scenarios of GitLab Runner, as its chart installs it. */

const check = 'gitlab-runner';

interface Manager {
  /** Its pod is placed and never becomes ready. */
  held?: boolean;
  replicas?: number;
  inNamespace?: string;
}

function manager(name: string, { held = false, replicas = 1, inNamespace = check }: Manager = {}): Manifest {
  const images = ['registry.gitlab.com/gitlab-org/gitlab-runner:alpine-v18.4.0'];
  const made = workload('Deployment', name, inNamespace, { images, held, replicas, spec: { strategy: { type: 'Recreate' } } });
  return { ...made, metadata: { ...made.metadata, labels: { app: name, chart: 'gitlab-runner-0.81.0', release: name, heritage: 'Helm' } } };
}

const becomes = (name: string, as: Manager) => (world: World) => world.apply(manager(name, as));

export const gitlabRunners: readonly Scenario[] = [
  {
    check,
    object: `Deployment/${check}/shop`,
    prepare: async (world) => {
      await world.apply(namespace(check), manager('shop'));
      await rolledOut(world, 'deployment/shop', check);
    },
    fault: becomes('shop', { held: true }),
    mend: becomes('shop', {}),
    lookAlikes: [
      { what: 'one that is scaled to none', arrange: becomes('still', { replicas: 0 }) },
      {
        what: 'one of a namespace that is not covered',
        arrange: async (world) => {
          await world.apply(namespace(`other-${check}`));
          await becomes('shop', { held: true, inNamespace: `other-${check}` })(world);
        },
      },
    ],
  },
];
