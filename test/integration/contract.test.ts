import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { Acknowledgement } from '../../src/api/v1alpha1/acknowledgement.ts';
import type { SupportCoverageStatus } from '../../src/api/v1alpha1/supportcoverage.ts';
import { type Alertmanager, type Alertmanagers, superviseAlertmanagers } from '../alertmanager/alertmanager.ts';
import { repository } from '../controlplane/binaries.ts';
import { runCommand } from '../controlplane/command.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { taken } from '../fakes/contact-receiver.ts';
import { createFakeApiServer, type FakeApiServer } from '../fakes/fake-api-server.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';
import { kubeconfigByRecipe, remoteManifest } from '../installation/remote.ts';
import {
  closeDoor,
  coverageManifest,
  heardAt,
  heardOf,
  isGenuine,
  loopback,
  openDoor,
  openIn,
  readableText,
  requestsTo,
  secretManifest,
} from './contract-world.ts';

/** One coverage of two real API servers, told to a real Alertmanager and to webhooks, from its first day to the month's accounts. */

let here: ControlPlane;
let there: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;
let alertmanagers: Alertmanagers;
let alertmanager: Alertmanager;
let receiver: FakeApiServer;

const signingKey = 'k-5d0c41f7a2';
/** Parts of addresses that are as secret as a password. */
const team = '/team-9f3be26c';
const lead = '/lead-c41d07aa';
let remoteToken: string;

const patience = { deadlineMs: 60_000, intervalMs: 200 };
const steps = [
  { contact: 'support-desk' },
  { contact: 'platform-team' },
  { contact: 'team-lead', after: '20s', minSeverity: 'critical', outsideHours: 'Notify' },
];
const clusters = [
  { name: 'prod-eu', environment: 'production' },
  { name: 'prod-us', environment: 'staging', kubeconfigSecretRef: { name: 'prod-us' } },
];

const webhook = (name: string) => ({ webhook: { urlSecretRef: { name, key: 'url' }, signingSecretRef: { name, key: 'key' } } });
const agreement = (more: object = {}) =>
  coverageManifest('production', {
    scope: { clusters },
    contacts: [
      { name: 'support-desk', party: 'Support', notify: { alertmanager: { urls: [alertmanager.url] } } },
      { name: 'platform-team', party: 'Customer', notify: webhook('team') },
      { name: 'team-lead', party: 'Customer', notify: webhook('lead') },
    ],
    escalation: steps,
    ...more,
  });

const status = async (): Promise<SupportCoverageStatus> => (await kubectl.coverage('production'))?.status ?? {};
const clusterStatus = async (name: string) => (await status()).clusters?.find((cluster) => cluster.name === name);
const condition = (found: SupportCoverageStatus, type: string) => found.conditions?.find((each) => each.type === type);
const findingsOf = async (name: string) => openIn(await kubectl.report(`production.${name}`));
const told = (object: string) => waitFor(`the message about ${object}`, () => heardOf(receiver, team, 'opened', object)[0], patience);
const alertsOf = async (object: string) => (await alertmanager.alerts()).filter(({ labels }) => labels.object === object);
const alerted = (object: string) => waitFor(`the alert about ${object}`, async (see) => see(await alertsOf(object))[0], patience);
const metric = (name: string, labels: string) =>
  operator.metric(`supportcoverage_${name}{coverage="production",coverage_namespace="${namespace}",${labels}}`);

beforeAll(async () => {
  [here, there] = await Promise.all([startControlPlane({ kwok: false }), startControlPlane({ kwok: false })]);
  kubectl = kubectlFor(here);
  receiver = await createFakeApiServer();
  for (const path of [team, lead]) receiver.on('POST', path, [taken]);
  alertmanagers = superviseAlertmanagers();
  alertmanager = await alertmanagers.add('route: {receiver: nobody}\nreceivers: [{name: nobody}]\n');
  await install(here, { secrets: { names: ['team', 'lead', 'prod-us'] } });
  await there.apply(remoteManifest);
  const kubeconfig = await kubeconfigByRecipe(there);
  remoteToken = (load(kubeconfig) as { users: { user: { token: string } }[] }).users[0]?.user.token ?? '';
  await here.apply([
    secretManifest('team', { url: `${receiver.url}${team}`, key: signingKey }),
    secretManifest('lead', { url: `${receiver.url}${lead}`, key: signingKey }),
    secretManifest('prod-us', { kubeconfig }),
  ]);
  operator = await startOperator(here, { flags: loopback });
  await here.apply(agreement());
}, 180_000);

