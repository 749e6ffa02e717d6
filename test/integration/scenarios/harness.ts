import type { Tier } from '../../../src/api/v1alpha1/fields.ts';
import { featureNames } from '../../../src/observe/features.ts';
import { type ControlPlane, startControlPlane } from '../../controlplane/controlplane.ts';
import { waitFor } from '../../controlplane/wait.ts';
import { kubectlFor } from '../../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../../installation/operator.ts';
import { createWorld, type Scenario, type World } from './scenario.ts';

export interface Suite {
  /** Of the coverage. */
  name: string;
  tier: Tier;
  scenarios: readonly Scenario[];
  /** Further fields of the coverage's spec: what is covered, what counts as up to date. Asked for after `start`. */
  spec?: () => object;
  /** Of the operator, further ones. */
  flags?: readonly string[];
  extraArgs?: NonNullable<Parameters<typeof startControlPlane>[0]>['extraArgs'];
  /** Besides the cluster. */
  start?: () => Promise<void>;
  stop?: () => Promise<void>;
}

interface Step {
  what: string;
  work: (world: World) => Promise<void>;
}

/** What each check found, as `check object` with its message. */
type Found = Map<string, string>;

const keyOf = ({ check, object }: { check: string; object: string }) => `${check} ${object}`;

/**
 * Tries every scenario on the real API server, under the permissions of the chart with every switch on. All faults are there at once, then
 * all are mended, the last first, then all that only looks like a fault is there at once.
 */
export function tryScenarios({ name, tier, scenarios, spec = () => ({}), flags = [], extraArgs, start, stop }: Suite): void {
  const found: Record<'before' | 'fault' | 'mended' | 'lookAlikes', Found> = {
    before: new Map(),
    fault: new Map(),
    mended: new Map(),
    lookAlikes: new Map(),
  };
  const wanted = scenarios.map(keyOf);
  const told = scenarios.flatMap(({ lookAlikes }) => lookAlikes.flatMap(({ toldBy }) => (toldBy ? [keyOf(toldBy)] : [])));
  let cluster: ControlPlane;
  let operator: Operator;

  async function findings(): Promise<Found> {
    const kubectl = kubectlFor(cluster);
    await kubectl.runNow(name);
    const all = (await kubectl.report(`${name}.local`))?.status?.findings ?? [];
    return new Map(all.map((finding) => [keyOf(finding), finding.message]));
  }

  /** Runs passes until what is missing has come or the deadline has passed: then the tests say which. */
  async function until(description: string, done: (seen: Found) => boolean): Promise<Found> {
    let last: Found = new Map();
    const probe = async (see: (value: unknown) => unknown) => {
      last = await findings();
      see([...last.keys()]);
      return done(last);
    };
    await waitFor(description, probe, { deadlineMs: 60_000, intervalMs: 1_000 }).catch(() => undefined);
    return last;
  }

  beforeAll(async () => {
    await start?.();
    cluster = await startControlPlane({ ...(extraArgs ? { extraArgs } : {}) });
    const world = createWorld(cluster);
    /** One step after the other; an error says which it was. */
    const inTurn = async (steps: readonly Step[]) => {
      for (const { what, work } of steps) {
        await work(world).catch((error: unknown) => {
          throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
        });
      }
    };
    await cluster.createNodes(6, { prefix: 'worker' });
    await install(cluster, { features: switches });
    await inTurn(scenarios.flatMap(({ check, prepare }) => (prepare ? { what: `${check}, to prepare`, work: prepare } : [])));
    operator = await startOperator(cluster, { flags: ['--features', featureNames.join(','), ...flags] });
    const settings = scenarios.map(({ check, settings: own }) => ({ check, for: '0s', ...own }));
    await cluster.apply({
      apiVersion: 'platformsupport.io/v1alpha1',
      kind: 'SupportCoverage',
      metadata: { name, namespace },
      spec: { tier, checks: { schedule: '0 0 1 1 *', settings }, ...spec() },
    });
    found.before = await findings();
    await inTurn(scenarios.map(({ check, fault }) => ({ what: `${check}, its fault`, work: fault })));
    found.fault = await until('every fault to be found', (seen) => wanted.every((key) => seen.has(key)));
    await inTurn(scenarios.map(({ check, mend }) => ({ what: `${check}, to mend it`, work: mend })).toReversed());
    found.mended = await until('every finding to be resolved', (seen) => wanted.every((key) => !seen.has(key)));
    await inTurn(
      scenarios.flatMap(({ check, lookAlikes }) => lookAlikes.map(({ what, arrange }) => ({ what: `${check}, ${what}`, work: arrange }))),
    );
    // What watches bring takes a moment; a false alarm may come in any of these passes.
    for (let pass = 0; pass < 5; pass += 1) found.lookAlikes = new Map([...found.lookAlikes, ...(await findings())]);
  }, 600_000);

  afterAll(async () => {
    process.stdout.write(`\n${tableOf(scenarios, found.fault, found.mended)}\n\n`);
    await operator?.stop();
    await cluster?.stop();
    await stop?.();
  }, 60_000);

  describe.each(scenarios.map((scenario) => [scenario.check, scenario] as const))('%s', (check, scenario) => {
    it('fires on its fault, which was not there before', () => {
      expect(found.fault.get(keyOf(scenario))).toBeDefined();
      expect(found.before.get(keyOf(scenario))).toBeUndefined();
    });

    it('resolves when it is mended', () => {
      expect(found.mended.get(keyOf(scenario))).toBeUndefined();
    });

    it(`is silent: ${scenario.lookAlikes.map(({ what }) => what).join('; ')}`, () => {
      const alarms = [...found.lookAlikes].filter(([key]) => key.startsWith(`${check} `) && !found.mended.has(key) && !told.includes(key));
      expect(alarms).toEqual([]);
      const elsewhere = scenario.lookAlikes.flatMap(({ toldBy }) => (toldBy ? [keyOf(toldBy)] : []));
      expect(elsewhere.filter((key) => !found.lookAlikes.has(key))).toEqual([]);
    });
  });
}

/** The chart's values for every switch. */
const switches = Object.fromEntries(
  featureNames.map((feature) => [feature.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), true]),
);

function tableOf(scenarios: readonly Scenario[], fault: Found, mended: Found): string {
  const yes = (value: boolean) => (value ? 'yes' : 'NO');
  const rows = scenarios.map((scenario) => {
    const key = keyOf(scenario);
    return `| ${scenario.check} | ${yes(fault.has(key))} | ${yes(!mended.has(key))} | ${scenario.lookAlikes.map(({ what }) => what).join('; ')} |`;
  });
  return ['| Check | Fired | Resolved | Silent about |', '|---|---|---|---|', ...rows].join('\n');
}
