import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, serviceAccount, startOperator } from '../installation/operator.ts';
import { coverage, coverageName } from './world.ts';

/** Two replicas, one lease. Who wrote what is taken from the API server's own audit log. */

interface AuditEvent {
  verb: string;
  requestURI: string;
  user: { extra?: Record<string, string[]> };
  responseStatus?: { code?: number };
  /** When the API server had answered. */
  stageTimestamp: string;
}

interface Replica {
  operator: Operator;
  /** As the API server calls the token in its audit log. */
  credential: string;
}

const credentialKey = 'authentication.kubernetes.io/credential-id';
let directory = '';
let cluster: ControlPlane;
let kubectl: Kubectl;
let replicas: Replica[] = [];

async function startReplica(): Promise<Replica> {
  const kubeconfig = await cluster.kubeconfigFor({ namespace, serviceAccount });
  const payload = /token: "?[\w-]+\.([\w-]+)\./.exec(readFileSync(kubeconfig, 'utf8'))?.[1] ?? '';
  const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { jti: string };
  const replica = { operator: await startOperator(cluster, { kubeconfig }), credential: `JTI=${jti}` };
  replicas.push(replica);
  return replica;
}

/** What a replica changed, without its lease, in order. */
function writesOf({ credential }: Replica): AuditEvent[] {
  const lines = readFileSync(join(directory, 'audit.log'), 'utf8').split('\n').filter(Boolean);
  return lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ user, responseStatus }) => user.extra?.[credentialKey]?.includes(credential) && (responseStatus?.code ?? 500) < 300);
}

const leads = async ({ operator }: Replica) => (await operator.metric('leader_election_master_status')) === 1;
const serves = async ({ operator }: Replica) => (await operator.metrics()).includes('supportcoverage_info{');

async function leader(): Promise<{ leader: Replica; standby: Replica }> {
  return waitFor(
    'one of two to lead',
    async () => {
      const [one, other] = replicas as [Replica, Replica];
      const [first, second] = [await leads(one), await leads(other)];
      if (first === second) return undefined;
      return first ? { leader: one, standby: other } : { leader: other, standby: one };
    },
    { deadlineMs: 60_000 },
  );
}

/** All Events of ours: what they are about, and how often the API server has them. */
async function events(): Promise<string[]> {
  const { stdout } = await cluster.kubectl([
    ...['get', 'events.events.k8s.io', '-A', '--field-selector', 'reportingController=platformsupport.io/support-coverage-operator'],
    ...['-o', 'jsonpath={range .items[*]}{.reason}/{.regarding.name}/{.series.count} {end}'],
  ]);
  return stdout.trim().split(' ').sort();
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
      {
        level: 'Metadata',
        users: [`system:serviceaccount:${namespace}:${serviceAccount}`],
        verbs: ['create', 'update', 'patch', 'delete'],
      },
    ],
  };
  writeFileSync(join(directory, 'policy.json'), JSON.stringify(policy));
  const audit = [`--audit-policy-file=${join(directory, 'policy.json')}`, `--audit-log-path=${join(directory, 'audit.log')}`];
  cluster = await startControlPlane({ kwok: false, extraArgs: { 'kube-apiserver': audit } });
  kubectl = kubectlFor(cluster);
  await install(cluster);
  await Promise.all([startReplica(), startReplica()]);
  await cluster.apply(coverage);
  await kubectl.condition(coverageName, 'ObservabilityHealthy', 'False');
}, 120_000);

afterAll(async () => {
  for (const { operator } of replicas) operator.resume();
  await Promise.all(replicas.map(({ operator }) => operator.stop()));
  await cluster?.stop();
  await rm(directory, { recursive: true });
}, 60_000);

it('of two replicas only the one with the lease writes and has series of the coverage', async () => {
  const { leader: active, standby } = await leader();
  expect([await serves(active), await serves(standby)]).toEqual([true, false]);
  expect(writesOf(active).length).toBeGreaterThan(2);
  expect(writesOf(standby)).toEqual([]);
}, 90_000);

it('the leader is killed: the other writes within 25 seconds, and nothing twice', async () => {
  const { leader: active, standby } = await leader();
  const [report, before] = [(await kubectl.report(`${coverageName}.local`))?.status, await events()];
  await active.operator.stop('SIGKILL');
  replicas = replicas.filter((replica) => replica !== active);
  const startedAt = performance.now();
  await kubectl.runNow(coverageName);
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(`\nleader killed: the other wrote after ${seconds.toFixed(1)} s\n`);
  expect(seconds).toBeLessThan(25);
  expect(writesOf(standby).length).toBeGreaterThan(0);
  expect((await kubectl.report(`${coverageName}.local`))?.status).toEqual(report);
  expect(await events()).toEqual(before);
}, 90_000);

it('the leader is stopped for longer than its lease and goes on: it writes nothing any more, and ends', async () => {
  await startReplica();
  const { leader: paused, standby } = await leader();
  paused.operator.pause();
  // Due for both from now on: the paused one would write it as soon as it goes on.
  await kubectl.runNow(coverageName);
  await cluster.kubectl([
    ...['annotate', 'supportcoverage', coverageName, '-n', namespace],
    ...['--overwrite', 'platformsupport.io/run-at=while-paused'],
  ]);
  expect(writesOf(standby).length).toBeGreaterThan(0);
  const before = writesOf(paused).length;
  paused.operator.resume();
  expect(await paused.operator.ended).toBe(1);
  expect(writesOf(paused).slice(before)).toEqual([]);
}, 120_000);