afterAll(async () => {
  await operator?.stop();
  await receiver?.stop();
  await alertmanagers?.shutdown();
  await Promise.all([here?.stop(), there?.stop()]);
}, 60_000);

describe('onboarding', () => {
  it('waits for what is missing, names it, and is complete once both baselines are approved and every contact line was tried', async () => {
    const { message } = await kubectl.condition('production', 'Onboarded', 'False');
    for (const { name } of clusters) expect(message).toContain(`${name}: the baseline production.${name} waits for approval`);
    for (const { name } of clusters) await kubectl.approve(`production.${name}`);
    await kubectl.condition('production', 'Onboarded', 'True');
    for (const path of [team, lead]) expect(heardAt(receiver, path).map(({ type }) => type)).toEqual(['io.platformsupport.test.v1']);
    expect((await alertmanager.alerts()).map(({ labels }) => labels.alertname)).toEqual(['SupportCoverageTest']);
    expect((await status()).contacts?.map(({ name, problem }) => [name, problem])).toEqual(
      steps.map(({ contact }) => [contact, undefined]),
    );
  }, 120_000);

  it('shows both clusters in one status, with a report for each', async () => {
    const found = await status();
    expect(found.clusters).toMatchObject([
      { name: 'prod-eu', environment: 'production', reachable: true, version: 'v1.37.2', baseline: { approvedBy: 'jane' } },
      { name: 'prod-us', environment: 'staging', reachable: true, version: 'v1.37.2', baseline: { approvedBy: 'jane' } },
    ]);
    expect(new Set(found.clusters?.map(({ uid }) => uid)).size).toBe(2);
    expect(condition(found, 'Healthy')).toMatchObject({ status: 'True' });
    for (const { name } of clusters)
      expect((await kubectl.report(`production.${name}`))?.spec).toEqual({ coverage: 'production', cluster: name });
  }, 60_000);
});

it('a fault in the second cluster is told with its name: by a signed CloudEvent, and by an alert that routes can use', async () => {
  await there.apply(openDoor('door-us'));
  const { status: found } = await kubectl.runNow('production');
  expect(condition(found ?? {}, 'AccessAsExpected')).toMatchObject({ status: 'False', message: expect.stringMatching(/^prod-us: /) });
  const object = 'ClusterRoleBinding/door-us';
  expect(await told(object)).toMatchObject({
    type: 'io.platformsupport.findings.v1',
    source: `/apis/platformsupport.io/v1alpha1/namespaces/${namespace}/supportcoverages/production`,
    subject: 'prod-us',
    data: {
      summary: expect.stringMatching(/^production\/prod-us: 1 finding opened; critical rbac-anonymous ClusterRoleBinding\/door-us: /),
      ...{ environment: 'staging', contact: 'platform-team' },
      opened: [{ check: 'rbac-anonymous', object, severity: 'critical', step: 'platform-team@0s' }],
    },
  });
  expect((await alerted(object)).labels).toMatchObject({
    ...{ alertname: 'SupportCoverageFinding', coverage: 'production', cluster: 'prod-us', environment: 'staging' },
    ...{ check: 'rbac-anonymous', severity: 'critical', contact: 'support-desk', step: 'support-desk@0s' },
  });
  const [message] = requestsTo(receiver, team).slice(-1);
  expect(isGenuine(message!, signingKey)).toBe(true);
  await waitFor(
    'the Event',
    async (see) =>
      see(await kubectl.eventsAbout('SupportCoverage', 'production', namespace)).some((note) =>
        note.startsWith('FindingOpened: prod-us: rbac-anonymous (critical): '),
      ),
    patience,
  );
  expect(isGenuine({ ...message!, body: `${message!.body} ` }, signingKey)).toBe(false);
  await waitFor('the next step', () => heardOf(receiver, lead, 'opened', object)[0], patience);
}, 90_000);

