import { readFileSync } from 'node:fs';
import { waitFor } from '../controlplane/wait.ts';
import type { Case, LookAlike } from './case.ts';
import type { Files } from './git-server.ts';
import { kustomizationCases, kustomizationLookAlikes } from './kustomization-cases.ts';
import { sourceCases, sourceLookAlikes } from './source-cases.ts';
import { createDeliveryWorld, type DeliveryWorld, type FluxCondition, type Found, seenOnce } from './world.ts';

const cases: readonly Case[] = [...sourceCases, ...kustomizationCases];
const lookAlikes: readonly LookAlike[] = [...sourceLookAlikes, ...kustomizationLookAlikes];
/** Those that write something; what is suspended from birth does not. */
const shown = lookAlikes.filter(({ shows }) => shows.status);
const suspended = lookAlikes.filter(({ object, thenPatch }) => object.startsWith('Kustomization/') && (thenPatch || /born-/.test(object)));

/** Longer than a health check that fails takes with all that follows it: then everything has been tried again. */
const watchedMs = 45_000;

type Pass = Map<string, Found>;

let world: DeliveryWorld;
let written: Map<string, FluxCondition>;
/** While everything is broken, from when every fault had been found. */
const broken: Pass[] = [];
let mended: Pass;
let impatient: Pass;
/** What was refused is refused again after it had been applied in between. */
const relapsing = 'Kustomization/denied';
let relapsed: Pass;
let relapsedAt: Temporal.Instant;

/** The condition by which the controller says that it failed. */
const saysSo =
  ({ says }: Case) =>
  (conditions: readonly FluxCondition[]) =>
    conditions.find(({ type, status, reason }) => type === 'Ready' && status === 'False' && reason === says);

/** What shows that a look-alike is in its state. */
const showsSo =
  ({ shows }: LookAlike) =>
  (conditions: readonly FluxCondition[]) =>
    conditions.find(({ type, status }) => type === shows.type && status === shows.status);

async function passes(until: (pass: Pass) => boolean, description: string, deadlineMs: number): Promise<Pass> {
  let last: Pass = new Map();
  await waitFor(
    description,
    async (see) => {
      last = await world.findings();
      see([...last.keys()]);
      return until(last);
    },
    { deadlineMs, intervalMs: 500 },
  ).catch(() => undefined); // the tests say what is missing
  return last;
}

/** All repositories and objects of the faults and look-alikes, and what the controllers then write. */
async function breakAll(): Promise<void> {
  const place = { git: world.git, url: world.url };
  await world.cluster.apply([...lookAlikes, ...cases].flatMap((each) => each.arrange(place)));
  const picks = [
    ...cases.map((each) => [each.object, saysSo(each)] as const),
    ...shown.map((each) => [each.object, showsSo(each)] as const),
  ];
  written = await seenOnce(world, new Map(picks));
  for (const { object, thenPatch } of lookAlikes) if (thenPatch) await world.patch(object, thenPatch);
}

async function mendAll(): Promise<void> {
  const place = { git: world.git, url: world.url };
  await world.git.commit('apps', filesOf('mendedFiles'));
  const manifests = [];
  for (const { mend } of cases) manifests.push(...((await mend?.(place)) ?? []));
  await world.cluster.apply(manifests);
}

/** The content of the repository `apps`, broken or mended. */
function filesOf(state: 'files' | 'mendedFiles'): Files {
  return Object.assign({}, ...lookAlikes.map(({ files }) => files), ...cases.map((each) => each[state]));
}

beforeAll(async () => {
  world = await createDeliveryWorld(filesOf('files'));
  await breakAll();
  broken.push(await passes((pass) => cases.every(({ object }) => pass.has(object)), 'every fault to be found', 120_000));
  const end = performance.now() + watchedMs;
  await passes((pass) => broken.push(pass) > 0 && performance.now() >= end, 'everything to be tried again', watchedMs + 30_000);
  await mendAll();
  mended = await passes((pass) => cases.every(({ object }) => !pass.has(object)), 'every finding to be resolved', 120_000);
  relapsedAt = Temporal.Now.instant().round({ smallestUnit: 'second', roundingMode: 'floor' });
  await world.git.commit('apps', { ...filesOf('mendedFiles'), ...cases.find(({ object }) => object === relapsing)?.files });
  relapsed = await passes((pass) => pass.has(relapsing), 'what was mended to fail again', 60_000);
  await world.allowSuspension(0);
  impatient = await passes((pass) => suspended.every(({ object }) => pass.has(object)), 'suspensions to be found', 30_000);
}, 600_000);

afterAll(async () => {
  process.stdout.write(`\n${table()}\n\n`);
  await world?.stop();
}, 60_000);

describe.each(cases.map((each) => [each.title, each] as const))('%s', (_, { object, check, says, stage, cause, names }) => {
  it('is what its controller says', () => {
    expect(written.get(object)).toMatchObject({ reason: says });
  });

  it('is found where it is and by what, and the message says where to look', () => {
    expect(broken[0]?.get(object)).toMatchObject({ check, severity: 'warning', stage, cause, message: expect.stringMatching(names) });
  });

  it('stays one finding with one message, however often it is tried again', () => {
    const seen = broken.map((pass) => pass.get(object));
    expect(seen).not.toContain(undefined);
    expect(new Set(seen.map((found) => JSON.stringify([found?.openedAt, found?.message]))).size).toBe(1);
    expect(seen.length).toBeGreaterThan(10);
  });

  it('is resolved when it is mended', () => {
    expect(mended.get(object)).toBeUndefined();
  });
});

it.each(lookAlikes.map((each) => [each.title, each] as const))('%s is no finding', (_, { object, shows }) => {
  expect(written.get(object)?.status).toBe(shows.status);
  expect([...broken, mended].flatMap((pass) => pass.get(object) ?? [])).toEqual([]);
});

it('what fails again as it failed before has begun anew, so that it has to hold for as long as any other', () => {
  const { firstSeen } = relapsed.get(relapsing)!;
  expect(Temporal.Instant.compare(Temporal.Instant.from(firstSeen), relapsedAt)).toBeGreaterThanOrEqual(0);
});

it('what is suspended is told of, as info, where no day of it is allowed', () => {
  const told = suspended.map(({ object }) => impatient.get(object));
  expect(told).toEqual(suspended.map(() => expect.objectContaining({ check: 'flux-kustomization', severity: 'info' })));
});

it('no credential of the Git server is in the report or in the log of the operator', async () => {
  const { password } = world.git.credentials;
  expect(await world.report()).not.toContain(password);
  expect(readFileSync(world.operator.log, 'utf8')).not.toContain(password);
});

function table(): string {
  const rows = cases.map(({ title, object }) => {
    const found = broken[0]?.get(object);
    return `| ${[title, written?.get(object)?.reason, found?.stage, found?.cause, found?.message].map((cell) => cell ?? 'NONE').join(' | ')} |`;
  });
  return ['| What is wrong | The controller says | Stage | Cause | The finding says |', '|---|---|---|---|---|', ...rows].join('\n');
}
