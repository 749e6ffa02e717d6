import { createMemoryApi } from '../../test/fakes/memory-api.ts';
import { type ClusterFixture, clusterOf, node, now } from '../../test/fixtures/cluster.ts';
import type { CoverageBaselineSpec } from '../api/v1alpha1/coveragebaseline.ts';
import type { SupportCoverage, SupportCoverageStatus } from '../api/v1alpha1/supportcoverage.ts';
import { collect, contentHash } from '../baseline/capture.ts';
import { facts } from '../baseline/catalogue.ts';
import { KubeError } from '../kube/errors.ts';
import { findBaseline } from './baseline.ts';
import { factsUpTo } from './needs.ts';
import { type Plan, planOf } from './plan.ts';
import { createCoverageStore } from './store.ts';

const folder = '/apis/platformsupport.io/v1alpha1/namespaces/support/coveragebaselines';
const approval = { approvedBy: 'jane', approvedAt: '2026-11-01T00:00:00Z' };
const cluster: ClusterFixture = { nodes: [node('a')], storageclasses: [{ metadata: { name: 'fast' }, provisioner: 'csi.example.com' }] };

interface Setup {
  named?: string;
  platformNamespaces?: string[];
  cluster?: ClusterFixture;
  status?: SupportCoverageStatus;
}

function setup(options: Setup = {}) {
  const coverage: SupportCoverage = {
    metadata: { name: 'production', namespace: 'support', uid: 'u1' },
    spec: {
      ...{ tier: 'Level1', suspend: false, reportLimit: 500 },
      ...(options.named ? { scope: { clusters: [{ name: 'local', baselineName: options.named }] } } : {}),
      ...(options.platformNamespaces ? { scope: { platformNamespaces: options.platformNamespaces } } : {}),
    },
  };
  const api = createMemoryApi();
  const { plan } = planOf(coverage, [], facts, now) as { plan: Plan };
  const find = () =>
    findBaseline(createCoverageStore(api), coverage, plan, plan.clusters[0]!, options.status, clusterOf(options.cluster ?? cluster));
  const put = (name: string, spec: Partial<CoverageBaselineSpec>) =>
    api.write(`${folder}/${name}`, { metadata: { name, namespace: 'support' }, spec: { cluster: 'local', facts: [], ...spec } });
  return { api, find, put };
}
const remembering = (name: string, contentHash: string): SupportCoverageStatus => ({
  clusters: [{ name: 'local', reachable: true, critical: 0, warning: 0, drift: 0, baseline: { name, contentHash } }],
});

