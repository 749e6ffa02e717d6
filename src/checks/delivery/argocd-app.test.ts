import { type ApplicationFixture, application, appProject, ended, revision, window } from '../../../test/fixtures/argocd.ts';
import { type ClusterFixture, clusterOf, minutesAgo, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { argocdApp } from './argocd-app.ts';

const withArgo = { deliveryTooling: ['ArgoCD' as const] };
const project = appProject('default');
const found = (cluster: ClusterFixture) => findingsOf(argocdApp, { appprojects: [project], ...cluster }, {}, withArgo);
const one = (options: ApplicationFixture, name = 'shop') => found({ applications: [application(name, options)] });
const objects = (cluster: ClusterFixture) => found(cluster).map(({ object }) => object);
const child = (name: string, other: object = {}) => ({ group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name, ...other });
const deployment = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };

function observed(cluster: ClusterFixture) {
  const [check] = configureChecks([argocdApp], []).checks;
  return runCheck(check!, clusterOf({ appprojects: [project], ...cluster }), now, createAgreement(withArgo)).observations;
}

const denied = 'admission webhook "validate.kyverno.svc-fail" denied the request: no owner';
const refused = `SyncError: Failed last sync attempt to [${revision}]: one or more objects failed to apply, reason: ${denied} (retried 5 times).`;
const uncompared =
  'ComparisonError: Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = authentication required';

