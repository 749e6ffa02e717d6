import { createFakeClock, type FakeClock } from '../../test/fakes/fake-clock.ts';
import { createMemoryApi, type MemoryApi } from '../../test/fakes/memory-api.ts';
import { KubeError } from '../kube/errors.ts';
import type { Lease } from '../kube/types.ts';
import { createLeaderElection, leaderIdentity } from './leader-election.ts';
import { silentLogger } from './logger.ts';
import { createRuntimeMetrics } from './metrics.ts';

const path = '/apis/coordination.k8s.io/v1/namespaces/operators/leases/operator';
const unreachable = () => {
  throw new KubeError('Transient', 'connect ECONNREFUSED', { reason: 'ECONNREFUSED' });
};

/** A process that takes part in the election, and what it was told. */
function candidate(api: MemoryApi, clock: FakeClock, identity: string, random = () => 0) {
  const told: string[] = [];
  const shutdown = new AbortController();
  let leadingSignal: AbortSignal | undefined;
  const election = createLeaderElection({
    ...{ transport: api, clock, random, identity, logger: silentLogger },
    ...{ namespace: 'operators', name: 'operator' },
  });
  const start = () =>
    election.run(shutdown.signal, {
      onStartedLeading: (leading) => {
        leadingSignal = leading;
        told.push('started');
      },
      onStoppedLeading: () => told.push('stopped'),
    });
  return { election, told, start, stop: () => shutdown.abort(), leading: () => leadingSignal };
}

function heldBy(holder: string, renewTime: string, spec: Lease['spec'] = {}): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'operator', namespace: 'operators' },
    spec: { holderIdentity: holder, leaseDurationSeconds: 15, acquireTime: renewTime, renewTime, leaseTransitions: 4, ...spec },
  };
}

function setup() {
  const clock = createFakeClock('2026-03-02T08:00:00Z');
  const api = createMemoryApi({ clock });
  return { clock, api, lease: () => api.read<Lease>(path)?.spec };
}

async function lead(clock: FakeClock, one: ReturnType<typeof candidate>): Promise<void> {
  void one.start();
  await clock.settle();
  expect(one.told).toEqual(['started']);
}