describe('where a coverage names no baseline', () => {
  it('one is captured, with every fact of its tier, and waits for approval', async () => {
    const { api, find } = setup();
    const found = await find();
    expect(found).toMatchObject({ state: { state: 'Unapproved' }, captured: 'production.local' });
    const stored = api.read<{ spec: CoverageBaselineSpec }>(`${folder}/production.local`)!;
    expect(stored.spec.cluster).toBe('local');
    expect(stored.spec.facts).toEqual(collect(factsUpTo('Level1', facts), clusterOf(cluster)).entries);
    expect(stored.spec.facts.map(({ fact }) => fact)).toEqual(expect.arrayContaining(['cluster-version', 'node-pools', 'storage-classes']));
    expect(stored.spec).not.toHaveProperty('approval');
  });

  it('the one captured states the workloads of the namespaces that the coverage counts to the platform', async () => {
    const deployments = ['tools', 'shop'].map((namespace) => ({ metadata: { name: 'main', namespace } }));
    const { api, find } = setup({ platformNamespaces: ['tools'], cluster: { deployments } });
    await find();
    const stored = api.read<{ spec: CoverageBaselineSpec }>(`${folder}/production.local`)!;
    const workloads = stored.spec.facts.filter(({ fact }) => fact === 'platform-workloads');
    expect(workloads.map(({ object }) => object)).toEqual(['Deployment/tools/main']);
  });

  it('the one captured before is used, not captured again', async () => {
    const { find } = setup();
    await find();
    const again = await find();
    expect(again.state.state).toBe('Unapproved');
    expect(again.captured).toBeUndefined();
  });

  it('none is captured while a fact cannot be read, since half a baseline would be agreed as a whole', async () => {
    const message = 'the operator may not list and watch nodes: forbidden';
    const { api, find } = setup({ cluster: { ...cluster, knowledge: { nodes: { state: 'NotPermitted', message } } } });
    expect(await find()).toEqual({ state: { state: 'Absent' }, notCaptured: `a baseline cannot be captured: node-pools: ${message}` });
    expect(api.read(`${folder}/production.local`)).toBeUndefined();
  });

  it('none is captured that is too large, and the facts that make it so are named', async () => {
    const storageclasses = Array.from({ length: 300 }, (_, index) => ({
      metadata: { name: `class-${index}` },
      provisioner: 'csi.example.com',
      parameters: { long: 'x'.repeat(4000) },
    }));
    const { api, find } = setup({ cluster: { storageclasses } });
    expect((await find()).notCaptured).toMatch(/^a baseline cannot be captured: .*over the limit of 900 KiB: storage-classes \(/);
    expect(api.read(`${folder}/production.local`)).toBeUndefined();
  });

  it('none is captured in place of one that was approved and deleted', async () => {
    const { api, find } = setup({ status: remembering('production.local', 'h1') });
    expect((await find()).state).toMatchObject({ state: 'Altered', observation: { reason: 'BaselineDeleted' } });
    expect(api.read(`${folder}/production.local`)).toBeUndefined();
  });
});

describe('where a coverage names a baseline', () => {
  it('it is used once it is approved, with the hash of what was approved', async () => {
    const { find, put } = setup({ named: 'agreed' });
    put('agreed', {});
    expect((await find()).state.state).toBe('Unapproved');
    put('agreed', { approval });
    expect((await find()).state).toMatchObject({ state: 'Approved', hash: contentHash({ cluster: 'local', facts: [], approval }) });
  });

  it('and it does not exist, the coverage is told so by the path of the field, and nothing is captured', async () => {
    const { api, find } = setup({ named: 'agreed' });
    expect(await find()).toEqual({
      state: { state: 'Absent' },
      specProblem:
        'spec.scope.clusters[0].baselineName: there is no CoverageBaseline agreed in the namespace support; create it, or leave baselineName out to have one captured',
    });
    expect(api.read(`${folder}/agreed`)).toBeUndefined();
  });

  it('and it is of another cluster, it is not compared with', async () => {
    const { find, put } = setup({ named: 'agreed' });
    put('agreed', { cluster: 'prod-us', approval });
    expect(await find()).toEqual({
      state: { state: 'Absent' },
      specProblem: 'spec.scope.clusters[0].baselineName: the CoverageBaseline agreed is of the cluster prod-us, not of local',
    });
  });

  it.each(['is nowhere', 'is of another cluster'])('and it %s, the one that was approved before goes on', async (what) => {
    const spec = { cluster: 'local', facts: [], approval };
    const hash = contentHash(spec);
    const { api, find, put } = setup({ named: 'agred', status: remembering('agreed', hash) });
    if (what === 'is of another cluster') put('agred', { cluster: 'prod-us', approval });
    put('agreed', spec);
    const specProblem = expect.stringMatching(/^spec\.scope\.clusters\[0\]\.baselineName: /);
    expect(await find()).toMatchObject({ state: { state: 'Approved', hash, baseline: { metadata: { name: 'agreed' } } }, specProblem });
    api.remove(`${folder}/agreed`);
    expect(await find()).toMatchObject({ state: { state: 'Altered', observation: { reason: 'BaselineDeleted' } }, specProblem });
  });

  it('and its content is not what was approved, that is said', async () => {
    const { find, put } = setup({ named: 'agreed', status: remembering('agreed', 'h1') });
    put('agreed', { approval });
    expect((await find()).state).toMatchObject({ state: 'Altered', observation: { reason: 'BaselineReplaced' } });
  });

  it('and what was approved was replaced by one of another cluster, that is said, and not taken for a mistake', async () => {
    const { find, put } = setup({ named: 'agreed', status: remembering('agreed', 'h1') });
    put('agreed', { cluster: 'prod-us', approval });
    expect((await find()).state).toMatchObject({ state: 'Altered', observation: { reason: 'BaselineReplaced' } });
  });

  it('and another one was approved before, this one starts anew', async () => {
    const { find, put } = setup({ named: 'agreed', status: remembering('former', 'h1') });
    put('agreed', { approval });
    expect((await find()).state.state).toBe('Approved');
  });
});

it('a baseline that cannot be read is an error, not an absent one', async () => {
  const { api, find } = setup();
  api.intercept(() => {
    throw new KubeError('Transient', 'etcd has no leader', { code: 503 });
  });
  await expect(find()).rejects.toThrow('etcd has no leader');
});