describe('argocd-app fires', () => {
  it('on a sync that the cluster refused, with what refused it, the revision, and no word of the controller’s', () => {
    expect(one({ sync: 'OutOfSync', conditions: [refused], operation: ended('Failed', 'it failed') })).toEqual([
      {
        object: 'Application/argocd/shop',
        severity: 'warning',
        reason: 'NotDeployed',
        message:
          'Application/argocd/shop is not deployed as it should be at 0123456789ab: the cluster does not let it (webhook validate.kyverno.svc-fail). Its conditions say more: kubectl -n argocd describe applications.argoproj.io shop.',
      },
    ]);
  });

  it.each<[string, ApplicationFixture, string]>([
    [
      'what cannot be compared, when its health is Unknown',
      { health: 'Unknown', sync: 'Unknown', conditions: [uncompared] },
      'its credentials are refused, or do not allow this',
    ],
    [
      'an invalid spec',
      { health: 'Unknown', sync: 'Unknown', conditions: ['InvalidSpecError: Application referencing project xyz which does not exist'] },
      '(AppProject xyz)',
    ],
    ['what is Degraded', { health: 'Degraded' }, 'its controller says Degraded'],
    [
      'what is Degraded, by what its health says',
      { health: 'Degraded', healthMessage: 'exceeded quota: team, used' },
      'a quota or limit of its namespace refuses it (ResourceQuota team)',
    ],
    ['what was deployed and is Missing', { health: 'Missing', sync: 'OutOfSync', automated: false }, 'its controller says Missing'],
    [
      'an operation that failed, by the first of its objects that did',
      {
        sync: 'OutOfSync',
        automated: false,
        operation: ended('Failed', 'one or more synchronization tasks completed unsuccessfully', [
          { ...deployment, status: 'Synced' },
          { ...deployment, status: 'SyncFailed', message: 'namespaces "shop" not found' },
        ]),
      },
      '(Namespace shop)',
    ],
    [
      'an operation that ended in an error',
      { sync: 'OutOfSync', operation: ended('Error', 'kaputt') },
      'its controller says OperationError',
    ],
    [
      'one that is retried again and again',
      { sync: 'OutOfSync', operation: ended('Running', `${denied}. Retrying attempt #7 at 3:04PM.`) },
      'the cluster does not let it',
    ],
    [
      'a hook that failed, though all is Synced and Healthy',
      {
        operation: ended('Failed', 'one or more tasks failed', [
          { ...deployment, kind: 'Job', hookType: 'PostSync', hookPhase: 'Failed', message: 'a test failed' },
        ]),
      },
      'its controller says OperationFailed',
    ],
    [
      'automated sync that somebody ended, as nothing tries that revision again',
      {
        sync: 'OutOfSync',
        conditions: [`SyncError: Failed last sync attempt to [${revision}]: Operation terminated`],
        operation: ended('Failed', 'Operation terminated'),
      },
      'its controller says SyncError',
    ],
    [
      'a sync that took longer than the controller lets it',
      { sync: 'OutOfSync', operation: ended('Failed', 'Operation terminated, triggered by controller sync timeout') },
      'its controller says OperationFailed',
    ],
    [
      'automated sync that would remove everything, after one that went well',
      { sync: 'OutOfSync', conditions: ['SyncError: Skipping sync attempt to [abc]: auto-sync will wipe out all resources'] },
      'its controller says SyncError',
    ],
  ])('on %s', (_, options, message) => {
    const [finding, ...others] = one(options);
    expect([finding?.reason, others]).toEqual(['NotDeployed', []]);
    expect(finding?.message).toContain(message);
  });

  it('on one that is synced automatically and OutOfSync, with an object that differs', () => {
    const resources = [
      { ...deployment, name: 'z', status: 'OutOfSync' },
      { ...deployment, status: 'OutOfSync' },
      { ...deployment, name: 'a', status: 'Synced' },
    ];
    expect(one({ sync: 'OutOfSync', status: { resources } })).toEqual([
      {
        object: 'Application/argocd/shop',
        severity: 'warning',
        reason: 'OutOfSync',
        message:
          'Application/argocd/shop has been OutOfSync for 30 minutes or more although it is synced automatically, Deployment/shop/web for one. See what differs: argocd app diff argocd/shop, or kubectl -n argocd describe applications.argoproj.io shop.',
      },
    ]);
  });

  it('says where and by what it is broken', () => {
    const [observation] = observed({
      applications: [application('shop', { health: 'Unknown', sync: 'Unknown', conditions: [uncompared] })],
    });
    expect(observation).toMatchObject({ stage: 'Authentication', cause: 'CredentialsRejected', dateMoves: true });
    // Degraded is what the controller of any of its objects says, of anything.
    expect(observed({ applications: [application('shop', { health: 'Degraded' })] })[0]).toMatchObject({
      stage: 'Unknown',
      cause: 'Unknown',
    });
  });

  it('with the reason alone where its words are long, foreign or hold a secret', () => {
    const secret = 'https://bot:hunter2hunter2@git.example.com/shop.git';
    const text = `${'geht nicht '.repeat(10_000)}${secret}`;
    const spec = { source: { repoURL: secret, path: 'deploy' } };
    for (const options of [
      { conditions: [`ComparisonError: ${text}`] },
      { conditions: [`ComparisonError: unable to clone '${secret}': repository not found`] },
      { operation: ended('Error', text) },
    ]) {
      const cluster = { applications: [application('shop', { spec, sync: 'OutOfSync', ...options })] };
      expect(found(cluster)).toHaveLength(1);
      expect(JSON.stringify([found(cluster), [...clusterOf(cluster).list('applications')].map(({ source }) => source)])).not.toContain(
        'hunter2',
      );
    }
  });

  it('with what an object says, however long the operation has spoken before it', () => {
    const operation = ended('Failed', 'x'.repeat(100_000), [
      { ...deployment, status: 'SyncFailed', message: 'exceeded quota: team, used' },
    ]);
    expect(one({ sync: 'OutOfSync', operation })[0]?.message).toContain('ResourceQuota team');
  });

  it('on an application whose parts are healthy, or fail and are not covered, or that is a part of itself', () => {
    const parent = (resources: object[]) => application('parent', { health: 'Degraded', status: { resources } });
    expect(objects({ applications: [parent([child('a')]), application('a')] })).toEqual(['Application/argocd/parent']);
    expect(objects({ applications: [parent([child('parent')])] })).toEqual(['Application/argocd/parent']);
    const away = {
      applications: [parent([child('a', { namespace: 'sandbox-1' })]), application('a', { namespace: 'sandbox-1', health: 'Degraded' })],
    };
    expect(
      findingsOf(argocdApp, { appprojects: [project], ...away }, {}, { ...withArgo, namespaces: { exclude: ['sandbox-*'] } }),
    ).toHaveLength(1);
  });

  it('on an application with a fault of its own beside a part that fails', () => {
    const resources = [child('a', { health: { status: 'Degraded' } }), { ...deployment, health: { status: 'Degraded' } }];
    const failing = application('a', { health: 'Degraded' });
    expect(objects({ applications: [failing, application('parent', { health: 'Degraded', status: { resources } })] })).toHaveLength(2);
    const refusedChild = ended('Failed', 'one or more objects failed to apply', [
      child('a', { status: 'SyncFailed', message: 'is forbidden' }),
    ]);
    expect(objects({ applications: [failing, application('parent', { sync: 'OutOfSync', operation: refusedChild })] })).toHaveLength(2);
  });
});

