import { once } from 'node:events';
import fc from 'fast-check';
import type { CoverageReportStatus } from '../../src/api/v1alpha1/coveragereport.ts';
import { runAtAnnotation } from '../../src/api/v1alpha1/supportcoverage.ts';
import { areas, covers } from '../../src/checks/areas.ts';
import { checks } from '../../src/checks/catalogue.ts';
import { delay, systemClock } from '../../src/runtime/clock.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';
import { createUnreliableReceiver, type Telling, type UnreliableReceiver } from './unreliable-receiver.ts';

/** The operator is killed again and again while it tells people, and nobody is told wrong. */

const kills = 50;
const seed = 20261127;
const check = 'rbac-anonymous';
/** By contact, the only step at which it is told. */
const steps: Readonly<Record<string, string>> = { desk: 'desk@0s', team: 'team@2s' };
const contacts = Object.keys(steps);
const name = 'killed';
const coverage = {
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name, namespace },
  spec: {
    tier: 'Level1',
    contacts: contacts.map((contact) => ({
      name: contact,
      party: 'Support',
      notify: { webhook: { urlSecretRef: { name: 'lines', key: contact }, signingSecretRef: { name: 'lines', key: 'signing' } } },
    })),
    escalation: [{ contact: 'desk' }, { contact: 'team', after: '2s' }],
    checks: {
      schedule: '0 0 1 1 *',
      // One check alone, so that the test knows of everything that there is to tell.
      settings: checks
        .filter(({ id, tier, area }) => id !== check && covers('Level1', tier) && covers('Level1', areas[area].tier))
        .map(({ id }) => ({ check: id, enabled: false, reason: 'not what is tried here' })),
    },
  },
};

let cluster: ControlPlane;
let kubectl: Kubectl;
let operator: Operator;
let receiver: UnreliableReceiver;
/** How much was told before this process, and the report that the last one left. */
let toldBefore = 0;
let last: CoverageReportStatus | undefined;
/** How many kills fell into which moment. */
const moments = new Map<string, number>();
/** Names of faults, in waves that begin and end together. */
const open: string[][] = [];
const ended: string[] = [];
let waves = 0;

/** Always the same numbers: 0 ≤ value < 1. */
function seededRandom(from: number): () => number {
  const numbers = fc.sample(fc.integer({ min: 0, max: 9_999 }), { seed: from, numRuns: 5_000, unbiased: true });
  return () => numbers.pop()! / 10_000;
}
const random = seededRandom(seed);

const objectOf = (fault: string) => `ClusterRoleBinding/${fault}`;
const report = async () => (await kubectl.report(`${name}.local`))?.status;

let runs = 0;
async function askForRun(): Promise<void> {
  runs += 1;
  await cluster.kubectl(['annotate', 'scov', name, '-n', namespace, '--overwrite', `${runAtAnnotation}=run-${runs}`]);
}

/** Most waves fit into one message by name, each fourth does not. */
async function openWave(): Promise<void> {
  waves += 1;
  const size = random() < 0.25 ? 30 : 1 + Math.floor(random() * 6);
  const faults = Array.from({ length: size }, (_, index) => `wave-${waves}-${index}`);
  await cluster.apply(
    faults.map((fault) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: fault },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'nothing' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:unauthenticated' }],
    })),
  );
  open.push(faults);
}

/** True where the report says that all of these are told, or about to be, by every step. */
function isTold(status: CoverageReportStatus | undefined, faults: readonly string[]): boolean {
  const told = new Map(status?.findings?.map(({ object, notified }) => [object, notified ?? []]));
  return faults.every((fault) => Object.values(steps).every((step) => told.get(objectOf(fault))?.includes(step)));
}

/** A wave ends once each step of it is stored, so that its end is to be told too; a new one begins while few are open. */
async function changeFaults(): Promise<void> {
  const [oldest] = open;
  if (oldest && open.length > 1 && isTold(last, oldest)) {
    await cluster.kubectl(['delete', 'clusterrolebinding', '--wait=false', ...oldest]);
    ended.push(...oldest);
    open.shift();
  }
  if (open.length < 3) await openWave();
}

/** What a kill waits for, and within how many milliseconds of it it comes: together they fall into every part of telling somebody. */
const points = [
  { after: 'start', withinMs: 4_000 },
  { after: 'run', withinMs: 500 },
  { after: 'arrived', withinMs: 700 },
  { after: 'answered', withinMs: 80 },
] as const;
/** So long it waits for a message; there may be nothing to tell. */
const patienceMs = 5_000;

async function startUntil(after: (typeof points)[number]['after']): Promise<void> {
  toldBefore = receiver.tellings.length;
  if (after === 'run') {
    await operator.start();
    await changeFaults();
    await askForRun();
    return;
  }
  await changeFaults();
  await askForRun();
  const seen = after === 'start' ? undefined : once(receiver.events, after, { signal: AbortSignal.timeout(patienceMs) });
  await operator.start({ untilReady: false });
  await seen?.catch(() => undefined);
}

