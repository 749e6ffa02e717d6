import { namespace as ofOperator } from '../../installation/operator.ts';
import { namespace, type Scenario, type World } from './scenario.ts';

/** Scenarios that a support calendar makes. There is one of them in a cluster, so each state of it is one for both checks. */

interface State {
  /** Days until support for the cluster's minor ends. */
  days: number;
  /** Minors from the cluster's to the newest. */
  behind: number;
}

/** Support for other minors, and for the same one elsewhere, has ended, and others are further ahead. */
async function keep({ cluster, apply }: World, { days, behind }: State, inNamespace = ofOperator): Promise<void> {
  const { serverVersion } = await cluster.kubectlJson<{ serverVersion: { minor: string } }>(['version']);
  const minor = Number(serverVersion.minor);
  const today = Temporal.Now.plainDateISO('UTC');
  const entry = (left: number) => ({ endOfLife: today.add({ days: left }).toString() });
  const calendar = {
    validUntil: today.add({ days: 1 }).toString(),
    newest: { upstream: `1.${minor + behind}`, eks: `1.${minor + 9}` },
    distributions: {
      upstream: { [`1.${minor - 1}`]: entry(-1), [`1.${minor}`]: entry(days), [`1.${minor + 1}`]: entry(500) },
      eks: { [`1.${minor}`]: entry(-1) },
    },
  };
  await apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'support-calendar', namespace: inNamespace },
    data: { 'calendar.json': JSON.stringify(calendar) },
  });
}

// A day more than the threshold of 90, as the day may change while the test runs.
const fine: State = { days: 92, behind: 1 };
const faulty: State = { days: 0, behind: 2 };

const versionEol: Scenario = {
  check: 'version-eol',
  object: 'Cluster/local',
  prepare: ({ apply }) => apply(namespace('version-eol')),
  fault: (world) => keep(world, faulty),
  mend: (world) => keep(world, { days: 500, behind: 0 }),
  lookAlikes: [
    {
      what: "support that ends in three months, and has ended for an older minor and for the same one in another provider's calendar",
      arrange: (world) => keep(world, fine),
    },
    { what: 'a ConfigMap of the same name in another namespace', arrange: (world) => keep(world, faulty, 'version-eol') },
  ],
};

const versionBehind: Scenario = {
  check: 'version-behind',
  object: 'Cluster/local',
  prepare: ({ apply }) => apply(namespace('version-behind')),
  fault: (world) => keep(world, faulty),
  mend: (world) => keep(world, { days: 500, behind: 0 }),
  lookAlikes: [
    { what: 'one minor that is newer, and another provider that is nine ahead', arrange: (world) => keep(world, fine) },
    { what: 'a ConfigMap of the same name in another namespace', arrange: (world) => keep(world, faulty, 'version-behind') },
  ],
};

export const calendars: readonly Scenario[] = [versionEol, versionBehind];
