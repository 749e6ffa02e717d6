import { load } from 'js-yaml';
import { node } from '../../test/fixtures/cluster.ts';
import { createCommandWorld, driftOf, manifest, statusOf } from '../../test/fixtures/command-world.ts';
import { createCoverageWorld, paths } from '../../test/fixtures/coverage-world.ts';
import type { CoverageBaseline, CoverageBaselineSpec } from '../api/v1alpha1/coveragebaseline.ts';
import { contentHash } from '../baseline/capture.ts';
import { KubeError } from '../kube/errors.ts';
import { documentsIn } from './manifest.ts';

type World = ReturnType<typeof createCommandWorld>;
const stored = (world: World, name = 'production.local') => world.api.read<CoverageBaseline>(`${world.root}/coveragebaselines/${name}`);

/** Captures what is there now and stores it, as `kubectl apply` would. */
async function agree(world: World, approval?: CoverageBaselineSpec['approval'], ...flags: string[]): Promise<void> {
  const { out } = await world.run('baseline', 'capture', 'production', ...flags);
  world.baseline({ ...(load(out) as CoverageBaseline).spec, ...(approval ? { approval } : {}) });
}
const jane = { approvedBy: 'jane', approvedAt: '2026-11-01T00:00:00Z' };
const storageClass = (name: string, type = 'gp2') => ({ metadata: { name }, provisioner: 'csi.example.com', parameters: { type } });

