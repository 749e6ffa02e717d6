import { readFileSync } from 'node:fs';
import type { SupportCoverageStatus } from '../../src/api/v1alpha1/supportcoverage.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { flood, redirectTo, status, taken } from '../fakes/contact-receiver.ts';
import { createFakeApiServer, type FakeApiServer, hang } from '../fakes/fake-api-server.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, serviceAccount, startOperator } from '../installation/operator.ts';
import { kubeconfigByRecipe, remoteManifest } from '../installation/remote.ts';
import {
  closeDoor,
  coverageManifest,
  heardAt,
  heardOf,
  loopback,
  openDoor,
  readableText,
  requestsTo,
  secretManifest,
} from './contract-world.ts';

/** What somebody may write wrongly in an agreement, and what the far end of a contact line may do: each says what is wrong, and disturbs nothing else. */

let here: ControlPlane;
let there: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;
let receiver: FakeApiServer;

const patience = { deadlineMs: 60_000, intervalMs: 200 };
const longPatience = { ...patience, deadlineMs: 120_000 };
const password = 'pw-58c1e0d934';
const token = 'tok-e7710b2c55';

const statusOf = async (name: string): Promise<SupportCoverageStatus> => (await kubectl.coverage(name))?.status ?? {};
const problemOfContact = async (coverage: string, contact: string) =>
  (await statusOf(coverage)).contacts?.find(({ name }) => name === contact)?.problem;
const problemOfCluster = async (coverage: string, cluster: string) =>
  (await statusOf(coverage)).clusters?.find(({ name }) => name === cluster)?.problem;
const onboarded = async (coverage: string) => (await statusOf(coverage)).conditions?.find(({ type }) => type === 'Onboarded');
const events = (coverage: string) => kubectl.eventsAbout('SupportCoverage', coverage, namespace);
const create = (object: object) =>
  here.kubectl(['create', '--dry-run=server', '-f', '-'], { input: JSON.stringify(object), allowFailure: true });

beforeAll(async () => {
  [here, there] = await Promise.all([startControlPlane({ kwok: false }), startControlPlane({ kwok: false })]);
  kubectl = kubectlFor(here);
  receiver = await createFakeApiServer();
  await install(here);
  await there.apply(remoteManifest);
  operator = await startOperator(here, { flags: loopback });
}, 120_000);

afterAll(async () => {
  await operator?.stop();
  await receiver?.stop();
  await Promise.all([here?.stop(), there?.stop()]);
}, 60_000);

describe('refused at apply, with what to write instead', () => {
  const remote = (name: string) => ({ name, kubeconfigSecretRef: { name } });
  it.each<[string, object, string]>([
    ['a step that names no contact', { escalation: [{ contact: 'nobody' }] }, 'each escalation step names one of contacts'],
    [
      'two clusters of the operator’s own',
      { scope: { clusters: [{ name: 'a' }, remote('b'), { name: 'c' }] } },
      'give the others a kubeconfigSecretRef',
    ],
  ])('%s', async (_, spec, message) => {
    const { code, stderr } = await create(coverageManifest('refused', spec));
    expect(stderr).toContain(message);
    expect(code).not.toBe(0);
  });
});

describe('hours that cannot be', () => {
  const weekly = [{ days: ['Mon'], start: '09:00', duration: '8h' }];
  it.each<[string, string, object, string]>([
    [
      'in an unknown zone',
      'zone',
      { timeZone: 'Mars/Phobos', weekly },
      'spec.workingHours.timeZone: "Mars/Phobos" is not a time zone; write an IANA name',
    ],
    [
      'that never open',
      'closed',
      { timeZone: 'UTC', weekly, closedDates: Array.from({ length: 128 }, (_, week) => monday(week)) },
      'spec.workingHours',
    ],
  ])(
    '%s are Ready False with the field, and an Event',
    async (_, name, workingHours, message) => {
      await here.apply(coverageManifest(name, { workingHours }));
      const ready = await kubectl.condition(name, 'Ready', 'False', ({ reason }) => reason === 'SpecNotAccepted');
      expect(ready.message).toContain(message);
      await waitFor('the Event', async (see) => see(await events(name)).includes(`SpecNotAccepted: ${ready.message}`), patience);
      await here.kubectl(['delete', 'scov', name, '-n', namespace]);
    },
    60_000,
  );

  /** A Monday so many weeks from now. */
  function monday(week: number): string {
    const today = Temporal.Now.plainDateISO('UTC');
    return today
      .subtract({ days: today.dayOfWeek - 1 })
      .add({ weeks: week })
      .toString();
  }
});