describe('argocd-app at its boundaries', () => {
  it('fires at 15 minutes, counted from what Argo CD dates', () => {
    for (const options of [{ health: 'Degraded' }, { conditions: [uncompared], sync: 'Unknown' }]) {
      expect(one({ ...options, since: 15 })).toHaveLength(1);
      expect(one({ ...options, since: 14 })).toEqual([]);
    }
    expect(one({ sync: 'OutOfSync', automated: false, operation: ended('Failed', 'x', [], 15) })).toHaveLength(1);
    expect(one({ sync: 'OutOfSync', automated: false, operation: ended('Failed', 'x', [], 14) })).toEqual([]);
  });

  it('holds OutOfSync for 30 minutes from when it was first seen, or for as many as are set', () => {
    const cluster = { applications: [application('shop', { sync: 'OutOfSync' })] };
    const [observation] = observed(cluster);
    expect([observation?.holdMs, observation?.since]).toEqual([30 * 60_000, undefined]);
    const parameters = { outOfSyncMinutes: '5' };
    const [finding] = findingsOf(argocdApp, { appprojects: [project], ...cluster }, { parameters }, withArgo);
    expect(finding?.message).toContain('for 5 minutes or more');
  });

  it('does not count OutOfSync while a deny window is open, nor before it has been closed for 30 minutes', () => {
    const opened = (minutes: number) =>
      objects({
        applications: [application('shop', { sync: 'OutOfSync' })],
        appprojects: [appProject('default', [window('deny', minutes)])],
      });
    expect([0, 59, 60, 89].flatMap(opened)).toEqual([]);
    expect(opened(90)).toHaveLength(1);
    expect(opened(-1)).toHaveLength(1);
  });

  it('goes by the project where Argo CD runs, else by each of its name, and opens nothing where there is none', () => {
    const shop = (status: object) => application('shop', { namespace: 'team', sync: 'OutOfSync', status });
    const shut = appProject('default', [window('deny', 10)]);
    const judged = (status: object, ...appprojects: object[]) => objects({ applications: [shop(status)], appprojects }).length;
    expect(judged({ controllerNamespace: 'argocd' }, shut, appProject('default', [], 'team'))).toBe(0);
    expect(judged({ controllerNamespace: 'argocd' }, project, appProject('default', [window('deny', 10)], 'team'))).toBe(1);
    expect(judged({}, shut, appProject('default', [], 'other'))).toBe(0);
    expect(judged({}, project, appProject('other', [window('deny', 10)]))).toBe(1);
    expect(judged({})).toBe(0);
  });

  it('counts OutOfSync where there are allow windows once one has been open for 30 minutes', () => {
    const opened = (minutes: number) =>
      objects({
        applications: [application('shop', { sync: 'OutOfSync' })],
        appprojects: [appProject('default', [window('allow', minutes)])],
      });
    expect([29, 60, 300].flatMap(opened)).toEqual([]);
    expect([30, 59].flatMap(opened)).toHaveLength(2);
  });
});

