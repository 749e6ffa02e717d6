import { deliveryTools } from '../../src/api/v1alpha1/supportcoverage.ts';
import { resources } from '../../src/observe/catalogue.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';
import { type Api, apis, condition, installApis, put } from './scenarios/delivered.ts';
import { ago } from './scenarios/own-nodes.ts';
import { createWorld, type World } from './scenarios/scenario.ts';

/** Every version that a delivery tool has served of its APIs, one after the other, as on a cluster that is as old as that. */

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;
let world: World;

const name = 'delivery-versions';
const place = 'flux-system';
const plurals = Object.keys(apis) as Api[];
const rounds = Math.max(...plurals.map((plural) => apis[plural][2].length));
const crdOf = (plural: Api) => `${plural}.${apis[plural][1]}`;

interface Broken {
  /** By name. */
  objects: Record<string, { spec?: object; status?: object }>;
  /** The object of the finding; undefined for what only helps to judge others. */
  finding: string | undefined;
}

const conditions = [condition('Ready', 'False', 'Failed', 'it did not work')];
const ofFlux = (kind: string): Broken => ({ objects: { shop: { status: { conditions } } }, finding: `${kind}/${place}/shop` });

/** Two runs in a row that failed. */
function runs(kind: 'Pipeline' | 'Task'): Broken {
  const spec = { [kind === 'Pipeline' ? 'pipelineRef' : 'taskRef']: { name: 'shop' } };
  const failed = (hours: number) => ({
    spec,
    status: { completionTime: ago({ hours }), conditions: [condition('Succeeded', 'False', 'Failed', 'step build exited with 1')] },
  });
  return { objects: { 'shop-1': failed(3), 'shop-2': failed(2) }, finding: `${kind}/${place}/shop` };
}

/** What is there of each API and fails. */
const broken: Record<Api, Broken> = {
  gitrepositories: ofFlux('GitRepository'),
  helmrepositories: ofFlux('HelmRepository'),
  ocirepositories: ofFlux('OCIRepository'),
  buckets: ofFlux('Bucket'),
  kustomizations: ofFlux('Kustomization'),
  helmreleases: ofFlux('HelmRelease'),
  applications: {
    objects: { shop: { status: { conditions: [{ ...condition('ComparisonError', 'True', ''), message: 'it cannot be compared' }] } } },
    finding: `Application/${place}/shop`,
  },
  appprojects: { objects: {}, finding: undefined },
  pipelineruns: runs('Pipeline'),
  taskruns: runs('Task'),
  autoscalingrunnersets: { objects: { shop: { status: { phase: 'Outdated' } } }, finding: `AutoscalingRunnerSet/${place}/shop` },
  ephemeralrunners: {
    objects: { 'shop-a': { status: { phase: 'Failed', reason: 'TooManyPodFailures' } } },
    finding: `EphemeralRunner/${place}/shop-a`,
  },
  autoscalinglisteners: { objects: {}, finding: undefined },
};

async function failing(): Promise<string[]> {
  await kubectl.runNow(name);
  const all = (await kubectl.report(`${name}.local`))?.status?.findings ?? [];
  return all.flatMap(({ object, stage }) => (stage === undefined ? [] : [object])).sort();
}

beforeAll(async () => {
  cluster = await startControlPlane();
  kubectl = kubectlFor(cluster);
  world = createWorld(cluster);
  await cluster.createNodes(1);
  await install(cluster);
  operator = await startOperator(cluster);
  const checks = ['flux-source', 'flux-kustomization', 'flux-helmrelease', 'argocd-app', 'tekton-run', 'github-runner'];
  await cluster.apply({
    apiVersion: 'platformsupport.io/v1alpha1',
    kind: 'SupportCoverage',
    metadata: { name, namespace },
    spec: {
      ...{ tier: 'Level3', scope: { deliveryTooling: [...deliveryTools] } },
      checks: { schedule: '0 0 1 1 *', settings: checks.map((check) => ({ check, for: '0s' })) },
    },
  });
}, 120_000);

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
}, 60_000);

it('the operator asks for every one of them', () => {
  const asked = plurals.map((plural) => [plural, resources[plural].type.version, ...(resources[plural].otherVersions ?? [])]);
  expect(asked).toEqual(plurals.map((plural) => [plural, ...apis[plural][2]]));
});

it.each(Array.from({ length: rounds }, (_, round) => [round + 1, round] as const))(
  'round %i: what fails is found in the version that is served, and is over when that is gone',
  async (_, round) => {
    const served = plurals.filter((plural) => apis[plural][2][round] !== undefined);
    for (const plural of served) await installApis(world, place, { [plural]: apis[plural][2][round] });
    for (const plural of served)
      for (const [own, object] of Object.entries(broken[plural].objects))
        await put(world, plural, own, place, { ...object, version: apis[plural][2][round] ?? '' });
    const wanted = served.flatMap((plural) => broken[plural].finding ?? []).sort();
    const seen = await waitFor(
      'every one to be found',
      async (see) => {
        const found = see(await failing());
        return wanted.every((object) => found.includes(object)) && found;
      },
      { deadlineMs: 120_000, intervalMs: 1_000 },
    );
    expect(seen).toEqual(wanted);
    await cluster.kubectl(['delete', 'crd', ...served.map(crdOf)]);
    await waitFor('all to be over', async (see) => (see(await failing()) as string[]).length === 0, {
      deadlineMs: 120_000,
      intervalMs: 1_000,
    });
  },
  300_000,
);