describe('baseline capture', () => {
  it('prints the same baseline as the operator captures, and writes nothing', async () => {
    const operator = createCoverageWorld();
    operator.apply({ scope: { platformNamespaces: ['tools'] } });
    const cluster = { ...operator.state.cluster, deployments: [{ metadata: { name: 'main', namespace: 'tools' } }] };
    operator.state.cluster = cluster;
    await operator.reconcile();
    const world = createCommandWorld();
    world.coverage({ scope: { platformNamespaces: ['tools'] } });
    world.state.cluster = cluster;
    const { code, out } = await world.run('baseline', 'capture', 'production');
    const { apiVersion, kind, spec } = operator.api.read<CoverageBaseline & { apiVersion: string; kind: string }>(paths.baseline)!;
    expect(load(out)).toEqual({ apiVersion, kind, metadata: { name: 'production.local', namespace: 'support' }, spec });
    expect(spec.facts.map(({ fact }) => fact)).toContain('platform-workloads');
    expect(code).toBe(0);
    expect(world.takeWrites()).toEqual([]);
  });

  it('prints a manifest that can be applied as it is', async () => {
    const world = createCommandWorld();
    world.coverage();
    const { out } = await world.run('baseline', 'capture', 'production', '--name', 'agreed-2026-q4');
    expect(documentsIn(out, world.clock.now())).toMatchObject([{ name: 'CoverageBaseline/agreed-2026-q4', problems: [] }]);
    expect(JSON.parse((await world.run('baseline', 'capture', 'production', '-o', 'json')).out).metadata.name).toBe('production.local');
  });

  it('takes the name that the coverage names', async () => {
    const world = createCommandWorld();
    world.coverage({ scope: { clusters: [{ name: 'prod-eu', baselineName: 'agreed' }] } });
    const { out } = await world.run('baseline', 'capture', 'production');
    expect(load(out)).toMatchObject({ metadata: { name: 'agreed' }, spec: { cluster: 'local' } });
    expect(world.seen.looks[0]).toMatchObject({ cluster: 'prod-eu', features: [], timeoutMs: 60_000 });
  });

  it('is refused with every permission that is missing, each once, and prints nothing', async () => {
    const world = createCommandWorld();
    world.coverage();
    const denied = { state: 'NotPermitted', message: 'forbidden' } as const;
    world.state.cluster = { knowledge: { nodes: denied, storageclasses: denied, crds: denied } as object };
    const { code, out, err } = await world.run('baseline', 'capture', 'production');
    expect(err).toBe(
      'error: a baseline cannot be captured, since half of one would be agreed as a whole: you may not list and watch nodes, storageclasses.storage.k8s.io in all namespaces',
    );
    expect({ code, out }).toEqual({ code: 3, out: '' });
  });

  it('is refused with why something could not be read otherwise', async () => {
    const world = createCommandWorld();
    world.coverage();
    world.state.cluster = { knowledge: { version: { state: 'Stale', message: 'the probe version failed: timed out' } } };
    expect((await world.run('baseline', 'capture', 'production')).err).toContain('cluster-version: the probe version failed: timed out');
  });

  it('is refused where it is too large, with the facts that make it so', async () => {
    const world = createCommandWorld();
    world.coverage();
    world.state.cluster = {
      storageclasses: Array.from({ length: 300 }, (_, index) => ({ ...storageClass(`class-${index}`, 'x'.repeat(4000)) })),
    };
    const { code, out, err } = await world.run('baseline', 'capture', 'production');
    expect(err).toMatch(/^error: a baseline cannot be captured: .*over the limit of 900 KiB: storage-classes \(/);
    expect({ code, out }).toEqual({ code: 3, out: '' });
  });

  it('is refused for a coverage that cannot be run as it is written, with the path of the field', async () => {
    const world = createCommandWorld();
    world.coverage({ workingHours: { timeZone: 'Mars/Phobos' } });
    expect((await world.run('baseline', 'capture', 'production')).err).toContain(
      'spec.workingHours.timeZone: "Mars/Phobos" is not a time zone',
    );
  });

  it('passes on the switches that are asked for', async () => {
    const world = createCommandWorld();
    world.coverage();
    await world.run('baseline', 'capture', 'production', '--features', 'helm-releases, service-account-tokens', '--timeout', '5m');
    expect(world.seen.looks[0]).toMatchObject({ features: ['helm-releases', 'service-account-tokens'], timeoutMs: 300_000 });
  });
});

describe('the cluster that is looked at', () => {
  const secret = { kubeconfigSecretRef: { name: 'us', key: 'kubeconfig' } };
  const clusters = [{ name: 'eu' }, { name: 'us', ...secret }];
  const kubeSystem = '/api/v1/namespaces/kube-system';
  const known = (uid: string) =>
    statusOf('True', 'All', { clusters: [{ name: 'us', uid, reachable: true, critical: 0, warning: 0, drift: 0 }] });

  it('must be named where the coverage has several', async () => {
    const world = createCommandWorld();
    world.coverage({ scope: { clusters } });
    expect((await world.run('baseline', 'capture', 'production')).err).toBe('error: write --cluster, one of eu, us');
    expect((await world.run('baseline', 'capture', 'production', '--cluster', 'asia')).err).toContain('no cluster asia; it has eu, us');
  });

  it('is not taken for another one: what is found in this cluster is not agreed under the name of that', async () => {
    const world = createCommandWorld();
    world.api.write(kubeSystem, { metadata: { name: 'kube-system', uid: 'uid-eu' } });
    world.coverage({ scope: { clusters } }, known('uid-us'));
    const { code, err } = await world.run('baseline', 'capture', 'production', '--cluster', 'us');
    expect(err).toContain('is not the cluster us: its namespace kube-system has another uid; write --cluster-context');
    expect(code).toBe(3);
    world.coverage({ scope: { clusters } }, known('uid-eu'));
    expect((await world.run('baseline', 'capture', 'production', '--cluster', 'us')).code).toBe(0);
  });

  it('needs a context of its own where the operator reaches it by a kubeconfig and nobody knows its uid', async () => {
    const world = createCommandWorld();
    world.coverage({ scope: { clusters } });
    expect((await world.run('baseline', 'diff', 'production', '--cluster', 'us', '--baseline', 'x')).err).toContain(
      'there is no CoverageBaseline x',
    );
    expect((await world.run('baseline', 'capture', 'production', '--cluster', 'us')).err).toContain('write --cluster-context with yours');
    world.seen.targets.splice(0);
    expect((await world.run('baseline', 'capture', 'production', '--cluster', 'us', '--cluster-context', 'prod-us')).code).toBe(0);
    expect(world.seen.targets.map(({ context }) => context)).toEqual([undefined, 'prod-us']);
  });
});

describe('baseline diff', () => {
  it('says that there is no difference and exits 0', async () => {
    const world = createCommandWorld();
    world.coverage();
    await agree(world, jane);
    expect(await world.run('baseline', 'diff', 'production')).toEqual({
      ...{ code: 0, err: '', out: 'No difference between the cluster local and the baseline production.local.' },
    });
  });

  it('shows each difference by object, with its path, what was agreed and what is there, and exits 1', async () => {
    const world = createCommandWorld();
    world.coverage();
    const { nodes } = world.state.cluster;
    world.state.cluster = { nodes: nodes!, storageclasses: [storageClass('fast'), storageClass('slow')] };
    await agree(world);
    const fast = { ...storageClass('fast', 'gp3'), reclaimPolicy: 'Retain' };
    world.state.cluster = { nodes: nodes!, storageclasses: [fast, storageClass('new')] };
    const { code, out } = await world.run('baseline', 'diff', 'production');
    expect(out.split('\n')[0]).toMatch(/^\d+ differences between the cluster local and the baseline production.local \(not approved\)$/);
    expect(out).toContain(
      'StorageClass/fast\n  parameters.type is gp3; agreed was gp2 (storage-classes)\n  reclaimPolicy is Retain; agreed was Delete (storage-classes)\n',
    );
    expect(out).toMatch(/StorageClass\/new\n {2}it is new: .*provisioner=csi.example.com.* \(storage-classes\)/);
    expect(out).toMatch(/StorageClass\/slow\n {2}it is gone; agreed was .* \(storage-classes\)/);
    expect(code).toBe(1);
    const { differences, approved } = JSON.parse((await world.run('baseline', 'diff', 'production', '-o', 'json')).out);
    expect(differences).toContainEqual({
      ...{ fact: 'storage-classes', object: 'StorageClass/fast', path: 'parameters.type', agreed: 'gp2', actual: 'gp3' },
    });
    expect(approved).toBe(false);
    expect(world.takeWrites()).toEqual([]);
  });

  it('leaves out what the coverage ignores', async () => {
    const world = createCommandWorld();
    world.coverage();
    await agree(world, jane);
    world.state.cluster = { ...world.state.cluster, storageclasses: [] };
    expect((await world.run('baseline', 'diff', 'production')).code).toBe(1);
    world.coverage({
      baseline: {
        ignore: [
          { fact: 'storage-classes', reason: 'x' },
          { fact: 'platform-modules', reason: 'x' },
        ],
      },
    });
    expect(await world.run('baseline', 'diff', 'production')).toMatchObject({ code: 0 });
  });

  it('does not count what must hold for a while before it is drift, unless the report has seen it as long', async () => {
    const world = createCommandWorld();
    world.coverage();
    world.state.cluster = { nodes: ['a', 'b', 'c'].map((name) => node(name)) };
    await agree(world, jane);
    world.state.cluster = { nodes: [node('a')] };
    const { code, out } = await world.run('baseline', 'diff', 'production');
    expect(out).toContain('NodePool/default differs and has not for as long as node-pools asks: it is no drift yet.');
    expect(code).toBe(0);
    world.report({ drift: [driftOf({ fact: 'node-pools', object: 'NodePool/default', path: 'minimumSize', expected: '3', actual: '1' })] });
    expect(await world.run('baseline', 'diff', 'production')).toMatchObject({
      code: 1,
      out: expect.stringContaining('minimumSize is 1; agreed was 3'),
    });
  });

  it('exits 2 where nothing differs and something could not be read: that is not the same as no difference', async () => {
    const world = createCommandWorld();
    world.coverage();
    await agree(world, jane);
    world.report({ drift: [driftOf()] });
    world.state.cluster = { ...world.state.cluster, knowledge: { storageclasses: { state: 'NotPermitted', message: 'forbidden' } } };
    const { code, out } = await world.run('baseline', 'diff', 'production');
    expect(out).toContain('No difference between the cluster local and the baseline production.local, as far as could be compared.');
    expect(out).toMatch(/Not compared: you may not list and watch storageclasses.storage.k8s.io in all namespaces/);
    expect(code).toBe(2);
  });

  it('looks at what was looked at when the baseline was captured, behind whichever switch', async () => {
    const world = createCommandWorld();
    world.coverage();
    world.baseline({ collected: ['storage-classes', 'helm-releases'] });
    await world.run('baseline', 'diff', 'production');
    expect(world.seen.looks.at(-1)).toMatchObject({ features: ['helm-releases'] });
  });

  it('is refused for a baseline of another cluster', async () => {
    const world = createCommandWorld();
    world.coverage();
    world.baseline({ cluster: 'prod-us' }, 'other');
    expect(await world.run('baseline', 'diff', 'production', '--baseline', 'other')).toEqual({
      ...{ code: 3, out: '', err: 'error: the baseline other is of the cluster prod-us, not of local' },
    });
  });
});

describe('baseline approve', () => {
  const setup = () => {
    const world = createCommandWorld();
    const fact = (id: string, object: string) => ({ fact: id, object, value: { present: 'true' } });
    world.baseline({ facts: [fact('crds', 'a'), fact('crds', 'b'), fact('namespaces', 'c')] });
    return world;
  };
  const approve = (world: World, ...more: string[]) => world.run('baseline', 'approve', 'production.local', '--by', 'jane', ...more);

  it('shows what is approved, asks, and approves it with the time', async () => {
    const world = setup();
    world.coverage();
    world.state.answer = true;
    const { code, out } = await approve(world, '--note', 'CHG-1042');
    const approval = { approvedBy: 'jane', approvedAt: '2026-11-23T12:00:00Z', note: 'CHG-1042' };
    expect(stored(world)?.spec.approval).toEqual(approval);
    expect(out).toBe(
      [
        'The baseline production.local of the cluster local states 3 objects',
        '  crds: 2 objects',
        '  namespaces: 1 object',
        `Hash with this approval, as the coverage will show it: ${contentHash(stored(world)!.spec)}`,
        'Approved by jane at 2026-11-23T12:00:00Z. From the next check on every difference is drift.',
      ].join('\n'),
    );
    expect(world.seen.questions).toEqual(['Approve production.local? An approval cannot be changed or taken back.']);
    expect(code).toBe(0);
  });

  it('changes nothing where the answer is no', async () => {
    const world = setup();
    world.state.answer = false;
    expect(await approve(world)).toMatchObject({ code: 3, err: 'error: not approved' });
    expect(world.takeWrites()).toEqual([]);
  });

  it('changes nothing where nobody can be asked, unless --yes is given', async () => {
    const world = setup();
    expect(await approve(world)).toMatchObject({
      code: 3,
      err: 'error: nobody can be asked here: write --yes to approve without being asked',
    });
    expect(world.takeWrites()).toEqual([]);
    expect((await approve(world, '--yes')).code).toBe(0);
    expect(stored(world)?.spec.approval?.approvedBy).toBe('jane');
  });

  it('says where no coverage uses it yet, and what to set', async () => {
    const named = (baselineName: string) => ({ scope: { clusters: [{ name: 'local', baselineName }] } });
    const world = setup();
    world.coverage(named('agreed-2026-q4'));
    expect((await approve(world, '--yes')).out).toContain(
      'No coverage uses it yet, so nothing is compared with it: set baselineName: production.local beside the cluster local in scope.clusters',
    );
    world.baseline({});
    world.coverage(named('production.local'));
    expect((await approve(world, '--yes')).out).toContain('From the next check on every difference is drift.');
  });

  it('does not need to read coverages', async () => {
    const world = setup();
    world.api.intercept((request, next) => {
      if (request.path.endsWith('/supportcoverages')) throw new KubeError('Forbidden', 'forbidden');
      return next();
    });
    const { code, out, err } = await approve(world, '--yes');
    expect([code, err, out]).toEqual([0, '', expect.stringContaining('From the next check of a coverage that uses it on')]);
  });

  it('is refused where it is approved already', async () => {
    const world = setup();
    world.baseline({ approval: jane });
    const { code, err } = await approve(world, '--yes');
    expect(err).toBe('error: the baseline production.local is approved already, by jane at 2026-11-01T00:00:00Z');
    expect(code).toBe(3);
  });

  it('approves what was shown and nothing else: what was changed meanwhile is a refusal', async () => {
    const world = setup();
    world.api.intercept((request, proceed) => {
      if (request.method === 'PATCH') world.baseline({ facts: [] });
      return proceed();
    });
    expect(await approve(world, '--yes')).toMatchObject({
      ...{ code: 3, err: 'error: the baseline production.local was changed meanwhile: read it and approve it again' },
    });
    expect(stored(world)?.spec.approval).toBeUndefined();
  });

  it('passes on why the API server refuses it', async () => {
    const world = setup();
    world.api.intercept((request, proceed) => {
      if (request.method === 'PATCH') throw new KubeError('Forbidden', 'denied: approvedBy must be you');
      return proceed();
    });
    expect(await approve(world, '--yes')).toMatchObject({ code: 3, err: 'error: denied: approvedBy must be you' });
  });
});

it('a baseline whose manifest is kept in Git is judged like any other', () => {
  const text = manifest('CoverageBaseline', 'agreed', { cluster: 'local', facts: [], approval: { approvedBy: 'jane' } });
  expect(documentsIn(text, Temporal.Instant.from('2026-11-23T12:00:00Z'))).toMatchObject([
    { problems: [{ path: 'spec.approval.approvedAt', message: 'is required: write a string' }] },
  ]);
});
