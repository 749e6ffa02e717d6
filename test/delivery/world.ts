import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, type Operator, namespace as operatorNamespace, startOperator } from '../installation/operator.ts';
import { startFlux } from './flux.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import { deliveryNamespace, gitRepository, namespace, policy, targetNamespace } from './objects.ts';

export interface FluxCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

/** What the operator found, as the report has it. */
export interface Found {
  check: string;
  object: string;
  severity: string;
  stage?: string;
  cause?: string;
  message: string;
  /** When it began. */
  firstSeen: string;
  openedAt: string;
}

/** A control plane with the real Flux controllers, a Git server, and the operator with one coverage of what Flux delivers. */
export interface DeliveryWorld {
  cluster: ControlPlane;
  git: GitServer;
  /** The address of the repository `apps`, of which there is a GitRepository. */
  url: string;
  operator: Operator;
  /** What the controllers have written of each object of the namespace, by `Kind/name`. */
  conditions(): Promise<Map<string, FluxCondition[]>>;
  /** Runs the checks, and returns what the two of Flux found, by `Kind/name`. */
  findings(): Promise<Map<string, Found>>;
  /** Merges fields into the spec of `Kind/name`. */
  patch(object: string, spec: object): Promise<void>;
  /** Changes for how many days something may be suspended. */
  allowSuspension(days: number): Promise<void>;
  /** The text of the whole report. */
  report(): Promise<string>;
  stop(): Promise<void>;
}

const coverageName = 'delivery';

/**
 * How long what is wrong has to hold: longer than what waits takes to look again (2 s), and longer than a Kustomization is False between two
 * health checks (3 s), so that what is found is found across attempts.
 */
const hold = '5s';

function coverage(suspendedDays: number) {
  const parameters = { suspendedDays: String(suspendedDays) };
  const settings = [
    { check: 'flux-source', for: hold },
    { check: 'flux-kustomization', for: hold, parameters },
  ];
  return {
    ...{ apiVersion: 'platformsupport.io/v1alpha1', kind: 'SupportCoverage' },
    metadata: { name: coverageName, namespace: operatorNamespace },
    spec: { tier: 'Level3', scope: { deliveryTooling: ['Flux'] }, checks: { schedule: '0 0 1 1 *', settings } },
  };
}

export async function createDeliveryWorld(files: Readonly<Record<string, string>>): Promise<DeliveryWorld> {
  const cluster = await startControlPlane();
  const flux = await startFlux(cluster);
  const git = await startGitServer(flux.directory);
  const kubectl = kubectlFor(cluster, { deadlineMs: 90_000 });
  const url = git.url('apps');
  await git.commit('apps', files);
  await git.commit('private/shop', files);
  await cluster.createNodes(2);
  await install(cluster);
  await cluster.apply([namespace(deliveryNamespace), namespace(targetNamespace), ...policy]);
  await cluster.apply(gitRepository('apps', { url, interval: '2s' }));
  const operator = await startOperator(cluster);
  await cluster.apply(coverage(7));
  await kubectl.condition(coverageName, 'DeliveryHealthy', 'True');
  return {
    ...{ cluster, git, url, operator },
    conditions: () => conditionsIn(cluster),
    findings: () => findingsOf(kubectl),
    patch: async (object, spec) => {
      const [kind = '', name = ''] = object.split('/');
      await cluster.kubectl(['patch', kind, name, '-n', deliveryNamespace, '--type=merge', '-p', JSON.stringify({ spec })]);
    },
    allowSuspension: (days) => cluster.apply(coverage(days)),
    report: async () => JSON.stringify(await kubectl.report(`${coverageName}.local`)),
    stop: async () => {
      await operator.stop();
      await flux.stop();
      await git.stop();
      await cluster.stop();
    },
  };
}

async function conditionsIn(cluster: ControlPlane): Promise<Map<string, FluxCondition[]>> {
  type Listed = { items: { kind: string; metadata: { name: string }; status?: { conditions?: FluxCondition[] } }[] };
  const { items } = await cluster.kubectlJson<Listed>(['get', 'gitrepositories,kustomizations', '-n', deliveryNamespace]);
  return new Map(items.map(({ kind, metadata, status }) => [`${kind}/${metadata.name}`, status?.conditions ?? []]));
}

async function findingsOf(kubectl: Kubectl): Promise<Map<string, Found>> {
  await kubectl.runNow(coverageName);
  const report = await kubectl.report(`${coverageName}.local`);
  const ofFlux = (report?.status?.findings ?? []).filter(({ check }) => check.startsWith('flux-'));
  return new Map(ofFlux.map((finding) => [finding.object.replace(`/${deliveryNamespace}/`, '/'), finding as Found]));
}

/**
 * Waits until each of these objects has been in the state that is asked of it, if only for a moment, and returns the condition that showed it.
 * An object that never was is left out once the deadline has passed.
 */
export async function seenOnce(
  world: DeliveryWorld,
  wanted: ReadonlyMap<string, (conditions: readonly FluxCondition[]) => FluxCondition | undefined>,
): Promise<Map<string, FluxCondition>> {
  const seen = new Map<string, FluxCondition>();
  await waitFor(
    'the Flux controllers to write what they find',
    async (see) => {
      const all = await world.conditions();
      for (const [object, pick] of wanted) {
        const found = pick(all.get(object) ?? []);
        if (found && !seen.has(object)) seen.set(object, found);
      }
      return see([...wanted.keys()].filter((object) => !seen.has(object)).map((object) => [object, all.get(object)])).length === 0;
    },
    { deadlineMs: 120_000, intervalMs: 200 },
  ).catch((error: Error) => process.stderr.write(`${error.message}\n`));
  return seen;
}