it('the second cluster stopped is unknown with the reason within seconds, the first is judged and told on; back, it is as before', async () => {
  const before = await findingsOf('prod-us');
  const apiServer = there.components['kube-apiserver'];
  await apiServer.stop({ graceMs: 0 });
  const problem = await waitFor('the problem', async (see) => see(await clusterStatus('prod-us'))?.problem, {
    ...patience,
    deadlineMs: 15_000,
  });
  expect(problem).toMatch(/^cannot be reached: https:\/\/127\.0\.0\.1:\d+: /);
  const lost = await status();
  expect(lost.clusters).toMatchObject([{ reachable: true }, { reachable: false }]);
  expect(condition(lost, 'ControlPlaneHealthy')).toMatchObject({ status: 'Unknown', message: expect.stringMatching(/^prod-us: /) });
  expect(condition(lost, 'Onboarded')).toMatchObject({ status: 'False', message: expect.stringContaining(`prod-us: ${problem}`) });
  expect(condition(lost, 'Ready')).toMatchObject({ status: 'True' });

  await here.apply(openDoor('door-eu'));
  await kubectl.runNow('production');
  expect((await told('ClusterRoleBinding/door-eu')).subject).toBe('prod-eu');
  expect((await alerted('ClusterRoleBinding/door-eu')).labels.cluster).toBe('prod-eu');
  expect(await alertsOf('ClusterRoleBinding/door-us')).toHaveLength(1);

  await apiServer.start();
  await waitFor('the cluster to be back', async (see) => see(await clusterStatus('prod-us'))?.problem === undefined, patience);
  await kubectl.condition('production', 'ControlPlaneHealthy', 'True');
  await kubectl.condition('production', 'Onboarded', 'True');
  expect(await clusterStatus('prod-us')).toMatchObject({ reachable: true, critical: 1 });
  expect(await findingsOf('prod-us')).toEqual(before);
  expect(heardOf(receiver, team, 'resolved', 'ClusterRoleBinding/door-us')).toEqual([]);
}, 180_000);

it('an acknowledgement stops the escalation of what it matches until it expires, and hides nothing', async () => {
  const object = 'ClusterRoleBinding/door-acknowledged';
  await here.apply(openDoor('door-acknowledged'));
  await kubectl.runNow('production');
  await told(object);
  const { id = '' } = (await findingsOf('prod-eu')).find((finding) => finding.object === object) ?? {};
  const args = [join(repository, 'src/main.ts'), 'ack', 'production', id, '-n', namespace, '--reason', 'INC-12', '--by', 'jane'];
  const { stdout, code } = await runCommand(process.execPath, [...args, '--expires', '40s'], {
    env: { ...process.env, NODE_OPTIONS: undefined, KUBECONFIG: here.adminKubeconfig },
  });
  expect(stdout).toContain('It matches 1 finding now:');
  expect(code).toBe(0);
  const acknowledgement = async () => (await here.kubectlJson<{ items: Acknowledgement[] }>(['get', 'scack', '-n', namespace])).items[0];
  const matched = (value: string) =>
    waitFor(
      `Matched ${value}`,
      async (see) => {
        const found = see(await acknowledgement());
        return found?.status?.conditions?.[0]?.status === value && found;
      },
      patience,
    );
  const { spec, status: now } = await matched('True');
  expect(now).toMatchObject({ matched: 1, conditions: [{ type: 'Matched', reason: 'Matching' }] });
  await waitFor('the count', async (see) => see((await status()).escalation)?.acknowledged === 1, patience);
  expect(condition(await status(), 'AccessAsExpected')).toMatchObject({ status: 'False' });
  expect(await alertsOf(object)).toHaveLength(1);

  expect((await matched('False')).status).toMatchObject({ matched: 0, conditions: [{ reason: 'Expired' }] });
  const late = await waitFor('the step that waited', () => heardOf(receiver, lead, 'opened', object)[0], patience);
  // It was due 20 s after the finding opened, and the acknowledgement lasted for 40 s.
  expect(Date.parse(late.time)).toBeGreaterThanOrEqual(Date.parse(spec.expires ?? ''));
}, 120_000);

it('what is mended is told as resolved to whoever was told, and its alert ends', async () => {
  const objects = ['door-eu', 'door-acknowledged'].map((name) => `ClusterRoleBinding/${name}`);
  for (const name of ['door-eu', 'door-acknowledged']) await closeDoor(here, name);
  await closeDoor(there, 'door-us');
  await kubectl.runNow('production');
  for (const object of [...objects, 'ClusterRoleBinding/door-us']) {
    for (const path of [team, lead])
      await waitFor(`the end of ${object} at ${path}`, () => heardOf(receiver, path, 'resolved', object).length === 1, patience);
    await waitFor(`the end of the alert about ${object}`, async (see) => see(await alertsOf(object)).length === 0, patience);
  }
  await kubectl.condition('production', 'Healthy', 'True');
}, 90_000);