describe('taking the lease', () => {
  it('takes a lease that does not exist yet and says so in it', async () => {
    const { clock, api, lease } = setup();
    const one = candidate(api, clock, leaderIdentity('pod-1', 'uuid'));
    await lead(clock, one);
    expect(lease()).toEqual({
      holderIdentity: 'pod-1_uuid',
      leaseDurationSeconds: 15,
      acquireTime: '2026-03-02T08:00:00.000000Z',
      renewTime: '2026-03-02T08:00:00.000000Z',
      leaseTransitions: 0,
    });
    expect([one.election.isLeader(), one.election.mayWrite()]).toEqual([true, true]);
  });

  it('renews every two seconds without changing when it was taken', async () => {
    const { clock, api, lease } = setup();
    await lead(clock, candidate(api, clock, 'one'));
    await clock.advance(60_000);
    expect(api.requests.filter((request) => request.method === 'PUT')).toHaveLength(30);
    expect(lease()).toMatchObject({
      acquireTime: '2026-03-02T08:00:00.000000Z',
      renewTime: '2026-03-02T08:01:00.000000Z',
      leaseTransitions: 0,
    });
  });

  it.each(['2026-03-02T08:00:00.000000Z', '2019-01-01T00:00:00.000000Z', '2049-01-01T00:00:00.000000Z'])(
    'takes a dead holder’s lease after 15 s of its own time, whatever the time in it (%s)',
    async (renewTime) => {
      const { clock, api, lease } = setup();
      api.write(path, heldBy('dead', renewTime));
      const one = candidate(api, clock, 'one');
      void one.start();
      await clock.advance(14_900);
      expect(one.election.isLeader()).toBe(false);
      expect(lease()?.holderIdentity).toBe('dead');
      await clock.advance(2_000);
      expect(one.told).toEqual(['started']);
      expect(lease()).toMatchObject({ holderIdentity: 'one', leaseTransitions: 5, acquireTime: '2026-03-02T08:00:16.000000Z' });
    },
  );

  it('waits as long as the holder renews, though the holder’s clock is years slow and stands still between changes', async () => {
    const { clock, api, lease } = setup();
    const one = candidate(api, clock, 'one');
    api.write(path, heldBy('slow', '2001-01-01T00:00:00.000000Z'));
    void one.start();
    for (let second = 0; second < 60; second += 10) {
      await clock.advance(10_000);
      api.write(path, heldBy('slow', `2001-01-01T00:00:${String(second + 1).padStart(2, '0')}.000000Z`));
    }
    expect(one.election.isLeader()).toBe(false);
    expect(lease()?.holderIdentity).toBe('slow');
  });

  it('is not hurried by its own wall clock when that jumps a year ahead', async () => {
    const { clock, api } = setup();
    api.write(path, heldBy('dead', '2026-03-02T08:00:00.000000Z'));
    const one = candidate(api, clock, 'one');
    void one.start();
    await clock.advance(4_000);
    clock.setNow(Temporal.Instant.from('2027-03-02T08:00:00Z'));
    await clock.advance(10_000);
    expect(one.election.isLeader()).toBe(false);
  });

  it('waits for the duration that the holder wrote, where that is longer than its own', async () => {
    const { clock, api } = setup();
    api.write(path, heldBy('other-release', '2026-03-02T08:00:00.000000Z', { leaseDurationSeconds: 60 }));
    const one = candidate(api, clock, 'one');
    void one.start();
    await clock.advance(59_000);
    expect(one.election.isLeader()).toBe(false);
    await clock.advance(3_000);
    expect(one.election.isLeader()).toBe(true);
  });

  it('lets one of several stand-bys win when all try at the same moment', async () => {
    const { clock, api, lease } = setup();
    api.write(path, heldBy('dead', '2026-03-02T08:00:00.000000Z'));
    const all = ['one', 'two', 'three'].map((name) => candidate(api, clock, name));
    for (const each of all) void each.start();
    await clock.advance(16_000);
    expect(all.filter((each) => each.election.isLeader())).toHaveLength(1);
    expect(lease()?.leaseTransitions).toBe(5);
    await clock.advance(60_000);
    expect(all.map((each) => each.told).filter((told) => told.length > 0)).toEqual([['started']]);
  });

  it('does not lead when its write conflicts with another’s', async () => {
    const { clock, api, lease } = setup();
    api.write(path, heldBy('', '2026-03-02T08:00:00.000000Z'));
    api.intercept((request, proceed) => {
      if (request.method === 'PUT') api.write(path, heldBy('quicker', '2026-03-02T08:00:01.000000Z'));
      return proceed();
    });
    const one = candidate(api, clock, 'one');
    void one.start();
    await clock.settle();
    expect(one.election.isLeader()).toBe(false);
    expect(lease()?.holderIdentity).toBe('quicker');
  });

  it('spreads the retries of stand-bys between 2 and 4.4 s', async () => {
    for (const [random, tries] of [[0, 6] as const, [0.999, 3] as const]) {
      const { clock, api } = setup();
      api.write(path, heldBy('dead', '2026-03-02T08:00:00.000000Z'));
      void candidate(api, clock, 'one', () => random).start();
      await clock.advance(10_500);
      expect(api.requests).toHaveLength(tries);
    }
  });
});

