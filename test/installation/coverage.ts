import type { CoverageBaseline } from '../../src/api/v1alpha1/coveragebaseline.ts';
import type { CoverageReport } from '../../src/api/v1alpha1/coveragereport.ts';
import type { Condition } from '../../src/api/v1alpha1/fields.ts';
import type { SupportCoverage } from '../../src/api/v1alpha1/supportcoverage.ts';
import { reportingController } from '../../src/runtime/event-recorder.ts';
import type { Cluster } from '../controlplane/cluster-handle.ts';
import { waitFor } from '../controlplane/wait.ts';
import { namespace } from './operator.ts';

/** What a person would do and look at with kubectl. All names are of the operator's namespace. */
export interface Kubectl {
  coverage(name: string): Promise<SupportCoverage | undefined>;
  report(name: string): Promise<CoverageReport | undefined>;
  baseline(name: string): Promise<CoverageBaseline | undefined>;
  /** Waits until a condition has a status (and what else is asked of it), and returns it. */
  condition(name: string, type: string, status: Condition['status'], more?: (condition: Condition) => boolean): Promise<Condition>;
  /** Sets the run-at annotation to a new value and waits until that run is in the status. */
  runNow(name: string): Promise<SupportCoverage>;
  approve(baseline: string): Promise<void>;
  /** The operator's Events about an object, oldest first, as `reason: note`. */
  eventsAbout(kind: string, name: string, inNamespace?: string): Promise<string[]>;
}

export function kubectlFor(cluster: Cluster, options: { deadlineMs?: number } = {}): Kubectl {
  const deadlineMs = options.deadlineMs ?? 60_000;
  let runs = 0;

  async function get<T>(kind: string, name: string): Promise<T | undefined> {
    const { stdout } = await cluster.kubectl(['get', kind, name, '-n', namespace, '-o', 'json', '--ignore-not-found']);
    return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as T);
  }
  const coverage = (name: string) => get<SupportCoverage>('supportcoverage', name);

  return {
    coverage,
    report: (name) => get<CoverageReport>('coveragereport', name),
    baseline: (name) => get<CoverageBaseline>('coveragebaseline', name),
    condition: (name, type, status, more = () => true) =>
      waitFor(
        `${type}=${status} of ${name}`,
        async (see) =>
          see((await coverage(name))?.status?.conditions)?.find(
            (condition) => condition.type === type && condition.status === status && more(condition),
          ),
        { deadlineMs, intervalMs: 250 },
      ),
    runNow: async (name) => {
      runs += 1;
      const value = `test-${process.pid}-${runs}-${Date.now()}`;
      await cluster.kubectl(['annotate', 'supportcoverage', name, '-n', namespace, '--overwrite', `platformsupport.io/run-at=${value}`]);
      return waitFor(
        `the run ${value} of ${name}`,
        async (see) => {
          const found = see(await coverage(name));
          return found?.status?.lastHandledRunAt === value && found;
        },
        { deadlineMs },
      );
    },
    approve: async (baseline) => {
      const approval = { approvedBy: 'jane', approvedAt: new Date().toISOString() };
      await cluster.kubectl([
        'patch',
        'coveragebaseline',
        baseline,
        '-n',
        namespace,
        '--type',
        'merge',
        '-p',
        JSON.stringify({ spec: { approval } }),
      ]);
    },
    eventsAbout: async (kind, name, inNamespace = 'default') => {
      const { items } = await cluster.kubectlJson<{
        items: {
          reason: string;
          note: string;
          eventTime: string | null;
          reportingController?: string;
          regarding: { kind: string; name: string };
        }[];
      }>(['get', 'events.events.k8s.io', '-n', inNamespace]);
      return items
        .filter(
          ({ regarding, reportingController: by }) => by === reportingController && regarding.kind === kind && regarding.name === name,
        )
        .sort((a, b) => (a.eventTime ?? '').localeCompare(b.eventTime ?? ''))
        .map(({ reason, note }) => `${reason}: ${note}`);
    },
  };
}