describe('a kubeconfig that cannot be used', () => {
  const program = (server: string) =>
    JSON.stringify({
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server } }],
      users: [
        {
          name: 'x',
          user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sh', env: [{ name: 'T', value: token }] } },
        },
      ],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    });
  const names = ['missing', 'garbage', 'program', 'moved'];
  const remote = (name: string) => ({ name, kubeconfigSecretRef: { name } });

  beforeAll(async () => {
    const kubeconfig = await kubeconfigByRecipe(there);
    await here.apply([
      secretManifest('garbage', { kubeconfig: `{ this is: [no YAML ${token}` }),
      secretManifest('program', { kubeconfig: program(there.serverUrl) }),
      secretManifest('moved', { kubeconfig }),
    ]);
    await here.apply(coverageManifest('clusters', { scope: { clusters: [{ name: 'own' }, ...names.map(remote)] } }));
    await waitFor('the status', async (see) => see((await statusOf('clusters')).clusters)?.length === 5, patience);
  }, 120_000);

  it.each([
    ['is missing', 'missing', `the Secret ${namespace}/missing does not exist: create it as docs/remote-clusters.md shows`],
    ['is not YAML', 'garbage', `the kubeconfig in the Secret ${namespace}/garbage is refused: it is not YAML (line 1)`],
    ['would run a program', 'program', `the kubeconfig in the Secret ${namespace}/program is refused: `],
  ])(
    'because it %s is the problem of that cluster, with an Event',
    async (_, name, message) => {
      const problem = await waitFor('the problem', async (see) => see(await problemOfCluster('clusters', name)), patience);
      expect(problem).toContain(message);
      expect((await onboarded('clusters'))?.message).toContain(`${name}: ${problem}`);
      expect(await events('clusters')).toContain(`ClusterProblem: The cluster ${name} is not read: ${problem}`);
      const text = (await here.kubectl(['get', 'scbl', '-n', namespace, '-o', 'name'])).stdout;
      expect(text).not.toContain(`clusters.${name}`);
    },
    60_000,
  );

  it('hides nothing of the others: they are read, have a baseline each, and the checks run on', async () => {
    await waitFor(
      'the others',
      async (see) => see(await statusOf('clusters')).clusters?.filter(({ reachable }) => reachable).length === 2,
      patience,
    );
    const { clusters, conditions } = await statusOf('clusters');
    expect(clusters?.map(({ name, reachable }) => [name, reachable])).toEqual([
      ['own', true],
      ...names.map((name) => [name, name === 'moved']),
    ]);
    expect(conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    expect(await kubectl.baseline('clusters.moved')).toBeDefined();
  }, 60_000);

  it('because it leads to another cluster than before is told so, and the other is not read under that name', async () => {
    const before = await kubectl.report('clusters.moved');
    const own = await here.kubeconfigFor({ namespace, serviceAccount });
    await here.apply(secretManifest('moved', { kubeconfig: readFileSync(own, 'utf8') }));
    const problem = await waitFor('the problem', async (see) => see(await problemOfCluster('clusters', 'moved')), longPatience);
    expect(problem).toContain('the kubeconfig in the Secret moved leads to another cluster than before');
    expect(problem).toContain('give moved another name in scope.clusters');
    expect((await kubectl.report('clusters.moved'))?.status?.findings).toEqual(before?.status?.findings);
    await here.apply(secretManifest('moved', { kubeconfig: await kubeconfigByRecipe(there) }));
    await waitFor(
      'the cluster to be read again',
      async (see) => see(await problemOfCluster('clusters', 'moved')) === undefined,
      longPatience,
    );
    expect(await events('clusters')).toContain('ClusterRecovered: The cluster moved is read again');
    await here.kubectl(['delete', 'scov', 'clusters', '-n', namespace]);
  }, 300_000);
});