describe('losing the lease', () => {
  it('stops leading once when renewing has failed for 10 s, before another can take over', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    const two = candidate(api, clock, 'two');
    await lead(clock, one);
    void two.start();
    await clock.advance(4_000);
    api.intercept((request, proceed) => {
      const body = request.body as Lease | undefined;
      return body?.spec?.holderIdentity === 'one' ? unreachable() : proceed();
    });
    await clock.advance(11_900);
    expect(one.told).toEqual(['started']);
    await clock.advance(200);
    expect(one.told).toEqual(['started', 'stopped']);
    expect(one.leading()?.aborted).toBe(true);
    expect([one.election.isLeader(), two.election.isLeader()]).toEqual([false, false]);
    await clock.advance(5_000);
    expect(two.election.isLeader()).toBe(true);
    expect(one.told).toEqual(['started', 'stopped']);
  });

  it('survives failures shorter than the renew deadline, also requests that hang', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    api.intercept(() => new Promise(() => {}));
    await clock.advance(6_000);
    api.intercept(undefined);
    await clock.advance(60_000);
    expect(one.told).toEqual(['started']);
    expect(one.election.mayWrite()).toBe(true);
  });

  it('gives up when every request hangs, none of them longer than 5 s', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    api.intercept(() => new Promise(() => {}));
    await clock.advance(12_100);
    expect(one.told).toEqual(['started', 'stopped']);
    expect(Math.max(...api.requests.map((request) => request.timeoutMs ?? Number.POSITIVE_INFINITY))).toBeLessThanOrEqual(5_000);
  });

  it('keeps the lease when a renewal arrived but its answer was lost', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    api.intercept((_request, proceed) => {
      proceed();
      api.intercept(undefined);
      return unreachable();
    });
    await clock.advance(10_000);
    expect(one.told).toEqual(['started']);
    expect(one.election.mayWrite()).toBe(true);
  });

  it('stops at its next renewal when another name stands in the lease', async () => {
    const { clock, api, lease } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    api.write(path, heldBy('two', '2026-03-02T08:00:01.000000Z'));
    await clock.advance(2_000);
    expect(one.told).toEqual(['started', 'stopped']);
    expect(lease()?.holderIdentity).toBe('two');
  });

  it('stops also when somebody emptied the lease, and does not take it back while its work winds down', async () => {
    const { clock, api, lease } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    api.write(path, heldBy('', '2026-03-02T08:00:01.000000Z'));
    await clock.advance(10_000);
    expect(one.told).toEqual(['started', 'stopped']);
    expect(lease()?.holderIdentity).toBe('');
  });

  it('makes the lease anew when somebody deleted it', async () => {
    const { clock, api, lease } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    api.remove(path);
    await clock.advance(4_000);
    expect(one.told).toEqual(['started']);
    expect(lease()?.holderIdentity).toBe('one');
  });

  it('goes on through another client’s change to the lease’s labels', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    const lease = api.read<Lease>(path) as Lease;
    api.write(path, { ...lease, metadata: { ...lease.metadata, labels: { team: 'platform' } } });
    await clock.advance(10_000);
    expect(one.told).toEqual(['started']);
    expect(api.read<Lease>(path)?.metadata?.labels).toEqual({ team: 'platform' });
  });
});

describe('writing', () => {
  it('is forbidden after a pause of the process until the lease is renewed', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    clock.freeze(9_900);
    expect(one.election.mayWrite()).toBe(true);
    clock.freeze(200);
    expect([one.election.isLeader(), one.election.mayWrite()]).toEqual([true, false]);
    await clock.advance(0);
    expect(one.election.mayWrite()).toBe(true);
  });

  it('stays forbidden after a pause in which another took the lease', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    clock.freeze(30_000);
    api.write(path, heldBy('two', '2026-03-02T08:00:20.000000Z'));
    expect(one.election.mayWrite()).toBe(false);
    await clock.advance(0);
    expect(one.told).toEqual(['started', 'stopped']);
    expect(one.election.mayWrite()).toBe(false);
  });

  it('counts a slow renewal from when it was asked for, not from its answer', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    api.intercept(async (request, proceed) => {
      const answer = proceed();
      if (request.method === 'POST') await new Promise<void>((resolve) => clock.after(4_000, resolve));
      return answer;
    });
    void one.start();
    await clock.advance(4_000);
    expect(one.election.mayWrite()).toBe(true);
    clock.freeze(6_100);
    expect(one.election.mayWrite()).toBe(false);
  });

  it('is never allowed to a stand-by', async () => {
    const { clock, api } = setup();
    api.write(path, heldBy('other', '2026-03-02T08:00:00.000000Z'));
    const one = candidate(api, clock, 'one');
    void one.start();
    await clock.advance(10_000);
    expect([one.election.mayWrite(), one.election.leaseIsStale()]).toEqual([false, false]);
  });

  it('calls the lease stale for /livez when it was not renewed for 25 s', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    clock.freeze(24_900);
    expect(one.election.leaseIsStale()).toBe(false);
    clock.freeze(200);
    expect(one.election.leaseIsStale()).toBe(true);
  });
});

