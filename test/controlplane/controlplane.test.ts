import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ControlPlane, startControlPlane } from './controlplane.ts';
import { waitFor } from './wait.ts';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

interface NodeObject {
  metadata: { uid: string };
  spec: { taints?: { key: string; effect: string }[] };
  status: { conditions?: Condition[]; nodeInfo: { kubeletVersion: string }; allocatable: Record<string, string> };
}

interface Pod {
  metadata: { name: string };
  spec: { nodeName?: string };
  status: { phase: string; podIP?: string; conditions?: Condition[] };
}

interface List<T> {
  items: T[];
}

/** Command lines of the processes that name this directory, from /proc. */
function processesNaming(directory: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return []; // it ended in the meantime
      }
    })
    .filter((commandLine) => commandLine.includes(directory));
}

function deployment(name: string, options: { replicas: number; cpu: string }) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: options.replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'example.org/app:1', resources: { requests: { cpu: options.cpu } } }] },
      },
    },
  };
}

describe('the test control plane', () => {
  let cluster: ControlPlane;

  beforeAll(async () => {
    // Short enough for a test, long enough for a busy machine; the fake kubelets then renew every 2 seconds.
    cluster = await startControlPlane({ nodeMonitorGraceSeconds: 8 });
    await cluster.createNodes(3, { prefix: 'worker', labels: { pool: 'a' }, cpu: 2, version: 'v1.36.1' });
  }, 120_000);

  afterAll(async () => {
    await cluster?.stop();
  }, 30_000);

  async function node(name: string): Promise<NodeObject> {
    return await cluster.kubectlJson<NodeObject>(['get', 'node', name]);
  }

  async function readyCondition(name: string): Promise<Condition | undefined> {
    return (await node(name)).status.conditions?.find((condition) => condition.type === 'Ready');
  }

  async function podsOf(app: string): Promise<Pod[]> {
    return (await cluster.kubectlJson<List<Pod>>(['get', 'pods', `--selector=app=${app}`])).items;
  }

  async function podsRunning(app: string, count: number): Promise<Pod[]> {
    return await waitFor(`${count} pods of ${app} to run`, async (see) => {
      const pods = see(await podsOf(app));
      return pods.length === count && pods.every((pod) => pod.status.phase === 'Running') ? pods : undefined;
    });
  }

  it('announces the Kubernetes version it was built from', async () => {
    const { serverVersion } = await cluster.kubectlJson<{ serverVersion: { gitVersion: string } }>(['version']);
    expect(serverVersion.gitVersion).toBe('v1.37.2');
  });

  it('makes created nodes Ready with the version and size that were asked for', async () => {
    const worker = await node('worker-1');
    expect(worker.status.conditions?.map(({ type, status }) => `${type}=${status}`).sort()).toEqual([
      'DiskPressure=False',
      'MemoryPressure=False',
      'NetworkUnavailable=False',
      'PIDPressure=False',
      'Ready=True',
    ]);
    expect(worker.status.nodeInfo.kubeletVersion).toBe('v1.36.1');
    expect(worker.status.allocatable).toEqual({ cpu: '2', memory: '16Gi', pods: '110' });
    expect(worker.spec.taints).toBeUndefined();
  });

  it('runs the pods of a Deployment on the nodes', async () => {
    await cluster.apply(deployment('web', { replicas: 2, cpu: '100m' }));
    const pods = await podsRunning('web', 2);
    expect(pods.map((pod) => pod.spec.nodeName)).toEqual([expect.stringMatching(/^worker-/), expect.stringMatching(/^worker-/)]);
    expect(pods.every((pod) => pod.status.podIP?.startsWith('10.244.'))).toBe(true);
  }, 30_000);

  it('completes a Job', async () => {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.org/job:1' }] } };
    await cluster.apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once', namespace: 'default' }, spec: { template } });
    await cluster.kubectl(['wait', 'job/once', '--for=condition=Complete', '--timeout=30s']);
  }, 40_000);

  it('reports a pod that fits on no node as unschedulable', async () => {
    await cluster.apply(deployment('huge', { replicas: 1, cpu: '64' }));
    const condition = await waitFor('the scheduler to give up on the pod', async (see) => {
      const [pod] = see(await podsOf('huge'));
      return pod?.status.conditions?.find(({ type }) => type === 'PodScheduled');
    });
    expect(condition).toMatchObject({ status: 'False', reason: 'Unschedulable', message: expect.stringContaining('Insufficient cpu') });
  }, 40_000);

  it('leaves node conditions that a test writes as they are', async () => {
    const write = async (...conditions: Condition[]) => {
      const patch = JSON.stringify({ status: { conditions } });
      await cluster.kubectl(['patch', 'node', 'worker-2', '--subresource=status', '--type=strategic', `--patch=${patch}`]);
    };
    const taintKeys = async () => (await node('worker-2')).spec.taints?.map(({ key }) => key) ?? [];
    const notReady = { type: 'Ready', status: 'False', reason: 'KubeletNotReady' };
    const pressure = { type: 'MemoryPressure', status: 'True', reason: 'KubeletHasInsufficientMemory' };

    await write(notReady, pressure);

    // The taints show that those who watch nodes have seen the change, the fake kubelet among them.
    await waitFor('both taints', async (see) => {
      const keys = see(await taintKeys());
      return keys.includes('node.kubernetes.io/not-ready') && keys.includes('node.kubernetes.io/memory-pressure');
    });
    expect((await node('worker-2')).status.conditions).toEqual(
      expect.arrayContaining([expect.objectContaining(notReady), expect.objectContaining(pressure)]),
    );

    await write({ ...notReady, status: 'True' }, { ...pressure, status: 'False' });
    await waitFor('the taints to go', async (see) => see(await taintKeys()).length === 0);
  }, 60_000);

  it('turns a silenced node Unknown and unreachable, and Ready again when it reports', async () => {
    const before = await readyCondition('worker-3');
    await cluster.silenceNode('worker-3');

    const silent = await waitFor(
      'worker-3 to be Unknown and unreachable',
      async (see) => {
        const { status, spec } = see(await node('worker-3'));
        const ready = status.conditions?.find((condition) => condition.type === 'Ready');
        const taint = spec.taints?.find(({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute');
        return ready?.status === 'Unknown' && taint ? ready : undefined;
      },
      { deadlineMs: 45_000 },
    );
    expect(silent.reason).toBe('NodeStatusUnknown');

    await cluster.unsilenceNode('worker-3');
    const after = await waitFor('worker-3 to be Ready', async (see) => {
      const ready = see(await readyCondition('worker-3'));
      return ready?.status === 'True' ? ready : undefined;
    });
    expect(after.lastTransitionTime).not.toBe(before?.lastTransitionTime);
  }, 90_000);

  it('gives a ServiceAccount what RBAC grants and nothing more', async () => {
    await cluster.apply([
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace: 'default' } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'node-reader' },
        rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'node-reader' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'node-reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'default' }],
      },
    ]);
    const kubeconfig = await cluster.kubeconfigFor({ namespace: 'default', serviceAccount: 'reader' });

    const allowed = await cluster.kubectl(['get', 'nodes', '--output=name'], { kubeconfig });
    const denied = await cluster.kubectl(['get', 'secrets'], { kubeconfig, allowFailure: true });

    expect(allowed.stdout).toContain('node/worker-1');
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('User "system:serviceaccount:default:reader" cannot list resource "secrets"');
  }, 30_000);

  it('keeps its data and address when the API server alone is stopped and started', async () => {
    const { uid } = (await node('worker-1')).metadata;
    const apiserver = cluster.components['kube-apiserver'];
    const { pid } = apiserver;

    await apiserver.stop();
    const away = await cluster.kubectl(['get', 'nodes'], { allowFailure: true });
    await apiserver.start();

    expect(away.stderr).toContain('refused');
    expect(apiserver.pid).not.toBe(pid);
    expect((await node('worker-1')).metadata.uid).toBe(uid);
    // The controllers and the scheduler, which stayed up, work on.
    await cluster.apply(deployment('later', { replicas: 1, cpu: '100m' }));
    await podsRunning('later', 1);
  }, 120_000);

  it('lets connections to a paused API server hang until it is resumed', async () => {
    const apiserver = cluster.components['kube-apiserver'];
    await apiserver.pause();
    await expect(cluster.kubectl(['get', '--raw', '/livez'], { timeoutMs: 1000 })).rejects.toThrow('did not end within 1 s');
    await apiserver.resume();
    expect((await cluster.kubectl(['get', '--raw', '/livez'])).stdout).toBe('ok');
  }, 30_000);

  it('says which component failed, with the end of its log, and leaves nothing running', async () => {
    const failure = startControlPlane({ extraArgs: { 'kube-scheduler': ['--no-such-flag'] } });
    await expect(failure).rejects.toThrow(/kube-scheduler ended while starting \(exit code 1\)[\s\S]*unknown flag: --no-such-flag/);
    const error = await failure.catch((reason: unknown) => reason);
    const directory = /\/\S*controlplane-\w+/.exec(String(error))?.[0] ?? 'no directory in the message';
    expect(existsSync(directory)).toBe(false);
    expect(processesNaming(directory)).toEqual([]);
  }, 120_000);
});

describe('the end of the test control plane', () => {
  it('leaves no process and no directory when it is stopped', async () => {
    const cluster = await startControlPlane();
    expect(processesNaming(cluster.dir)).toHaveLength(6);
    await cluster.stop();
    expect(processesNaming(cluster.dir)).toEqual([]);
    expect(existsSync(cluster.dir)).toBe(false);
  }, 120_000);

  it('leaves no process and no directory when the program that started it is killed', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./start-and-stay.ts', import.meta.url))], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    const directory = await waitFor('the child to start a control plane', () => /^(\/.*)\n/.exec(printed)?.[1], { deadlineMs: 90_000 });
    expect(processesNaming(directory)).toHaveLength(6);

    child.kill('SIGKILL');

    await waitFor('every process to be gone', (see) => see(processesNaming(directory)).length === 0, { deadlineMs: 10_000 });
    await waitFor('the directory to be gone', () => !existsSync(directory), { deadlineMs: 10_000 });
  }, 120_000);
});
