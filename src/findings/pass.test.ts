import { type ClusterFixture, clusterOf, minutesAgo, node, now } from '../../test/fixtures/cluster.ts';
import { supportAll, supported } from '../../test/fixtures/judgement.ts';
import type { CoverageBaseline } from '../api/v1alpha1/coveragebaseline.ts';
import { collect, contentHash } from '../baseline/capture.ts';
import { clusterAdmins } from '../baseline/facts/cluster-admins.ts';
import { clusterVersion } from '../baseline/facts/cluster-version.ts';
import { helmReleases } from '../baseline/facts/helm-releases.ts';
import { namespaces } from '../baseline/facts/namespaces.ts';
import { nodePools } from '../baseline/facts/node-pools.ts';
import { storageClasses } from '../baseline/facts/storage-classes.ts';
import { type BaselineState, baselineState } from '../baseline/integrity.ts';
import { createAgreement } from '../checks/agreement.ts';
import { checks } from '../checks/catalogue.ts';
import { type Check, defineCheck } from '../checks/check.ts';
import { noParameters } from '../checks/parameters.ts';
import { configureChecks } from '../checks/run.ts';
import { createJudge } from './boundary.ts';
import { type Pass, type PassInput, runPass } from './pass.ts';

const facts = [clusterVersion, nodePools, storageClasses, clusterAdmins, namespaces, helmReleases];
const storageClass = (name: string, extra: object = {}) => ({ metadata: { name }, provisioner: 'csi.example.com', ...extra });
const binding = (name: string, user: string) => ({
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
});
const agreed: ClusterFixture = {
  nodes: [node('a'), node('b')],
  storageclasses: [storageClass('fast'), storageClass('slow')],
  clusterrolebindings: [binding('admins', 'jane')],
};

function approved(cluster: ClusterFixture): BaselineState {
  const approval = { approvedBy: 'jane', approvedAt: minutesAgo(60) };
  const spec = { cluster: 'local', facts: collect(facts, clusterOf(cluster)).entries, approval };
  const baseline: CoverageBaseline = { metadata: { name: 'base', namespace: 'support' }, spec };
  return { state: 'Approved', baseline, hash: contentHash(spec) };
}

const input = (cluster: ClusterFixture, extra: Partial<PassInput> = {}): PassInput => ({
  checks: [],
  facts,
  ignore: [],
  agreement: {},
  monotonic: () => 0,
  judge: supportAll,
  view: clusterOf(cluster),
  memory: { findings: [], pending: [], drift: [] },
  baseline: approved(agreed),
  now,
  writerOf: async () => ({ manager: 'kubectl-edit', changedAt: minutesAgo(5) }),
  ...extra,
});
const later = ({ findings, pending, drift }: Pass, minutes: number): Partial<PassInput> => ({
  memory: structuredClone({ findings, pending, drift }),
  now: now.add({ minutes }),
});
const outcomes = ({ checks }: Pass) => Object.fromEntries(checks.map(({ check, outcome, message }) => [check, [outcome, message]]));

function fakeCheck(id: string, evaluate: Check['evaluate'], hold = '15m'): Check {
  return defineCheck({
    ...{ id, area: 'Nodes', tier: 'Level1', title: id, severity: 'warning', for: hold, needs: {}, remediation: 'Mend it.', references: [] },
    parameters: noParameters,
    evaluate,
  });
}
const configured = (...list: Check[]) => configureChecks(list, []).checks;

