import { waitFor } from '../../controlplane/wait.ts';
import { kubectlFor } from '../../installation/coverage.ts';
import { ago, createNode, disrupted, leaving, looksLike, takenBack } from './own-nodes.ts';
import type { Scenario, World } from './scenario.ts';

/** A node `<check>-1` gets a condition that is reported, and then loses it. Conditions are dated, so the check can keep its own time. */
function fromCondition(check: string, holds: string, type: string, bad: string, lookAlikes: Scenario['lookAlikes']): Scenario {
  const node = `${check}-1`;
  const good = bad === 'True' ? 'False' : 'True';
  return {
    check,
    object: `Node/${node}`,
    settings: { for: holds },
    prepare: async (world) => void (await createNode(world, check)),
    fault: ({ condition }) => condition('node', node, { type, status: bad, since: ago({ hours: 2 }) }),
    mend: ({ condition }) => condition('node', node, { type, status: good }),
    lookAlikes,
  };
}

const notReady = () => ({ type: 'Ready', status: 'False', reason: 'KubeletNotReady', since: ago({ hours: 2 }) });

const nodeNotReady = fromCondition('node-not-ready', '15m', 'Ready', 'False', [
  looksLike('a node that restarts', 'restarting', { conditions: [{ ...notReady(), since: ago({ minutes: 2 }) }] }),
  looksLike('one that is cordoned for repair', 'repaired', { conditions: [notReady()], cordoned: true }),
  looksLike('one that cluster-autoscaler removes', 'scaled-in', { conditions: [notReady()], ...leaving }),
  looksLike('one that Karpenter replaces', 'replaced', { conditions: [notReady()], ...disrupted }),
  {
    what: 'one that is deleted and held by a finalizer',
    arrange: async (world) => {
      const name = await createNode(world, 'terminating', { conditions: [notReady()] });
      await world.patch('node', name, { metadata: { finalizers: ['karpenter.sh/termination'] } });
      await world.remove('node', name);
    },
  },
  looksLike('one that has just been made and has not said anything', 'joining', { silent: true }),
]);

const pressure = (type: string) => ({ type, status: 'True', reason: 'KubeletHasPressure', since: ago({ hours: 2 }) });

const nodePressure = fromCondition('node-pressure', '1h', 'MemoryPressure', 'True', [
  looksLike('a node that is short of disk for a moment', 'short-pressure', {
    conditions: [{ ...pressure('DiskPressure'), since: ago({ minutes: 1 }) }],
  }),
  looksLike('one that cluster-autoscaler removes', 'leaving-pressure', { conditions: [pressure('PIDPressure')], ...leaving }),
  looksLike('one whose kubelet does not know', 'unknown-pressure', { conditions: [{ ...pressure('MemoryPressure'), status: 'Unknown' }] }),
]);

const noNetwork = () => ({ type: 'NetworkUnavailable', status: 'True', reason: 'NoRouteCreated', since: ago({ hours: 2 }) });

const nodeNetworkUnavailable = fromCondition('node-network-unavailable', '1h', 'NetworkUnavailable', 'True', [
  looksLike('a node that waits for its route after it has started', 'new-network', {
    conditions: [{ ...noNetwork(), since: ago({ minutes: 1 }) }],
  }),
  looksLike('one that is cordoned for repair', 'cordoned-network', { conditions: [noNetwork()], cordoned: true }),
  looksLike('one that its provider takes back', 'spot-network', { conditions: [noNetwork()], ...takenBack }),
]);

const problem = (type: string, since = ago({ hours: 2 })) => ({ type, status: 'True', reason: 'Test', since });

const nodeProblem = fromCondition('node-problem', '1h', 'KernelDeadlock', 'True', [
  looksLike('conditions of other types, which are True where all is well', 'healthy-conditions', {
    conditions: [problem('EtcdIsVoter'), problem('GPUReady'), { ...problem('ReadonlyFilesystem'), status: 'False' }],
  }),
  looksLike('a problem that has just come', 'new-problem', { conditions: [problem('FrequentKubeletRestart', ago({ minutes: 1 }))] }),
  looksLike('a broken node that Karpenter replaces', 'replaced-problem', { conditions: [problem('ReadonlyFilesystem')], ...disrupted }),
]);

const readyFlapping = 'node-ready-flapping';

/** Writes the condition and waits until a pass has seen it: node-not-ready, which holds after 15 minutes, finds the node or does not. */
async function becomes(world: World, name: string, ready: 'True' | 'False', minutes: number): Promise<void> {
  await world.condition('node', name, { type: 'Ready', status: ready, since: ago({ minutes }) });
  const { runNow, report } = kubectlFor(world.cluster);
  await waitFor(`the operator to see that Ready of ${name} is ${ready}`, async (see) => {
    await runNow('level1');
    const findings = (await report('level1.local'))?.status?.findings ?? [];
    const found = see(findings.filter(({ check, object }) => check === 'node-not-ready' && object === `Node/${name}`));
    return found.length === (ready === 'False' ? 1 : 0);
  });
}

async function restart(world: World, name: string, minutes: number): Promise<void> {
  await becomes(world, name, 'False', minutes);
  await becomes(world, name, 'True', minutes - 5);
}

const nodeReadyFlapping: Scenario = {
  check: readyFlapping,
  object: `Node/${readyFlapping}-1`,
  settings: { for: '0s', parameters: { windowMinutes: '60' } },
  prepare: async (world) => void (await createNode(world, readyFlapping)),
  fault: async (world) => {
    await restart(world, `${readyFlapping}-1`, 50);
    await restart(world, `${readyFlapping}-1`, 40);
  },
  mend: ({ remove }) => remove('node', `${readyFlapping}-1`),
  lookAlikes: [
    {
      what: 'a new node that restarts once after it has joined',
      arrange: async (world) => restart(world, await createNode(world, 'restarted'), 50),
    },
    {
      what: 'one that is not ready once, for one reason after the other',
      arrange: async (world) => {
        const name = await createNode(world, 'reasons');
        await becomes(world, name, 'False', 20);
        const since = ago({ minutes: 20 });
        for (const reason of ['KubeletNotReady', 'ContainerRuntimeDown', 'NetworkNotReady'])
          await world.condition('node', name, { type: 'Ready', status: 'False', reason, since });
        await becomes(world, name, 'True', 5);
      },
    },
    {
      what: 'one that is cordoned for maintenance and restarted twice',
      arrange: async (world) => {
        const name = await createNode(world, 'maintained');
        await restart(world, name, 50);
        await restart(world, name, 40);
        await world.cluster.kubectl(['cordon', name]);
      },
    },
  ],
};

export const nodeConditions: readonly Scenario[] = [nodeNotReady, nodePressure, nodeNetworkUnavailable, nodeProblem, nodeReadyFlapping];