describe('argocd-app is silent', () => {
  const silent: [string, ApplicationFixture][] = [
    ['one that is Synced and Healthy', {}],
    ['one that makes progress', { health: 'Progressing' }],
    ['one that is Suspended, as while a Rollout is paused', { health: 'Suspended' }],
    ['one that a person syncs and that is OutOfSync', { sync: 'OutOfSync', automated: false }],
    ['one whose automated sync is switched off', { sync: 'OutOfSync', spec: { syncPolicy: { automated: { enabled: false } } } }],
    [
      'one that is Degraded while it is synced',
      {
        health: 'Degraded',
        sync: 'OutOfSync',
        operation: { phase: 'Running', message: 'waiting for healthy state of apps/Deployment/web' },
      },
    ],
    [
      'one that is Missing while it is synced for the first time',
      { health: 'Missing', sync: 'OutOfSync', operation: { phase: 'Running' }, status: { history: [] } },
    ],
    [
      'one that waits for a person to sync it for the first time',
      { health: 'Missing', sync: 'OutOfSync', automated: false, status: { history: [], operationState: undefined } },
    ],
    ['one that is being ended', { health: 'Degraded', operation: { phase: 'Terminating' } }],
    [
      'an operation that failed before all became Synced and Healthy',
      { operation: ended('Failed', denied, [{ ...deployment, status: 'SyncFailed', message: denied }]) },
    ],
    [
      'an operation that failed on a revision that is no longer wanted',
      { sync: 'OutOfSync', automated: false, operation: { ...ended('Failed', denied), syncResult: { revision: 'ffff' } } },
    ],
    ['an operation that a person ended', { sync: 'OutOfSync', automated: false, operation: ended('Failed', 'Operation terminated') }],
    [
      'a sync that was only tried',
      { sync: 'OutOfSync', automated: false, operation: { ...ended('Failed', denied), operation: { sync: { dryRun: true } } } },
    ],
    [
      'a SyncError that a window keeps, after a sync that went well',
      { health: 'Progressing', conditions: [refused], operation: { finishedAt: minutesAgo(30) } },
    ],
    ['warnings', { conditions: ['OrphanedResourceWarning: 3 orphaned resources', 'SharedResourceWarning: part of two', 'Sparkling: oh'] }],
    [
      'one whose reconciliation somebody skips',
      {
        health: 'Degraded',
        sync: 'OutOfSync',
        conditions: [refused],
        metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } },
      },
    ],
    ['one that is being deleted', { health: 'Degraded', metadata: { deletionTimestamp: minutesAgo(120) } }],
  ];

  it.each(silent)('about %s', (_, options) => {
    expect(one(options)).toEqual([]);
  });

  it('about one that no controller has looked at', () => {
    const bare = { metadata: { name: 'shop', namespace: 'argocd' } };
    expect(found({ applications: [bare, { ...bare, status: {} }, { ...bare, spec: {}, status: { health: {}, sync: {} } }] })).toEqual([]);
  });

  it('about one that is made of others, one of which fails and is told of itself', () => {
    const failing = application('a', { health: 'Degraded' });
    const inlined = child('a', { health: { status: 'Degraded' } });
    const waited = ended('Failed', 'one or more synchronization tasks completed unsuccessfully', [
      child('a', { status: 'Synced', hookPhase: 'Failed' }),
    ]);
    for (const parent of [
      application('parent', { health: 'Degraded', status: { resources: [child('a'), { ...deployment, status: 'Synced' }] } }),
      application('parent', { health: 'Degraded', status: { resources: [inlined, { ...deployment, health: { status: 'Healthy' } }] } }),
      application('parent', { sync: 'OutOfSync', automated: false, operation: waited }),
    ])
      expect(objects({ applications: [failing, parent] })).toEqual(['Application/argocd/a']);
  });

  it('about one of a namespace that is not covered', () => {
    const cluster = { applications: [application('a', { namespace: 'sandbox-1', health: 'Degraded' })], appprojects: [project] };
    expect(findingsOf(argocdApp, cluster, {}, { ...withArgo, namespaces: { exclude: ['sandbox-*'] } })).toEqual([]);
  });
});