describe('the outcome of a check', () => {
  const bad = { object: 'Node/a', reason: 'Bad', message: 'a is bad' };

  it('is Fail with the number of open findings, Pass, Unknown or NotApplicable with why', async () => {
    const pass = await runPass(
      input(agreed, {
        checks: configured(
          fakeCheck('fails', () => ({ observations: [bad, { ...bad, object: 'Node/b' }] }), '0s'),
          fakeCheck('passes', () => ({ observations: [] })),
          fakeCheck('blind', () => ({ outcome: 'Unknown', message: 'pods is forbidden' })),
          fakeCheck('absent', () => ({ outcome: 'NotApplicable', message: 'not installed' })),
        ),
      }),
    );
    expect(outcomes(pass)).toEqual({
      fails: ['Fail', '2 open'],
      passes: ['Pass', ''],
      blind: ['Unknown', 'pods is forbidden'],
      absent: ['NotApplicable', 'not installed'],
      'baseline-altered': ['Pass', ''],
      'exception-expired': ['Pass', ''],
    });
    expect(pass.checks[0]).toMatchObject({ area: 'Nodes', tier: 'Level1', findings: 2 });
  });

  it.each([
    ['15m', '1 seen, not yet for 15m'],
    ['90s', '1 seen, not yet for 1m30s'],
    ['20s', '1 seen, not yet for 20s'],
  ])('says what waits for its time of %s', async (hold, message) => {
    const pass = await runPass(input(agreed, { checks: configured(fakeCheck('waits', () => ({ observations: [bad] }), hold)) }));
    expect(outcomes(pass).waits).toEqual(['Pass', message]);
  });

  it('is Unknown for a check that breaks, and the others go on', async () => {
    const broken = fakeCheck('broken', () => {
      throw new Error('cannot read x of undefined');
    });
    const fails = fakeCheck('fails', () => ({ observations: [bad] }), '0s');
    const pass = await runPass(input(agreed, { checks: configured(broken, fails) }));
    expect(outcomes(pass).broken).toEqual(['Unknown', expect.stringContaining('cannot read x of undefined')]);
    expect(outcomes(pass).fails).toEqual(['Fail', '1 open']);
  });

  it('is not a pass where the operator may not read what the check needs', async () => {
    const message = 'the operator may not list and watch nodes: nodes is forbidden';
    const cluster: ClusterFixture = { knowledge: { nodes: { state: 'NotPermitted', message } } };
    const pass = await runPass(input(cluster, { checks: configureChecks(checks, []).checks }));
    expect(outcomes(pass)['node-not-ready']).toEqual(['Unknown', message]);
  });
});