describe('a contact line', () => {
  /** By contact: how it answers, and what is said of it; undefined for one that is content. */
  const lines: Record<string, { answers: Parameters<FakeApiServer['on']>[2]; problem?: string }> = {
    good: { answers: [taken] },
    broken: { answers: [status(500)], problem: 'the webhook HOST answered 500' },
    busy: { answers: [status(429, { 'retry-after': '6' }), taken], problem: 'the webhook HOST answered 429' },
    silent: { answers: [hang], problem: 'the webhook HOST gave no answer in 10 s' },
    moved: {
      answers: [redirectTo('/elsewhere')],
      problem: 'the webhook HOST answered 302, a redirect, and none is followed: write the address it leads to',
    },
    verbose: { answers: [flood(10 * 1024 * 1024)] },
    nowhere: { answers: [taken], problem: `the Secret ${namespace}/nowhere does not exist` },
  };
  const pathOf = (name: string) => `/${name}-${token}`;
  const troubled = Object.keys(lines).filter((name) => lines[name]?.problem);
  const host = () => new URL(receiver.url).host;
  const said = (name: string) => lines[name]?.problem?.replace('HOST', host()) ?? '';
  const secret = (name: string) => secretManifest(name, { url: `${receiver.url.replace('//', `//operator:${password}@`)}${pathOf(name)}` });

  beforeAll(async () => {
    for (const [name, { answers }] of Object.entries(lines)) receiver.on('POST', pathOf(name), answers);
    receiver.on('POST', '/elsewhere', [taken]);
    await here.apply(Object.keys(lines).flatMap((name) => (name === 'nowhere' ? [] : [secret(name)])));
    await here.apply(
      coverageManifest('contacts', {
        contacts: Object.keys(lines).map((name) => ({ name, party: 'Customer', notify: { webhook: { urlSecretRef: { name } } } })),
        escalation: Object.keys(lines).map((contact) => ({ contact })),
      }),
    );
  }, 60_000);

  it.each(troubled)(
    'that is %s is a problem with its reason, in Onboarded and an Event too',
    async (name) => {
      const event = `ContactProblem: The contact line ${name} is not told everything: ${said(name)}. It is tried again, and nothing is lost`;
      await waitFor('the Event', async (see) => see(await events('contacts')).includes(event), patience);
      // This one asked for patience, and has been content since.
      if (name === 'busy') return;
      expect(await problemOfContact('contacts', name)).toBe(said(name));
      expect(await onboarded('contacts')).toMatchObject({
        status: 'False',
        message: expect.stringContaining(`contact ${name}: ${said(name)}`),
      });
    },
    60_000,
  );

  it('that asked for patience gets it, and then the message', async () => {
    const path = pathOf('busy');
    const [first, second] = await waitFor(
      'the second try',
      () => requestsTo(receiver, path).length > 1 && requestsTo(receiver, path),
      patience,
    );
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(6_000);
    expect(second!.body).toBe(first!.body);
    const event = 'ContactRecovered: The contact line busy takes messages again';
    await waitFor('the Event', async (see) => see(await events('contacts')).includes(event), patience);
    expect(await problemOfContact('contacts', 'busy')).toBeUndefined();
  }, 60_000);

  it('that answers with 10 MB has taken the message; a redirect leads nowhere', async () => {
    expect((await statusOf('contacts')).contacts?.find(({ name }) => name === 'verbose')).toMatchObject({ tested: expect.any(String) });
    expect(await problemOfContact('contacts', 'verbose')).toBeUndefined();
    expect(requestsTo(receiver, '/elsewhere')).toEqual([]);
  }, 60_000);

  it('that works is told whatever the others do, and they lose nothing', async () => {
    await here.apply(openDoor('door'));
    await kubectl.runNow('contacts');
    const object = 'ClusterRoleBinding/door';
    await waitFor('the message', () => heardOf(receiver, pathOf('good'), 'opened', object).length === 1, patience);
    await waitFor('the message to a slow reader', () => heardOf(receiver, pathOf('verbose'), 'opened', object).length === 1, patience);

    // They are mended: what they missed they are told.
    const names = ['broken', 'silent', 'nowhere'];
    const before = new Map(names.map((name) => [name, heardAt(receiver, pathOf(name)).length]));
    for (const name of ['broken', 'silent']) receiver.on('POST', pathOf(name), [taken]);
    await here.apply(secret('nowhere'));
    for (const name of names) {
      const heard = () =>
        new Set(
          heardAt(receiver, pathOf(name))
            .slice(before.get(name))
            .map(({ type }) => type),
        );
      const missed = ['io.platformsupport.findings.v1', 'io.platformsupport.test.v1'];
      await waitFor(
        `what ${name} missed`,
        async (see) => missed.every((type) => (see([...heard()]) as string[]).includes(type)),
        longPatience,
      );
      await waitFor(
        `the problem of ${name} to be over`,
        async (see) => see(await problemOfContact('contacts', name)) === undefined,
        longPatience,
      );
    }
    await closeDoor(here, 'door');
  }, 400_000);
});

it('an address of this machine is refused where the operator’s own flags do not allow it', async () => {
  await operator.stop();
  const before = operator;
  operator = await startOperator(here);
  await here.apply(secretManifest('near', { kubeconfig: await kubeconfigByRecipe(there) }));
  await here.apply(
    coverageManifest('near', {
      scope: { clusters: [{ name: 'own' }, { name: 'near', kubeconfigSecretRef: { name: 'near' } }] },
      contacts: [
        { name: 'hook', party: 'Customer', notify: { webhook: { urlSecretRef: { name: 'good' } } } },
        { name: 'desk', party: 'Support', notify: { alertmanager: { urls: ['http://127.0.0.2:9093'] } } },
      ],
    }),
  );
  const exceptions = 'the flag --allow-addresses makes exceptions';
  // The API server is at this address here.
  const refused = {
    hook: `the webhook 127.0.0.1 is refused (the API server); ${exceptions}`,
    desk: `Alertmanager 127.0.0.2 is refused (loopback); ${exceptions}`,
  };
  for (const [name, text] of Object.entries(refused)) {
    await waitFor(`the refusal of ${name}`, async (see) => see(await problemOfContact('near', name)) === text, patience);
    expect((await onboarded('near'))?.message).toContain(`contact ${name}: ${text}`);
  }
  const problem = await waitFor('the refusal of the cluster', async (see) => see(await problemOfCluster('near', 'near')), patience);
  expect(problem).toMatch(
    /^the kubeconfig in the Secret platform-support\/near is refused: clusters\[0\]\.cluster\.server .*\(loopback, .*--allow-addresses\)$/,
  );
  const text = [await readableText(here), await operator.metrics(), ...[before, operator].map(({ log }) => readFileSync(log, 'utf8'))].join(
    '\n',
  );
  expect(text).toContain('near');
  expect([password, token].filter((each) => text.includes(each))).toEqual([]);
}, 120_000);