describe('argocd-app keeps what was found, and opens nothing', () => {
  const reasons = (options: ApplicationFixture, windows: object[] = []) =>
    observed({ applications: [application('shop', options)], appprojects: [appProject('default', windows)] }).map(
      ({ reason, uncertain }) => [reason, uncertain],
    );
  const both = [
    ['NotDeployed', true],
    ['OutOfSync', true],
  ];

  it('while it is synced, and before anything is known of it', () => {
    expect(reasons({ sync: 'OutOfSync', operation: { phase: 'Running' } })).toEqual(both);
    expect(reasons({ health: 'Unknown', sync: 'Unknown' })).toEqual(both);
  });

  it('of OutOfSync while a window is shut or it fails', () => {
    expect(reasons({ sync: 'OutOfSync' }, [window('deny', 10)])).toEqual([['OutOfSync', true]]);
    expect(reasons({ sync: 'OutOfSync', health: 'Degraded' })).toEqual([
      ['NotDeployed', undefined],
      ['OutOfSync', true],
    ]);
  });
});

describe('argocd-app, where it cannot judge, is unknown, not healthy', () => {
  const denial = { state: 'NotPermitted', message: 'the operator may not list and watch appprojects' } as const;
  const absent = { state: 'NotInstalled', message: 'the cluster does not serve applications' } as const;

  it('where the coverage does not name Argo CD, or it is not installed, it does not apply', () => {
    expect(verdictOf(argocdApp, {})).toBe('NotApplicable: scope.deliveryTooling does not name ArgoCD');
    expect(verdictOf(argocdApp, { knowledge: { applications: absent } }, withArgo)).toBe(`NotApplicable: ${absent.message}`);
  });

  it('where applications may not be read', () => {
    expect(verdictOf(argocdApp, { knowledge: { applications: denial } }, withArgo)).toBe(`Unknown: ${denial.message}`);
  });

  it('where projects may not be read: of OutOfSync, and tells of what fails all the same', () => {
    const applications = [application('shop', { sync: 'OutOfSync' }), application('bad', { health: 'Degraded' })];
    const cluster = { applications, knowledge: { appprojects: denial } };
    expect(verdictOf(argocdApp, cluster, withArgo)).toBe(
      `Unknown: Whether applications may be synced now cannot be told: ${denial.message}`,
    );
    expect(objects(cluster)).toEqual(['Application/argocd/bad']);
  });

  it.each([
    { schedule: 'at night' },
    { schedule: '0 0 1 1 * *' },
    { schedule: '0 25 * * *' },
    { duration: 'long' },
    { timeZone: 'Mars/Olympus' },
    { applications: ['{shop,web}'] },
  ])('where a window that may concern it cannot be read (%j), and tells of what fails all the same', (broken) => {
    const appprojects = [appProject('default', [window('deny', 300, broken)])];
    const applications = [application('shop', { sync: 'OutOfSync' }), application('bad', { health: 'Degraded', sync: 'OutOfSync' })];
    expect(verdictOf(argocdApp, { applications, appprojects }, withArgo)).toMatch(
      /^Unknown: A sync window of the AppProject argocd\/default cannot be read/,
    );
    expect(objects({ applications, appprojects })).toEqual(['Application/argocd/bad']);
  });

  it('never where all that is there can be read', () => {
    expect(verdictOf(argocdApp, { applications: [application('shop')], appprojects: [project] }, withArgo)).toBeUndefined();
  });
});
