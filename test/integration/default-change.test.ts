import type { Finding } from '../../src/api/v1alpha1/coveragereport.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';
import { kubeletSays } from './scenarios/pod-status.ts';
import { createWorld, deployment } from './scenarios/scenario.ts';

/** A default of the platform is changed, and a release that ran before fails by it. */

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;

const name = 'default-change';
const level = 'pod-security.kubernetes.io/enforce';

/** A privileged pod, as an application has that was made before anybody asked; the deadline of 5 seconds passes by the real controller's clock. */
const web = (version: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    progressDeadlineSeconds: 5,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: `registry.example.com/web:${version}`, securityContext: { privileged: true } }] },
    },
  },
});

/** Pulls with what its namespace gives it. */
const api = deployment('api', 'shop');

/** As who keeps defaults in Git does it: of what people patch in an account that was made without a field the API server keeps no writer. */
const pullWith = (secret: string) =>
  cluster.apply(
    {
      ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'shop' } },
      imagePullSecrets: [{ name: secret }],
    },
    { fieldManager: 'platform-defaults' },
  );

async function findings(): Promise<Finding[]> {
  await kubectl.runNow(name);
  const all = (await kubectl.report(`${name}.local`))?.status?.findings ?? [];
  return all.filter(({ check }) => ['rollout-stuck', 'image-pull', 'default-change-broke'].includes(check));
}

const until = (what: string, done: (found: readonly Finding[]) => boolean) =>
  waitFor(
    what,
    async (see) => {
      const found = await findings();
      see(found.map(({ check, object, message }) => `${check} ${object} ${message}`));
      return done(found) && found;
    },
    { deadlineMs: 60_000, intervalMs: 1_000 },
  );

beforeAll(async () => {
  cluster = await startControlPlane();
  kubectl = kubectlFor(cluster);
  await cluster.createNodes(2);
  await install(cluster);
  // As people make one: of what is applied without a field the API server keeps no writers, then or later.
  await cluster.kubectl(['create', 'namespace', 'shop']);
  await pullWith('regcred');
  await cluster.apply([web('1.0.0'), api]);
  for (const app of ['web', 'api']) await cluster.kubectl(['rollout', 'status', `deployment/${app}`, '-n', 'shop', '--timeout=60s']);
  operator = await startOperator(cluster);
  await cluster.apply({
    apiVersion: 'platformsupport.io/v1alpha1',
    kind: 'SupportCoverage',
    metadata: { name, namespace },
    spec: {
      tier: 'Level3',
      checks: { schedule: '0 0 1 1 *', settings: ['rollout-stuck', 'image-pull'].map((check) => ({ check, for: '0s' })) },
    },
  });
  await kubectl.runNow(name);
  await kubectl.approve(`${name}.local`);
  await kubectl.condition(name, 'BaselineInSync', 'True');
}, 180_000);

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
}, 60_000);

it('one finding says which change, by whom, and what fails since; the failed rollout is its consequence', async () => {
  await cluster.kubectl(['label', 'namespace', 'shop', `${level}=restricted`]);
  await cluster.apply(web('2.0.0'));
  const found = await until('the change to be found', (all) => all.some(({ check }) => check === 'default-change-broke'));
  const [broke, stuck] = ['default-change-broke', 'rollout-stuck'].map((check) => found.find((finding) => finding.check === check));
  process.stdout.write(`\n${broke?.message}\n${stuck?.message}\n\n`);
  expect(broke).toMatchObject({ object: 'Namespace/shop', severity: 'warning', stage: 'Deploy', cause: 'AdmissionDenied' });
  expect(broke?.message).toMatch(
    /^Deployment\/shop\/web fails since labels\.pod-security\.kubernetes\.io\/enforce of Namespace\/shop was changed from nothing to restricted by kubectl-label at 20[\d-]+T[\d:]+Z\./,
  );
  expect(stuck).toMatchObject({ object: 'Deployment/shop/web', rootCause: broke?.id });
}, 120_000);

it('the Event about the namespace says so too, and there is none about the rollout', async () => {
  const about = await waitFor('the Event', async (see) => {
    const events = see(await kubectl.eventsAbout('Namespace', 'shop'));
    return events.some((event) => event.includes('fails since')) && events;
  });
  expect(about.filter((event) => event.includes('fails since'))).toHaveLength(1);
});

it('the change is taken back: both are over', async () => {
  await cluster.kubectl(['label', 'namespace', 'shop', `${level}-`]);
  await until('both to be resolved', (all) => all.length === 0);
}, 120_000);

it('pods get another pull Secret by default: the finding says so, and that a workload is refused by its registry since', async () => {
  await pullWith('regcred-2026');
  const said =
    'Failed to pull image "registry.example.com/api:1.0.0": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://registry.example.com/token: 401 Unauthorized';
  await kubeletSays(createWorld(cluster), 'api', 'shop', { notReady: { minutes: 0 }, waiting: 'ImagePullBackOff', said });
  const found = await until('the change to be found', (all) => all.some(({ check }) => check === 'default-change-broke'));
  const [broke, pull] = ['default-change-broke', 'image-pull'].map((check) => found.find((finding) => finding.check === check));
  process.stdout.write(`\n${broke?.message}\n${pull?.message}\n\n`);
  expect(broke?.message).toMatch(
    /^Deployment\/shop\/api fails since imagePullSecrets of Namespace\/shop was changed from regcred to regcred-2026 by platform-defaults at 20[\d-]+T[\d:]+Z\./,
  );
  expect(pull).toMatchObject({ object: 'Deployment/shop/api', rootCause: broke?.id });
}, 120_000);
