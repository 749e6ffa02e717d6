import { type Api, condition, installApis, put } from './delivered.ts';
import { namespace, type Scenario, type World } from './scenario.ts';

/** Scenarios of Flux: the conditions are those that its controllers write. */

const ready = [condition('Ready', 'True', 'Succeeded')];
const starting = [condition('Ready', 'Unknown', 'Progressing', 'building artifact'), condition('Reconciling', 'True', 'Progressing')];
const said = "failed to checkout and determine revision: unable to clone 'https://git.example.com/shop': authentication required";
const refused = [
  condition('Ready', 'False', 'GitOperationFailed', said),
  condition('FetchFailed', 'True', 'GitOperationFailed', said),
  condition('Reconciling', 'True', 'ProgressingWithRetry'),
];
const rejected = [
  condition(
    'Ready',
    'False',
    'ReconciliationFailed',
    'Deployment/shop/web dry-run failed: admission webhook "v.example.com" denied the request',
  ),
];
const unreleased = [
  condition('Ready', 'False', 'RetriesExceeded', 'terminal error'),
  condition('Released', 'False', 'UpgradeFailed', 'Helm upgrade failed: timed out waiting for the condition'),
];

function scenario(check: string, plural: Api, kind: string, broken: object[], waits: Scenario['lookAlikes']): Scenario {
  const becomes = (world: World, name: string, conditions: object[] | undefined, spec: object = {}) =>
    put(world, plural, name, check, { spec, ...(conditions ? { status: { conditions } } : {}) });
  return {
    check,
    object: `${kind}/${check}/shop`,
    prepare: async (world) => {
      await installApis(world, check, { [plural]: undefined });
      await becomes(world, 'shop', ready);
    },
    fault: (world) => becomes(world, 'shop', broken),
    mend: (world) => becomes(world, 'shop', ready),
    lookAlikes: [
      { what: 'one on its first attempt', arrange: (world) => becomes(world, 'first', starting) },
      { what: 'one that no controller has looked at', arrange: (world) => becomes(world, 'unseen', undefined) },
      { what: 'one suspended on purpose', arrange: (world) => becomes(world, 'still', broken, { suspend: true }) },
      {
        what: 'one of a namespace that is not covered',
        arrange: async (world) => {
          await world.apply(namespace(`other-${check}`));
          await put(world, plural, 'shop', `other-${check}`, { status: { conditions: broken } });
        },
      },
      ...waits,
    ],
  };
}

/** A source that fails, and something that only waits for it. */
const waitsFor = (plural: Api, check: string, spec: object, reason: string): Scenario['lookAlikes'] => [
  {
    what: 'one that waits for a source that fails',
    toldBy: { check: 'flux-source', object: `GitRepository/${check}/away` },
    arrange: async (world) => {
      await put(world, 'gitrepositories', 'away', check, { status: { conditions: refused } });
      await put(world, plural, 'waiting', check, { spec, status: { conditions: [condition('Ready', 'False', reason)] } });
    },
  },
];
const sourceRef = { kind: 'GitRepository', name: 'away' };

export const flux: readonly Scenario[] = [
  scenario('flux-source', 'gitrepositories', 'GitRepository', refused, []),
  scenario(
    'flux-kustomization',
    'kustomizations',
    'Kustomization',
    rejected,
    waitsFor('kustomizations', 'flux-kustomization', { sourceRef }, 'ArtifactFailed'),
  ),
  scenario(
    'flux-helmrelease',
    'helmreleases',
    'HelmRelease',
    unreleased,
    waitsFor('helmreleases', 'flux-helmrelease', { chart: { spec: { chart: 'shop', sourceRef } } }, 'SourceNotReady'),
  ),
];
