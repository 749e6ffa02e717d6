import { now } from '../../../test/fixtures/cluster.ts';
import { KubeError } from '../../kube/errors.ts';
import type { KubeRequest, Transport } from '../../kube/transport.ts';
import { type ControlPlaneLeases, controlPlaneLeases } from './control-plane-leases.ts';

interface Read {
  /** When it is read, minutes after `now`. */
  at: number;
  /** What the Lease says then, minutes after `now`; absent: there is none. */
  renewed?: number;
  holder?: string;
}

const later = (minutes: number) => now.add({ seconds: Math.round(minutes * 60) });

/** Reads the scheduler's Lease again and again, as passes do, and gives the last answer. */
async function read(...reads: Read[]): Promise<ControlPlaneLeases> {
  let before: ControlPlaneLeases | undefined;
  for (const { at, renewed, holder = 'a' } of reads) {
    const json = async ({ path }: KubeRequest) => {
      if (renewed === undefined || !path.endsWith('/kube-scheduler')) throw new KubeError('NotFound', 'not found', { code: 404 });
      return { spec: { holderIdentity: holder, renewTime: later(renewed).toString({ fractionalSecondDigits: 6 }) } };
    };
    const transport = { json } as unknown as Transport;
    before = await controlPlaneLeases.ask({ transport, signal: new AbortController().signal, list: () => [], now: later(at), before });
  }
  return before ?? {};
}

const minutes = (value: number) => value * 60_000;
const schedulers = async (...reads: Read[]) => {
  const lease = (await read(...reads))['kube-scheduler'];
  return lease && { age: lease.age, lag: lease.lag };
};

describe('the first read', () => {
  it('has the age by our clock and knows nothing of the holder’s', async () => {
    expect(await read({ at: 0, renewed: -3, holder: 'b' })).toEqual({
      'kube-scheduler': { holder: 'b', renewTime: later(-3), age: minutes(3), lag: undefined },
    });
  });

  it('has nothing where there is no Lease, or none that was ever renewed', async () => {
    expect(await read({ at: 0 })).toEqual({});
    const transport = { json: async () => ({ spec: {} }) } as unknown as Transport;
    expect(
      await controlPlaneLeases.ask({ transport, signal: new AbortController().signal, list: () => [], now, before: undefined }),
    ).toEqual({});
  });

  it('fails where the Lease may not be read', async () => {
    const refused = new KubeError('Forbidden', 'forbidden', { code: 403 });
    const transport = { json: () => Promise.reject(refused) } as unknown as Transport;
    const answer = controlPlaneLeases.ask({ transport, signal: new AbortController().signal, list: () => [], now, before: undefined });
    await expect(answer).rejects.toBe(refused);
  });
});

describe('a second read', () => {
  it('learns from a renewal how far the holder’s clock is behind', async () => {
    expect(await schedulers({ at: 0, renewed: -5 }, { at: 15, renewed: 10 })).toEqual({ age: minutes(5), lag: minutes(5) });
  });

  it('or ahead', async () => {
    expect(await schedulers({ at: 0, renewed: 3 }, { at: 15, renewed: 18 })).toEqual({ age: -minutes(3), lag: -minutes(3) });
  });

  it('learns nothing where nothing was renewed', async () => {
    expect(await schedulers({ at: 0, renewed: -5 }, { at: 15, renewed: -5 })).toEqual({ age: minutes(20), lag: undefined });
  });

  it('does not take for a clock that is behind what was renewed after the first read and then no longer', async () => {
    expect(await schedulers({ at: 0, renewed: 0 }, { at: 60, renewed: 30 })).toEqual({ age: minutes(30), lag: 0 });
  });

  it('begins anew with another holder, whose clock may be another', async () => {
    const reads = [
      { at: 0, renewed: 0 },
      { at: 15, renewed: 15 },
      { at: 30, renewed: 25, holder: 'b' },
    ];
    expect(await schedulers(...reads)).toEqual({ age: minutes(5), lag: undefined });
  });
});

it('later reads do not take for a clock that is behind what is renewed now and then only', async () => {
  const reads = [
    { at: 0, renewed: 0 },
    { at: 15, renewed: 15 },
    { at: 45, renewed: 25 },
    { at: 75, renewed: 50 },
  ];
  expect(await schedulers(...reads)).toEqual({ age: minutes(25), lag: 0 });
});

it('later reads keep what renewals have shown, and never think better of a Lease that is no longer renewed', async () => {
  const reads = [
    { at: 0, renewed: -5 },
    { at: 15, renewed: 10 },
    { at: 30, renewed: 12 },
    { at: 45, renewed: 12 },
  ];
  expect(await schedulers(...reads)).toEqual({ age: minutes(33), lag: minutes(5) });
});
