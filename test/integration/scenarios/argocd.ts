import { installApis, put } from './delivered.ts';
import { ago } from './own-nodes.ts';
import { namespace, type Scenario, type World } from './scenario.ts';

/** Scenarios of Argo CD: the status is what its application controller writes. */

const check = 'argocd-app';
const revision = '0123456789abcdef0123456789abcdef01234567';
const automated = { syncPolicy: { automated: {} } };
const succeeded = {
  phase: 'Succeeded',
  message: 'successfully synced (all tasks run)',
  finishedAt: ago({ hours: 3 }),
  syncResult: { revision },
};
const said =
  'one or more objects failed to apply, reason: admission webhook "v.example.com" denied the request: no owner (retried 5 times).';
const failed = { ...succeeded, phase: 'Failed', message: said };

function status(health: string, sync: string, other: object = {}): object {
  const lastTransitionTime = ago({ hours: 2 });
  return {
    health: { status: health, lastTransitionTime },
    sync: { status: sync, revision },
    conditions: [],
    operationState: succeeded,
    history: [{ deployedAt: ago({ hours: 3 }), revision }],
    ...other,
  };
}

const refused = status('Healthy', 'OutOfSync', {
  operationState: failed,
  conditions: [{ type: 'SyncError', message: `Failed last sync attempt to [${revision}]: ${said}`, lastTransitionTime: ago({ hours: 2 }) }],
});
const degraded = status('Degraded', 'Synced');

const becomes = (world: World, name: string, wanted: object | undefined, spec: object = {}) =>
  put(world, 'applications', name, check, { spec: { project: 'shop', ...spec }, ...(wanted ? { status: wanted } : {}) });

/** A look-alike that is one application. */
const alike = (what: string, name: string, wanted: object | undefined, spec: object = {}) => ({
  what,
  arrange: (world: World) => becomes(world, name, wanted, spec),
});

export const argocd: readonly Scenario[] = [
  {
    check,
    object: `Application/${check}/shop`,
    settings: { parameters: { outOfSyncMinutes: '0' } },
    prepare: async (world) => {
      await installApis(world, check, { applications: undefined, appprojects: undefined });
      const frozen = { kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['frozen'] };
      await put(world, 'appprojects', 'shop', check, { spec: { syncWindows: [frozen] } });
      await becomes(world, 'shop', status('Healthy', 'Synced'), automated);
    },
    fault: (world) => becomes(world, 'shop', refused, automated),
    mend: (world) => becomes(world, 'shop', status('Healthy', 'Synced'), automated),
    lookAlikes: [
      alike(
        'one on its first sync',
        'first',
        status('Missing', 'OutOfSync', { operationState: { phase: 'Running' }, history: [] }),
        automated,
      ),
      alike('one that no controller has looked at', 'unseen', undefined),
      alike('one that a person is to sync', 'manual', status('Healthy', 'OutOfSync')),
      alike('one OutOfSync in a deny window', 'frozen', status('Healthy', 'OutOfSync'), automated),
      alike('one with a paused Rollout', 'paused', status('Suspended', 'Synced'), automated),
      alike(
        'one of which a sync failed before it became Synced and Healthy',
        'mended',
        status('Healthy', 'Synced', { operationState: failed }),
      ),
      {
        what: 'one that is made of another that fails',
        toldBy: { check, object: `Application/${check}/part` },
        arrange: async (world) => {
          const resources = [{ group: 'argoproj.io', kind: 'Application', namespace: check, name: 'part', status: 'Synced' }];
          await becomes(world, 'part', degraded);
          await becomes(world, 'whole', { ...degraded, resources });
        },
      },
      {
        what: 'one of a namespace that is not covered',
        arrange: async (world) => {
          await world.apply(namespace(`other-${check}`));
          await put(world, 'applications', 'shop', `other-${check}`, { status: degraded });
        },
      },
    ],
  },
];
