import { type Alertmanager, type Alertmanagers, superviseAlertmanagers } from '../../alertmanager/alertmanager.ts';
import { waitFor } from '../../controlplane/wait.ts';
import { kubectlFor } from '../../installation/coverage.ts';
import { rolledOut } from './monitoring-stack.ts';
import { kubeletSays } from './pod-status.ts';
import { deployment, namespace, type Scenario, type World } from './scenario.ts';

const check = 'alert-firing';
const seen = `${check}-seen`;
const config = 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n';

let programs: Alertmanagers;
let alertmanager: Alertmanager;

/** A real Alertmanager, which nothing but these scenarios tells of alerts. */
export const alerting = {
  start: async () => {
    programs = superviseAlertmanagers();
    alertmanager = await programs.add(config);
  },
  stop: () => programs.shutdown(),
  source: () => ({ alertmanager: { urls: [alertmanager.url] } }),
};

async function post(path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${alertmanager.url}/api/v2/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

/** As Prometheus tells it; it lasts for an hour unless it has ended. */
function tell(alertname: string, labels: Record<string, string>, { ended = false } = {}): Promise<void> {
  const times = { startsAt: at(-30), endsAt: ended ? at(-0.001) : at(60) };
  return post('alerts', [{ labels: { alertname, severity: 'warning', ...labels }, ...times }]);
}

/** Until then a replica may not know all alerts, and what is gone may come back. */
async function hasRunForLong(): Promise<void> {
  await waitFor(
    'the Alertmanager to have run for two minutes',
    async () => {
      const { uptime } = (await (await fetch(`${alertmanager.url}/api/v2/status`)).json()) as { uptime: string };
      return Date.now() - Date.parse(uptime) >= 120_000;
    },
    { deadlineMs: 130_000, intervalMs: 1_000 },
  );
}

/** Told after all others, so that who has read it has read them. */
async function tellAndSee({ cluster }: World): Promise<void> {
  await tell('Seen', { namespace: seen });
  await waitFor(
    'the last alert to be found',
    async (see) =>
      see((await kubectlFor(cluster).report('level2.local'))?.status?.findings)?.some(({ object }) => object === `Namespace/${seen}`),
    { deadlineMs: 90_000, intervalMs: 1_000 },
  );
}

const web = { namespace: check, deployment: 'web' };

const alertFiring: Scenario = {
  check,
  object: `Deployment/${check}/web`,
  prepare: async (world) => {
    await world.apply(
      namespace(check),
      namespace(seen),
      namespace(`other-${check}`),
      deployment('web', check),
      deployment('crashing', check),
    );
    await rolledOut(world, 'deployment/web', check);
  },
  fault: () => tell('CheckoutSlow', web),
  mend: async () => {
    await hasRunForLong();
    await tell('CheckoutSlow', web, { ended: true });
  },
  lookAlikes: [
    {
      what: 'an alert that is silenced',
      arrange: async () => {
        const matchers = [{ name: 'alertname', value: 'Silenced', isRegex: false, isEqual: true }];
        await post('silences', { matchers, startsAt: at(-1), endsAt: at(60), createdBy: 'jane', comment: 'known' });
        await tell('Silenced', web);
      },
    },
    { what: 'an alert of another cluster', arrange: () => tell('CheckoutSlow', { ...web, cluster: 'elsewhere' }) },
    { what: 'an alert that has ended', arrange: () => tell('Ended', web, { ended: true }) },
    { what: 'Watchdog', arrange: () => tell('Watchdog', { severity: 'none' }) },
    {
      what: 'what the operator itself tells',
      arrange: () => tell('SupportCoverageFinding', { coverage: 'level2', coverage_namespace: 'platform-support', cluster: 'local' }),
    },
    { what: 'an alert of a namespace that is not covered', arrange: () => tell('CheckoutSlow', { namespace: `other-${check}` }) },
    {
      what: 'an alert of what a check tells itself',
      toldBy: { check: 'pod-crashloop', object: `Deployment/${check}/crashing` },
      arrange: async (world) => {
        const last = { exitCode: 1, reason: 'Error', finished: { minutes: 1 } };
        await kubeletSays(world, 'crashing', check, { notReady: { minutes: 30 }, waiting: 'CrashLoopBackOff', last });
        await tell('KubePodCrashLooping', { namespace: check, deployment: 'crashing' });
      },
    },
    { what: 'all of these while another is told', toldBy: { check, object: `Namespace/${seen}` }, arrange: tellAndSee },
  ],
};

export const alerts: readonly Scenario[] = [alertFiring];