describe('drift from the approved baseline', () => {
  it('is none where the cluster is as agreed', async () => {
    const pass = await runPass(input(agreed));
    expect(pass).toMatchObject({ drift: [], driftOpened: [], driftResolved: [], driftUnknown: [] });
  });

  it('does not count what a fact finds that was not looked at when the baseline was captured, as by an earlier release', async () => {
    const admins = { ...agreed, clusterrolebindings: [binding('admins', 'jane'), binding('more', 'joe')] };
    const objects = async (collected: string[]) => {
      const state = approved({ ...agreed, clusterrolebindings: [] });
      if (state.state !== 'Approved') throw new Error('not approved');
      const { baseline } = state;
      const pass = await runPass(
        input(admins, { baseline: { ...state, baseline: { ...baseline, spec: { ...baseline.spec, collected } } } }),
      );
      return pass.drift.map(({ object }) => object);
    };
    expect(await objects(['storage-classes', 'node-pools'])).toEqual([]);
    expect(await objects(['storage-classes', 'cluster-admins'])).toEqual(['ClusterRoleBinding/admins', 'ClusterRoleBinding/more']);
  });

  it('shows path, expected, actual, who wrote it and when, and since when it is seen', async () => {
    const edited = { ...agreed, storageclasses: [storageClass('fast', { reclaimPolicy: 'Retain' }), storageClass('slow')] };
    const pass = await runPass(input(edited));
    expect(pass.drift).toEqual([
      {
        ...{ fact: 'storage-classes', object: 'StorageClass/fast', path: 'reclaimPolicy', expected: 'Delete', actual: 'Retain' },
        ...{ manager: 'kubectl-edit', changedAt: minutesAgo(5), firstSeen: minutesAgo(0) },
        ...supported,
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    ]);
    expect(pass.driftOpened).toEqual(pass.drift);
  });

  it('names no writer of an object that is gone, and does not ask for one', async () => {
    const asked: string[] = [];
    const writerOf: PassInput['writerOf'] = async ({ name }) => {
      asked.push(name);
      return undefined;
    };
    const replaced = { ...agreed, storageclasses: [storageClass('slow'), storageClass('new')] };
    const pass = await runPass(input(replaced, { writerOf }));
    expect(pass.drift.map(({ object, expected, actual }) => [object, expected === '', actual === ''])).toEqual([
      ['StorageClass/fast', false, true],
      ['StorageClass/new', true, false],
    ]);
    expect(asked).toEqual(['new']);
    expect(pass.drift.every((entry) => !('manager' in entry) && !('changedAt' in entry))).toBe(true);
  });

  it('is reported once, keeps its date, and asks for its writer once', async () => {
    const edited = { ...agreed, clusterrolebindings: [binding('admins', 'jane'), binding('temporary', 'joe')] };
    const first = await runPass(input(edited));
    const writerOf: PassInput['writerOf'] = () => Promise.reject(new Error('asked again'));
    const second = await runPass(input(edited, { ...later(first, 60), writerOf }));
    expect(second.drift).toEqual(first.drift);
    expect(second.driftOpened).toEqual([]);
  });

  it('that changes again is the same drift with a new value and writer', async () => {
    const to = (reclaimPolicy: string) => ({
      ...agreed,
      storageclasses: [storageClass('fast', { provisioner: reclaimPolicy }), storageClass('slow')],
    });
    const first = await runPass(input(to('one')));
    const second = await runPass(
      input(to('two'), { ...later(first, 60), writerOf: async () => ({ manager: 'terraform', changedAt: undefined }) }),
    );
    expect(second.drift).toEqual([expect.objectContaining({ actual: 'two', manager: 'terraform', firstSeen: minutesAgo(0) })]);
    expect(second.drift[0]).not.toHaveProperty('changedAt');
    expect(second.driftOpened).toEqual([]);
  });

  it('resolves when the cluster is as agreed again', async () => {
    const first = await runPass(input({ ...agreed, clusterrolebindings: [] }));
    const second = await runPass(input(agreed, later(first, 60)));
    expect(second).toMatchObject({ drift: [], driftResolved: first.drift });
  });

  it('stays as it was, and is said to be unknown, where its fact cannot be read', async () => {
    const first = await runPass(input({ ...agreed, storageclasses: [storageClass('fast')] }));
    const message = 'the operator may not list and watch storageclasses.storage.k8s.io: forbidden';
    const blind: ClusterFixture = { ...agreed, storageclasses: [], knowledge: { storageclasses: { state: 'NotPermitted', message } } };
    const second = await runPass(input(blind, later(first, 60)));
    expect(second).toMatchObject({ drift: first.drift, driftResolved: [], driftUnknown: [{ fact: 'storage-classes', message }] });
  });

  it('is none, and resolves, where the switch of its fact is turned off', async () => {
    const release = (name: string) => ({ metadata: { name, namespace: 'monitoring', labels: { name, version: '1' } } });
    const baseline = approved({ ...agreed, 'helm-release-secrets': [release('loki')] });
    const first = await runPass(input({ ...agreed, 'helm-release-secrets': [release('loki'), release('tempo')] }, { baseline }));
    expect(first.drift.map(({ object }) => object)).toEqual(['HelmRelease/monitoring/tempo']);
    const knowledge = { 'helm-release-secrets': { state: 'SwitchedOff', message: 'needs a switch' } } as const;
    const second = await runPass(input({ ...agreed, knowledge }, { ...later(first, 60), baseline }));
    expect(second).toMatchObject({ drift: [], driftResolved: first.drift, driftUnknown: [] });
  });

  it('depends on which namespaces the coverage counts to the platform, and on what the baseline knows', async () => {
    const labelled = (name: string) => ({ metadata: { name, labels: { 'istio-injection': 'enabled' } } });
    const changed = { ...agreed, namespaces: [labelled('shop'), labelled('preview')] };
    const baseline = approved({ ...agreed, namespaces: [{ metadata: { name: 'shop' } }] });
    const objects = async (agreement: PassInput['agreement']) =>
      (await runPass(input(changed, { baseline, agreement }))).drift.map(({ object }) => object);
    expect(await objects({})).toEqual(['Namespace/shop']);
    expect(await objects({ platformNamespaces: ['preview'] })).toEqual(['Namespace/preview', 'Namespace/shop']);
    expect(await objects({ namespaces: { exclude: ['shop'] } })).toEqual([]);
  });

  it('is none where a rule of the coverage ignores it, through the last day of the rule', async () => {
    const edited = { ...agreed, clusterrolebindings: [binding('admins', 'jane'), binding('temporary', 'joe')] };
    const rule = { fact: 'cluster-admins', object: 'ClusterRoleBinding/temp*', path: '*', reason: 'CHG-1' };
    const on = async (expires: string) => (await runPass(input(edited, { ignore: [{ ...rule, expires }] }))).drift.length;
    expect([await on('2026-11-22'), await on('2026-11-23')]).toEqual([1, 0]);
  });

  it('is not looked for before somebody approved the baseline', async () => {
    const { baseline } = approved(agreed) as Extract<BaselineState, { state: 'Approved' }>;
    const pass = await runPass(input({ ...agreed, storageclasses: [] }, { baseline: { state: 'Unapproved', baseline } }));
    expect(pass).toMatchObject({ drift: [], driftUnknown: [] });
  });
});

describe('an approved baseline that was deleted', () => {
  const deleted = baselineState(undefined, 'base', { name: 'base', contentHash: 'abc' });
  const edited = { ...agreed, storageclasses: [] };

  it('is a critical finding at once, and the drift known before stays', async () => {
    const first = await runPass(input(edited));
    const second = await runPass(input(edited, { ...later(first, 1), baseline: deleted }));
    expect(second.findings).toEqual([
      expect.objectContaining({
        check: 'baseline-altered',
        severity: 'critical',
        reason: 'BaselineDeleted',
        object: 'CoverageBaseline/base',
      }),
    ]);
    expect(outcomes(second)['baseline-altered']).toEqual(['Fail', '1 open']);
    expect(second).toMatchObject({ drift: first.drift, driftOpened: [], driftResolved: [] });
  });

  it('resolves when it is restored', async () => {
    const first = await runPass(input(agreed, { baseline: deleted }));
    const second = await runPass(input(agreed, later(first, 1)));
    expect(second.transitions.map(({ type, finding }) => [type, finding.check])).toEqual([['Resolved', 'baseline-altered']]);
  });
});

describe('an exception', () => {
  const bad = (object: string) => ({ object, reason: 'Bad', message: `${object} is bad` });
  const fails = fakeCheck('fails', () => ({ observations: [bad('Node/a'), bad('Node/b')] }), '0s');
  const exceptions = [{ check: 'fails', object: 'Node/a', reason: 'CHG-1', owner: 'jane', expires: '2026-11-23' }];
  const at = (instant: string, extra: Partial<PassInput> = {}) => {
    const when = Temporal.Instant.from(instant);
    const today = when.toZonedDateTimeISO('Europe/Amsterdam').toPlainDate();
    const judge = createJudge({
      ...{ tier: 'Level1', agreement: createAgreement(), rules: [], exceptions, today, managedControlPlane: false },
    });
    return input(agreed, { checks: configured(fails), exceptions, timeZone: 'Europe/Amsterdam', judge, now: when, ...extra });
  };
  const ids = (pass: Pass) => pass.findings.map(({ check, object }) => `${check} ${object}`);

  it('is itself a finding from the end of its last day, while what it accepted is there', async () => {
    const first = await runPass(at('2026-11-23T22:59:00Z'));
    expect(ids(first)).toEqual(['fails Node/b', 'fails Node/a']);
    expect(first.findings[1]?.exception).toBe('CHG-1 (jane, until 2026-11-23)');
    const second = await runPass(at('2026-11-23T23:00:00Z', { memory: structuredClone(first) }));
    expect(second.findings.every(({ exception }) => exception === undefined)).toBe(true);
    expect(second.transitions.map(({ type, finding }) => `${type} ${finding.check} ${finding.object} ${finding.severity}`)).toEqual([
      'Opened exception-expired Exception/fails/Node/a warning',
    ]);
    expect(outcomes(second)['exception-expired']).toEqual(['Fail', '1 open']);
    const third = await runPass(at('2026-11-24T00:00:00Z', { memory: structuredClone(second) }));
    expect(third.transitions).toEqual([]);
    expect(third.findings).toEqual(second.findings);
    const mended = await runPass(at('2026-11-24T01:00:00Z', { memory: structuredClone(third), checks: [] }));
    expect(mended.findings).toEqual([]);
    expect(mended.transitions.map(({ type, finding }) => `${type} ${finding.check}`).sort()).toEqual([
      ...['Resolved exception-expired', 'Resolved fails', 'Resolved fails'],
    ]);
  });

  it('that has expired stays a finding while the check of what it accepted cannot judge', async () => {
    const first = await runPass(at('2026-11-24T00:00:00Z'));
    const blind = fakeCheck('fails', () => ({ outcome: 'Unknown', message: 'nodes is forbidden' }), '0s');
    const second = await runPass(at('2026-11-24T01:00:00Z', { memory: structuredClone(first), checks: configured(blind) }));
    expect(second.findings).toEqual(first.findings);
  });
});

describe('checks beyond the tier', () => {
  it('are marked in the report, and others are not', async () => {
    const beyond = { ...fakeCheck('beyond', () => ({ observations: [] })), tier: 'Level2' } as const;
    const pass = await runPass(
      input(agreed, {
        tier: 'Level1',
        checks: configured(
          beyond,
          fakeCheck('own', () => ({ observations: [] })),
        ),
      }),
    );
    expect(pass.checks.map(({ check, coverage }) => [check, coverage])).toEqual([
      ['beyond', 'NotCovered'],
      ['own', undefined],
      ['baseline-altered', undefined],
      ['exception-expired', undefined],
    ]);
  });
});

describe('corrections', () => {
  const correction = (name: string) => ({
    ...{ object: `Namespace/${name}`, knownAs: `Namespace/${name}`, name, patch: {}, command: `kubectl label ns ${name}` },
    type: { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false },
  });
  const mends = fakeCheck(
    'mends',
    () => ({
      observations: [{ object: 'Cluster/local', reason: 'Bad', message: 'bad' }],
      corrections: [correction('shop'), correction('bank')],
    }),
    '0s',
  );
  const commands = async (judge: PassInput['judge']) =>
    (await runPass(input(agreed, { checks: configured(mends), judge }))).corrections.map(({ object }) => object);

  it('are of what counts only: not of what is accepted as a whole, or one object at a time', async () => {
    expect(await commands(supportAll)).toEqual(['Namespace/shop', 'Namespace/bank']);
    expect(await commands(() => ({ ...supported, exception: 'x' }))).toEqual([]);
    expect(await commands(() => ({ ...supported, scope: 'Customer' }))).toEqual([]);
    expect(await commands(({ object }) => (object === 'Cluster/local' ? { ...supported, exception: 'x' } : supported))).toEqual([]);
    expect(await commands(({ object }) => (object === 'Namespace/shop' ? { ...supported, exception: 'x' } : supported))).toEqual([
      'Namespace/bank',
    ]);
  });

  it('are of the findings that are open, not of what the same check only suspects', async () => {
    const suspects = (reason: string) =>
      fakeCheck(
        'mends',
        () => ({
          observations: [{ object: 'Cluster/local', reason: 'Bad', message: 'bad' }],
          corrections: [{ ...correction('shop'), reason }],
        }),
        '0s',
      );
    const made = async (reason: string) =>
      (await runPass(input(agreed, { checks: configured(suspects(reason)), judge: supportAll }))).corrections.length;
    expect([await made('Bad'), await made('Worse')]).toEqual([1, 0]);
  });

  it('are not of a namespace that is accepted as it is', async () => {
    const makes = fakeCheck(
      'mends',
      () => ({
        observations: [{ object: 'Cluster/local', reason: 'Bad', message: 'bad' }],
        corrections: [{ ...correction('shop'), object: 'LimitRange/shop/defaults' }],
      }),
      '0s',
    );
    const accepting = (name: string) => async () =>
      (
        await runPass(
          input(agreed, {
            checks: configured(makes),
            judge: ({ object }) => (object === `Namespace/${name}` ? { ...supported, exception: 'x' } : supported),
          }),
        )
      ).corrections.length;
    expect([await accepting('shop')(), await accepting('bank')()]).toEqual([0, 1]);
  });

  it('of drift are not suggested where the drift is separate scope', async () => {
    const labelled = (level: string) => ({
      ...agreed,
      namespaces: [{ metadata: { name: 'monitoring', labels: { 'pod-security.kubernetes.io/enforce': level } } }],
    });
    const suggested = async (judge: PassInput['judge']) =>
      (await runPass(input(labelled('privileged'), { baseline: approved(labelled('baseline')), judge }))).corrections.length;
    expect([await suggested(supportAll), await suggested(() => ({ ...supported, scope: 'Project' }))]).toEqual([1, 0]);
  });
});

it('a pass gives other work a turn between two checks', async () => {
  const order: string[] = [];
  const busy = (id: string) =>
    fakeCheck(id, () => {
      order.push(id);
      return { observations: [] };
    });
  setImmediate(() => order.push('other work'));
  await runPass(input(agreed, { checks: configured(busy('one'), busy('two')) }));
  expect(order).toEqual(['one', 'other work', 'two']);
});

describe('a node that is replaced', () => {
  const without = { ...agreed, nodes: [node('a')] };

  it('is no drift for half an hour, counted from the first sight, and is then', async () => {
    const first = await runPass(input(without));
    expect([first.drift, first.pending.map(({ check, object }) => [check, object])]).toEqual([[], [['node-pools', 'NodePool/default']]]);
    const second = await runPass(input(without, later(first, 29)));
    expect(second).toMatchObject({ drift: [], pending: first.pending });
    const third = await runPass(input(without, { ...later(second, 30) }));
    expect(third.driftOpened).toMatchObject([{ object: 'NodePool/default', path: 'minimumSize', expected: '2', actual: '1' }]);
    expect(third.pending).toEqual([]);
  });

  it('is forgotten when the other is there', async () => {
    const first = await runPass(input(without));
    const second = await runPass(input(agreed, later(first, 10)));
    expect(second).toMatchObject({ drift: [], pending: [] });
  });

  it('may be the only one of its pool', async () => {
    const alone = { ...agreed, nodes: [node('a'), node('b', { labels: { 'eks.amazonaws.com/nodegroup': 'gpu' } })] };
    const gone = await runPass(input({ ...agreed, nodes: [node('a')] }, { baseline: approved(alone) }));
    expect([gone.drift, gone.pending.map(({ object }) => object)]).toEqual([[], ['NodePool/gpu']]);
  });

  it('goes on waiting while nodes cannot be read', async () => {
    const first = await runPass(input(without));
    const knowledge = { nodes: { state: 'NotPermitted' as const, message: 'nodes is forbidden' } };
    const second = await runPass(input({ ...without, knowledge }, later(first, 20)));
    expect(second.pending).toEqual(first.pending);
  });
});

describe('a pass over some checks', () => {
  const bad = (object: string) => ({ object, reason: 'Bad', message: `${object} is bad` });
  const checks = configured(
    fakeCheck('one', () => ({ observations: [bad('Node/a')] }), '0s'),
    fakeCheck('two', () => ({ observations: [bad('Node/b')] }), '0s'),
    fakeCheck('three', () => ({ observations: [bad('Node/c')] }), '1h'),
    fakeCheck('four', () => ({ observations: [bad('Node/d')] }), '2h'),
  );
  const healed = checks.map((one) => ({ ...one, check: { ...one.check, evaluate: () => ({ observations: [] }) } }));
  const drifted = { ...agreed, storageclasses: [storageClass('fast')] };
  const some = (before: Pass, ...ids: string[]): Partial<PassInput> => ({ ...later(before, 1), partial: { checks: new Set(ids), before } });

  it('says of the others what was said before, and nothing of them has happened', async () => {
    const full = await runPass(input(agreed, { checks }));
    const pass = await runPass(input(agreed, { checks: healed, ...some(full, 'two', 'four') }));
    expect(pass.transitions.map(({ type, finding }) => `${type} ${finding.object}`)).toEqual(['Resolved Node/b']);
    expect(pass.findings).toEqual(full.findings.filter(({ check }) => check === 'one'));
    expect(pass.pending).toEqual(full.pending.filter(({ check }) => check === 'three'));
    expect(outcomes(pass)).toEqual({ ...outcomes(full), two: ['Pass', ''], four: ['Pass', ''] });
    expect([...pass.durations.keys()]).toEqual(['two', 'four']);
  });

  it('that finds the same says the same as one over all, in the same order', async () => {
    const full = await runPass(input(drifted, { checks }));
    const { checks: described, findings, pending, drift } = await runPass(input(drifted, { checks, ...some(full, 'one', 'three') }));
    expect({ checks: described, findings, pending, drift }).toEqual({
      ...{ checks: full.checks, findings: full.findings, pending: full.pending, drift: full.drift },
    });
  });

  it('does not compare with the baseline: what drifted stays, and what drifts now is found by the next one over all', async () => {
    const full = await runPass(input(drifted, { checks }));
    const mended = await runPass(input(agreed, { checks, ...some(full, 'one') }));
    expect([mended.drift, mended.driftResolved]).toEqual([full.drift, []]);
    const same = await runPass(input(agreed, { checks }));
    const worse = await runPass(input(drifted, { checks, ...some(same, 'one') }));
    expect([worse.drift, worse.driftOpened]).toEqual([[], []]);
  });

  it('knows for each check when the first of what it sees will have held for long enough', async () => {
    const { opensAt } = await runPass(input(agreed, { checks }));
    expect([...opensAt]).toEqual([
      ['three', now.add({ hours: 1 })],
      ['four', now.add({ hours: 2 })],
    ]);
  });
});