/** Notes what the kill interrupted; one of several contacts may be further than another. */
async function kill(): Promise<void> {
  const told = receiver.tellings.slice(toldBefore).map(({ key, answer }) => ({ key, answer }));
  await operator.stop('SIGKILL');
  last = await report();
  const handled = (await kubectl.coverage(name))?.status?.lastHandledRunAt === `run-${runs}`;
  const tries = (last?.notifications ?? []).map(({ key }) => told.findLast((each) => each.key === key)?.answer);
  const interrupted = [
    ...(handled ? [] : ['before its run was recorded']),
    ...tries.map((answer) => (answer ? momentAfter[answer] : 'between record and delivery')),
  ];
  for (const moment of new Set(interrupted.length > 0 ? interrupted : ['while nothing waited']))
    moments.set(moment, (moments.get(moment) ?? 0) + 1);
}

const momentAfter: Readonly<Record<Telling['answer'], string>> = {
  'none yet': 'during a delivery',
  refused: 'between two tries',
  taken: 'between delivery and record',
};

/** Nothing is left to be told, nobody is being told, and all that is open was told. */
async function quiet(): Promise<void> {
  await operator.start();
  await waitFor(
    'nothing to be left to tell',
    async (see) => {
      await askForRun();
      const status = see(await report());
      const found = (status?.findings ?? []).length;
      const isOver = found === open.flat().length && isTold(status, open.flat());
      return isOver && !status?.notifications && !status?.resolved && receiver.tellings.every(({ answer }) => answer !== 'none yet');
    },
    { deadlineMs: 90_000, intervalMs: 500 },
  );
}

beforeAll(async () => {
  cluster = await startControlPlane({ kwok: false });
  kubectl = kubectlFor(cluster);
  receiver = await createUnreliableReceiver(contacts, 'agreed', seededRandom(seed + 1));
  await install(cluster, { secrets: { enabled: true } });
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'lines', namespace },
    stringData: { signing: 'agreed', ...Object.fromEntries(contacts.map((contact) => [contact, receiver.url(contact)])) },
  });
  operator = await startOperator(cluster, { leaderElect: false, flags: ['--allow-addresses', '127.0.0.0/8'] });
  await operator.stop('SIGKILL');
  await cluster.apply(coverage);
  for (let killed = 0; killed < kills; killed += 1) {
    const { after, withinMs } = points[killed % points.length]!;
    await startUntil(after);
    await delay(systemClock, random() * withinMs);
    await kill();
  }
  await quiet();
}, 600_000);

afterAll(async () => {
  const received = receiver?.tellings ?? [];
  const sent = [...Map.groupBy(received, ({ key }) => key).values()];
  const again = sent.flatMap((tellings) => tellings.slice(1 + tellings.findIndex(({ answer }) => answer === 'taken')));
  const lines = [
    `${kills} kills (seed ${seed}): ${[...moments].map(([moment, times]) => `${times} ${moment}`).join(', ')}`,
    `${open.flat().length + ended.length} findings, ${ended.length} of them resolved`,
    `${received.length} messages received under ${sent.length} keys: ${received.length - sent.length} repeats, ${again.length} of them of what had been taken`,
  ];
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
  await operator?.stop();
  await receiver?.stop();
  await cluster?.stop();
}, 60_000);

const byKey = () => [...Map.groupBy(receiver.tellings, ({ key }) => key).values()];
/** Each message to a contact once, but for the test. */
const toldTo = (contact: string) =>
  byKey()
    .map(([first]) => first!)
    .filter((telling) => telling.contact === contact && telling.message.kind !== 'Test')
    .map(({ message }) => message);
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

it('kills fell before runs were recorded, during deliveries and between delivery and record', () => {
  expect([...moments.keys()]).toEqual(
    expect.arrayContaining(['before its run was recorded', 'during a delivery', 'between delivery and record']),
  );
});

it('every repeat of a message has the key and, byte for byte, the body of the first', () => {
  const repeated = byKey().filter((tellings) => tellings.length > 1);
  expect(repeated.length).toBeGreaterThan(0);
  const bodies = (tellings: readonly Telling[]) => [...new Set(tellings.map(({ contact, body }) => `${contact} ${body}`))];
  expect(repeated.map(bodies).filter(({ length }) => length > 1)).toEqual([]);
});

it('every message was taken in the end, with a genuine signature', () => {
  expect(byKey().filter((tellings) => !tellings.some(({ answer }) => answer === 'taken'))).toEqual([]);
  expect(receiver.tellings.filter(({ genuine }) => !genuine)).toEqual([]);
});

it('each contact has one test message', () => {
  const tests = byKey().flatMap(([first]) => (first!.message.kind === 'Test' ? [first!.contact] : []));
  expect(tests.sort()).toEqual(contacts);
});

describe.each(contacts)('%s', (contact) => {
  it.each([
    ['every finding', 'opened', () => [...open.flat(), ...ended]],
    ['the end of every finding that is over', 'resolved', () => ended],
  ] as const)('is told of %s under one key, by name or in the number that a message says', (_, list, faults) => {
    const messages = toldTo(contact);
    const named = messages.flatMap((message) => message[list]);
    const objects = named.map(({ object }) => object);
    expect(named.filter(({ step }) => step !== steps[contact])).toEqual([]);
    expect(objects.filter((object, index) => objects.indexOf(object) !== index)).toEqual([]);
    expect(objects.filter((object) => !faults().map(objectOf).includes(object))).toEqual([]);
    expect(sum(messages.map((message) => message[`${list}Total`]))).toBe(faults().length);
    // Who is not named is in a message that has no room for more names.
    const full = messages.filter((message) => message[`${list}Total`] > message[list].length);
    expect(full.filter((message) => message[list].length < 20)).toEqual([]);
  });
});
