import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';

/**
 * A control plane, and the operator with one coverage that has an open finding and an approved baseline. It runs without leader election, so
 * that it is the same process before and after a fault; who loses the lease ends, and is another file's matter.
 */
export interface ChaosWorld {
  cluster: ControlPlane;
  kubectl: Kubectl;
  operator: Operator;
  /**
   * One fault from its beginning to the proof that nothing was lost, repeated or re-dated. `fault` resolves once the fault is over, to what
   * the operator said meanwhile.
   */
  survive(title: string, fault: () => Promise<string>): Promise<void>;
  /** Adds a line to the table of faults. */
  note(title: string, said: string, seconds: number, compared: string): void;
  /** The status that a condition of the coverage has in the metrics. */
  conditionMetric(type: string): Promise<string>;
  stop(): Promise<void>;
}

export const coverageName = 'chaos';
const reportName = `${coverageName}.local`;

export const coverage = {
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name: coverageName, namespace },
  spec: {
    tier: 'Level1',
    checks: {
      schedule: '0 0 1 1 *',
      settings: [
        { check: 'obs-metrics-server', for: '0s' },
        // Nodes whose heartbeats find no API server again and again do flap: that is what the faults are, and no matter of memory.
        { check: 'node-ready-flapping', enabled: false, reason: 'the outages themselves' },
      ],
    },
    // A fault may be a permission that is taken away: then this role differs, which is not what is compared here.
    baseline: { ignore: [{ fact: 'cluster-roles', object: 'ClusterRole/support-coverage-operator', reason: 'the fault itself' }] },
  },
};

export async function createChaosWorld(options: { kubeconfig?: (cluster: ControlPlane) => Promise<string> } = {}): Promise<ChaosWorld> {
  const cluster = await startControlPlane();
  const kubectl = kubectlFor(cluster, { deadlineMs: 150_000 });
  await cluster.createNodes(3);
  await install(cluster);
  const kubeconfig = await options.kubeconfig?.(cluster);
  const operator = await startOperator(cluster, { leaderElect: false, ...(kubeconfig ? { kubeconfig } : {}) });
  const { pid } = operator;
  await cluster.apply(coverage);
  await kubectl.condition(coverageName, 'ObservabilityHealthy', 'False');
  await kubectl.approve(reportName);
  await kubectl.condition(coverageName, 'Onboarded', 'True');
  // What opens and resolves nothing is written half a minute later.
  await waitFor(
    'the report to be of the pass that saw the approval',
    async (see) =>
      see((await kubectl.report(reportName))?.status?.checks?.find(({ check }) => check === 'rbac-cluster-admin')?.outcome) ===
      'NotApplicable',
    { deadlineMs: 60_000 },
  );
  const rows = [['fault', 'meanwhile the operator said', 'recovered after', 'compared afterwards']];

  /**
   * What must be the same after a fault as before it: the report to the letter, and which Events there are. The account of the month is
   * apart, since what shows the recovery (one drift, begun and ended) is an entry of its own in it.
   */
  async function memory() {
    const report = await kubectl.report(reportName);
    const events = await cluster.kubectl([
      ...['get', 'events', '-A', '--field-selector', 'reportingComponent=platformsupport.io/support-coverage-operator'],
      ...['-o', 'jsonpath={range .items[*]}{.reason}/{.involvedObject.name} {end}'],
    ]);
    const own = events.stdout.split(' ').filter((event) => !event.includes('/after-') && !event.startsWith('FindingsChanged'));
    const { accounting, ...status } = report?.status ?? {};
    const opened = accounting?.at(-1)?.opened?.['Support/warning'] ?? 0;
    const resolved = accounting?.at(-1)?.resolved?.['Support/warning'] ?? 0;
    return { status, events: own.sort(), opened, resolved };
  }

  async function driftSeen(wanted: (objects: string[]) => boolean): Promise<void> {
    await waitFor(
      'the report to show what happens now',
      async (see) => {
        await kubectl.runNow(coverageName);
        return wanted(see(((await kubectl.report(reportName))?.status?.drift ?? []).map(({ object }) => object)));
      },
      { deadlineMs: 240_000, intervalMs: 250 },
    );
  }

  /** Waits until the API server answers, then until the operator shows what happens now: a PriorityClass made after the fault becomes drift. */
  async function recovery(name: string): Promise<number> {
    await waitFor(
      'the API server',
      async () => (await cluster.kubectl(['get', '--raw', '/readyz'], { allowFailure: true, timeoutMs: 5_000 })).code === 0,
      { deadlineMs: 60_000 },
    );
    const startedAt = performance.now();
    await cluster.apply({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value: 1 });
    await driftSeen((objects) => objects.includes(`PriorityClass/${name}`));
    const seconds = (performance.now() - startedAt) / 1000;
    await cluster.kubectl(['delete', 'priorityclass', name]);
    await driftSeen((objects) => objects.length === 0);
    return seconds;
  }

  const note: ChaosWorld['note'] = (title, said, seconds, compared) => rows.push([title, said, `${seconds.toFixed(1)} s`, compared]);

  return {
    ...{ cluster, kubectl, operator, note },
    survive: async (title, fault) => {
      const before = await memory();
      const said = await fault();
      const seconds = await recovery(`after-${rows.length}`);
      expect(await memory()).toEqual({ ...before, opened: before.opened + 1, resolved: before.resolved + 1 });
      expect(operator.pid).toBe(pid);
      note(title, said, seconds, 'report equal, no Event repeated, same process');
    },
    conditionMetric: async (type) => {
      const labels = `coverage="${coverageName}",coverage_namespace="${namespace}",type="${type}"`;
      for (const status of ['True', 'False', 'Unknown'])
        if ((await operator.metric(`supportcoverage_condition{${labels},status="${status}"}`)) === 1) return status;
      return 'absent';
    },
    stop: async () => {
      const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
      const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | '));
      process.stdout.write(`\n${lines.join('\n')}\n\n`);
      await operator.stop();
      await cluster.stop();
    },
  };
}

/** The length of a fault is a part of it. */
export async function lasting(ms: number): Promise<void> {
  const until = performance.now() + ms;
  await waitFor(`the fault to last ${ms / 1000} s`, () => performance.now() >= until, { deadlineMs: ms + 10_000, intervalMs: 100 });
}