describe('shutdown', () => {
  it('keeps the lease until told to release it, then lets the next take it at once', async () => {
    const { clock, api, lease } = setup();
    const one = candidate(api, clock, 'one');
    const two = candidate(api, clock, 'two');
    await lead(clock, one);
    void two.start();
    one.stop();
    await clock.advance(2_500);
    expect([lease()?.holderIdentity, one.election.isLeader()]).toEqual(['one', true]);
    await one.election.release();
    expect(lease()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    expect([one.election.isLeader(), one.election.mayWrite()]).toEqual([false, false]);
    await clock.advance(2_000);
    expect(two.told).toEqual(['started']);
    expect(lease()).toMatchObject({ holderIdentity: 'two', leaseDurationSeconds: 15, leaseTransitions: 1 });
    expect(one.told).toEqual(['started']);
  });

  it('does not call an ordered end a loss', async () => {
    const { clock, api } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    one.stop();
    await clock.advance(20_000);
    expect(one.told).toEqual(['started']);
    expect(one.leading()?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('never releases a lease that another holds', async () => {
    const { clock, api, lease } = setup();
    api.write(path, heldBy('other', '2026-03-02T08:00:00.000000Z'));
    const one = candidate(api, clock, 'one');
    void one.start();
    await clock.advance(4_000);
    await one.election.release();
    expect(lease()?.holderIdentity).toBe('other');
    expect(api.requests.every((request) => request.method === undefined)).toBe(true);
  });

  it('never releases a lease that another took since the last renewal', async () => {
    const { clock, api, lease } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    one.stop();
    api.write(path, heldBy('two', '2026-03-02T08:00:30.000000Z'));
    await one.election.release();
    expect(lease()?.holderIdentity).toBe('two');
  });

  it('releases also when the last renewal arrived without our knowing', async () => {
    const { clock, api, lease } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    api.intercept((_request, proceed) => {
      proceed();
      api.intercept(undefined);
      return new Promise(() => {});
    });
    await clock.advance(2_000);
    one.stop();
    await one.election.release();
    expect(lease()?.holderIdentity).toBe('');
  });

  it('ends without an error when the API server is gone at release', async () => {
    const { clock, api, lease } = setup();
    const one = candidate(api, clock, 'one');
    await lead(clock, one);
    one.stop();
    api.intercept(unreachable);
    await expect(one.election.release()).resolves.toBeUndefined();
    expect(lease()?.holderIdentity).toBe('one');
  });
});

it('shows on leader_election_master_status who leads', async () => {
  const { clock, api } = setup();
  const metrics = createRuntimeMetrics();
  const election = createLeaderElection({
    ...{ transport: api, clock, random: () => 0, identity: 'one', logger: silentLogger, metrics },
    ...{ namespace: 'operators', name: 'operator' },
  });
  const value = async () => (await metrics.leader.get()).values.map((each) => [each.labels.name, each.value]);
  expect(await value()).toEqual([['operator', 0]]);
  void election.run(new AbortController().signal, { onStartedLeading: () => {}, onStoppedLeading: () => {} });
  await clock.settle();
  expect(await value()).toEqual([['operator', 1]]);
  await election.release();
  expect(await value()).toEqual([['operator', 0]]);
});