it('what is accepted or not support’s work is told to nobody and counted apart; an exception that has ended is a finding', async () => {
  const exception = { check: 'rbac-anonymous', reason: 'CHG-1042', owner: 'team-ci' };
  await here.apply(
    agreement({
      exceptions: [
        { ...exception, object: 'ClusterRoleBinding/accepted', expires: '2099-01-31' },
        { ...exception, object: 'ClusterRoleBinding/ended', expires: '2026-01-31' },
      ],
      boundary: { rules: [{ match: { objects: ['ClusterRoleBinding/quoted'] }, assign: 'Project', reason: 'it is quoted' }] },
    }),
  );
  await here.apply(['accepted', 'quoted', 'ended'].map(openDoor));
  const { status: found } = await kubectl.runNow('production');
  await told('ClusterRoleBinding/ended');
  await told('Exception/rbac-anonymous/ClusterRoleBinding/ended');
  expect(found?.summary).toMatchObject({ critical: 1, warning: 1, drift: 0, notCovered: 0, projectScope: 1 });
  expect(found?.topFindings?.map(({ check, object }) => [check, object])).toEqual([
    ['rbac-anonymous', 'ClusterRoleBinding/ended'],
    ['exception-expired', 'Exception/rbac-anonymous/ClusterRoleBinding/ended'],
  ]);
  const count = (scope: string) => metric('findings', `cluster="prod-eu",check="rbac-anonymous",severity="critical",scope="${scope}"`);
  expect([await count('Support'), await count('Project'), await count('Excepted')]).toEqual([1, 1, 1]);
  const report = await kubectl.report('production.prod-eu');
  expect(report?.status?.findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ object: 'ClusterRoleBinding/accepted', exception: 'CHG-1042 (team-ci, until 2099-01-31)' }),
      expect.objectContaining({ object: 'ClusterRoleBinding/quoted', scope: 'Project', rule: 'boundary.rules[0]: it is quoted' }),
    ]),
  );
  for (const quiet of ['ClusterRoleBinding/accepted', 'ClusterRoleBinding/quoted'])
    expect([heardOf(receiver, team, 'opened', quiet), await alertsOf(quiet)]).toEqual([[], []]);
}, 90_000);

it('the accounts of the month are what happened here', async () => {
  for (const name of ['accepted', 'quoted', 'ended']) await closeDoor(here, name);
  await kubectl.runNow('production');
  const { accounting } = await status();
  // Three doors and the one that was accepted until January; what accepted it is the warning.
  expect(accounting).toMatchObject({
    period: new Date().toISOString().slice(0, 7),
    ...{ opened: { critical: 4, warning: 1 }, resolved: { critical: 4, warning: 1 } },
    ...{ excepted: 1, outOfScope: { project: 1, notCovered: 0, customer: 0 } },
    medianTimeToAcknowledge: expect.stringMatching(/^\d+s$/),
    medianTimeToResolve: expect.stringMatching(/s$/),
  });
}, 60_000);

it('nobody was told anything twice, and every message was signed', () => {
  for (const path of [team, lead]) {
    const requests = requestsTo(receiver, path);
    const keys = requests.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(keys.length);
    const said = heardAt(receiver, path).flatMap(({ data }) => [
      ...data.opened.map(({ id, step }) => `opened ${id} ${step}`),
      ...data.resolved.map(({ id }) => `resolved ${id}`),
    ]);
    expect(said.filter((each, index) => said.indexOf(each) !== index)).toEqual([]);
    expect(requests.every((request) => isGenuine(request, signingKey))).toBe(true);
  }
});

it('nothing secret is in what can be read: objects, Events, metrics and the log', async () => {
  const text = [await readableText(here), await operator.metrics(), readFileSync(operator.log, 'utf8')].join('\n');
  expect(text).toContain('door-us');
  const secrets = { signingKey, team, lead, remoteToken };
  expect(Object.entries(secrets).filter(([, secret]) => secret === '' || text.includes(secret))).toEqual([]);
});
