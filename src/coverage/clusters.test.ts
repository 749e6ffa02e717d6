import { createRemotesWorld, type FakeLink, kubeconfig, refused, scope } from '../../test/fixtures/remotes.ts';
import { KubeError } from '../kube/errors.ts';
import { maxRemotes } from './clusters.ts';

const us = 'https://us.example.com';
const eu = 'https://eu.example.com';
const worlds: ReturnType<typeof createRemotesWorld>[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map(({ clusters }) => clusters.close()));
});

function world() {
  const created = createRemotesWorld();
  worlds.push(created);
  const { clusters, clock, links } = created;
  const prodUs = scope('prod-us', 'us');
  return {
    ...created,
    find: (remembered?: string) => clusters.find('support', prodUs, remembered),
    retain: async (tier: 'Level1' | 'Level2' = 'Level1', coverage = 'support/production') => {
      clusters.retain(coverage, [scope('local'), prodUs], tier);
      await clock.settle();
    },
    /** Servers of the connections that are open, with whether their watches run. */
    open: () => links.filter(({ closed }) => !closed).map(({ server, running }) => `${server}${running ? ' running' : ''}`),
    last: (): FakeLink => links.at(-1)!,
  };
}

/** One cluster that can be reached and is read. */
async function reached() {
  const created = world();
  created.secret('us', us);
  created.servers.set(us, { uid: 'uid-us' });
  await created.retain();
  created.last().settle();
  created.takeChanges();
  return created;
}

describe('the cluster that the operator runs in', () => {
  it('is the one that needs no kubeconfig, and says which it is once that is known', async () => {
    const { clusters, local, clock } = world();
    expect(clusters.find('support', scope('local'))).toEqual(local);
    await clock.settle();
    expect(clusters.find('support', scope('prod-eu'))).toEqual({ ...local, uid: 'uid-home' });
  });
});

describe('a cluster by kubeconfig', () => {
  it('is reached at first use, by nobody’s waiting, and whoever needs it is told', async () => {
    const { secret, servers, clusters, find, retain, takeChanges, last, open } = world();
    secret('us', us);
    servers.set(us, { uid: 'uid-us' });
    clusters.retain('support/production', [scope('prod-us', 'us')], 'Level1');
    // Not a problem yet: else every start of the operator would be one.
    expect(find()).toEqual({ observer: expect.objectContaining({}) });
    expect(find().observer.view('prod-us').knowledge('nodes')).toEqual({
      ...{ state: 'Stale', message: 'the cluster is being read for the first time' },
    });
    expect([find().observer.isCurrent(), takeChanges()]).toEqual([false, []]);
    await retain();
    expect(find()).toEqual({ observer: last().observer, transport: expect.anything(), uid: 'uid-us' });
    expect(takeChanges()).toContain('support/production');
    expect(open()).toEqual([`${us} running`]);
  });

  it('is one for all coverages that name the same Secret, and is forgotten with the last of them', async () => {
    const { clusters, retain, open, clock, forgotten, find } = await reached();
    await retain('Level1', 'support/staging');
    expect(open()).toEqual([`${us} running`]);
    clusters.release('support/production');
    await clock.settle();
    expect([open(), forgotten]).toEqual([[`${us} running`], []]);
    clusters.retain('support/staging', [scope('local')], 'Level1');
    await clock.settle();
    expect([open(), forgotten]).toEqual([[], ['support/us/kubeconfig']]);
    expect(find().observer.view('prod-us').knowledge('nodes').state).toBe('Stale');
  });

  it('is another one in another namespace', async () => {
    const { clusters, secrets, clock, open, servers } = await reached();
    secrets.set('elsewhere/us', { kubeconfig: kubeconfig(eu) });
    servers.set(eu, { uid: 'uid-eu' });
    clusters.retain('elsewhere/production', [scope('prod-us', 'us')], 'Level1');
    await clock.settle();
    expect(open()).toEqual([`${us} running`, `${eu} running`]);
    expect(clusters.find('elsewhere', scope('prod-us', 'us')).uid).toBe('uid-eu');
  });

  it('is watched for what the highest tier needs, and nothing is missing while that changes', async () => {
    const { retain, clock, find, last, open, clusters } = await reached();
    const before = last();
    await retain('Level2', 'support/staging');
    await clock.advance(5_000);
    expect([last().tier, find().observer === before.observer]).toEqual(['Level2', true]);
    expect(open()).toEqual([`${us} running`, `${us} running`]);
    last().settle();
    await clock.settle();
    expect([find().observer === last().observer, before.closed, open()]).toEqual([true, true, [`${us} running`]]);
    clusters.release('support/staging');
    await clock.advance(5_000);
    expect(last().tier).toBe('Level1');
  });

  it(`has a place among ${maxRemotes}; one more is told so, and gets the place that becomes free`, async () => {
    const { clusters, clock, links } = world();
    const scopes = Array.from({ length: maxRemotes + 1 }, (_, index) => scope(`c${index}`, `s${index}`));
    clusters.retain('support/many', scopes, 'Level1');
    await clock.settle();
    expect(clusters.find('support', scopes.at(-1)!).problem).toMatch(/^64 clusters are read through kubeconfigs already: /);
    expect(clusters.find('support', scopes[0]!).problem).toMatch(/^the Secret support\/s0 does not exist/);
    clusters.retain('support/many', scopes.slice(1), 'Level1');
    await clock.settle();
    expect(clusters.find('support', scopes.at(-1)!).problem).toMatch(/^the Secret support\/s64 does not exist/);
    expect(links).toEqual([]);
  });
});

describe('what is wrong with a kubeconfig', () => {
  it.each<[string, Record<string, string> | KubeError | undefined, RegExp]>([
    ['its Secret is missing', undefined, /^the Secret support\/us does not exist: create it as docs/],
    [
      'it may not be read',
      new KubeError('Forbidden', 'secrets "us" is forbidden', { code: 403 }),
      /may not be read .*secrets\.enabled.*is forbidden$/,
    ],
    [
      'it could not be read',
      new KubeError('Transient', 'etcd has no leader', { code: 503 }),
      /^the Secret support\/us could not be read: etcd/,
    ],
    ['its key is missing', { config: 'x' }, /^the Secret support\/us has no key kubeconfig: /],
    ['it is refused', { kubeconfig: '{}' }, /^the kubeconfig in the Secret support\/us is refused: current-context is missing/],
  ])('is said where %s, and mended without a restart', async (_, content, problem) => {
    const { secrets, secret, servers, retain, find, clock } = world();
    if (content) secrets.set('support/us', content);
    await retain();
    expect(find().problem).toMatch(problem);
    expect(find().observer.view('prod-us').knowledge('nodes')).toEqual({ state: 'Stale', message: find().problem });
    secret('us', us);
    servers.set(us, { uid: 'uid-us' });
    await clock.advance(20_000);
    expect(find()).toMatchObject({ uid: 'uid-us' });
    expect(find().problem).toBeUndefined();
  });

  it('leaves the last good connection as it is', async () => {
    const { secrets, find, last, clock, takeChanges, open } = await reached();
    secrets.delete('support/us');
    await clock.advance(60_000);
    expect(find()).toMatchObject({ observer: last().observer, uid: 'uid-us', problem: expect.stringContaining('does not exist') });
    expect([takeChanges(), open()]).toEqual([['support/production'], [`${us} running`]]);
  });

  it('is not that the operator’s own API server is away for a while', async () => {
    const { secrets, find, clock } = await reached();
    secrets.set('support/us', new KubeError('Transient', 'connect ECONNREFUSED', { reason: 'ECONNREFUSED' }));
    await clock.advance(600_000);
    expect(find().problem).toBeUndefined();
  });
});

describe('new credentials in the Secret', () => {
  it('are used within a minute, by the same watches', async () => {
    const { secret, last, clock, find, links } = await reached();
    expect(await last().authorization()).toBe('Bearer opaque-token');
    secret('us', us, 'newer-token');
    await clock.advance(61_000);
    expect(await last().authorization()).toBe('Bearer newer-token');
    expect([links.length, find().problem]).toEqual([1, undefined]);
  });

  it('are read at once where the old ones are refused', async () => {
    const { secret, last, clock } = await reached();
    await clock.advance(6_000);
    secret('us', us, 'newer-token');
    expect(await last().authorization()).toBe('Bearer newer-token');
  });

  it('are read once for many refusals', async () => {
    const { last, clock, reads } = await reached();
    await clock.advance(6_000);
    const before = reads();
    await Promise.all(Array.from({ length: 50 }, () => last().authorization()));
    expect(reads()).toBe(before + 1);
  });

  it('for another address are not shown to the old one', async () => {
    const { secret, links, clock, servers } = await reached();
    servers.set(eu, { uid: 'uid-us' });
    secret('us', eu, 'newer-token');
    await clock.advance(61_000);
    expect(await links[0]!.authorization()).toBe('Bearer opaque-token');
    expect(await links[1]!.authorization()).toBe('Bearer newer-token');
  });
});

describe('another address of the same cluster', () => {
  it('takes over once its watches have settled', async () => {
    const { secret, servers, links, clock, find, open } = await reached();
    secret('us', eu);
    servers.set(eu, { uid: 'uid-us' });
    await clock.advance(61_000);
    expect(find()).toMatchObject({ observer: links[0]!.observer });
    links[1]!.settle();
    await clock.settle();
    expect(find()).toMatchObject({ observer: links[1]!.observer, uid: 'uid-us' });
    expect(open()).toEqual([`${eu} running`]);
  });

  it('takes over after a minute where they do not settle', async () => {
    const { secret, servers, links, clock, find } = await reached();
    secret('us', eu);
    servers.set(eu, { uid: 'uid-us' });
    await clock.advance(60_000 + 59_000);
    expect(find()).toMatchObject({ observer: links[0]!.observer });
    await clock.advance(1_000);
    expect(find()).toMatchObject({ observer: links[1]!.observer });
  });

  it('that does not answer leaves the old one, and says so; taken back, nothing has happened', async () => {
    const { secret, servers, links, clock, find, open } = await reached();
    secret('us', eu);
    servers.set(eu, { error: refused('10.0.0.9:443') });
    await clock.advance(61_000);
    expect(find()).toMatchObject({
      observer: links[0]!.observer,
      problem: `cannot be reached: ${eu}: connect ECONNREFUSED 10.0.0.9:443`,
    });
    secret('us', us);
    await clock.advance(20_000);
    expect([find().problem, open()]).toEqual([undefined, [`${us} running`]]);
  });
});

describe('a cluster that does not answer', () => {
  it('is known as that within seconds, and hides and delays no other', async () => {
    const { clusters, clock, secret, servers } = world();
    secret('us', us);
    secret('eu', eu);
    servers.set(us, 'silent');
    servers.set(eu, { uid: 'uid-eu' });
    clusters.retain('support/production', [scope('prod-us', 'us'), scope('prod-eu', 'eu')], 'Level1');
    await clock.settle();
    expect(clusters.find('support', scope('prod-eu', 'eu'))).toMatchObject({ uid: 'uid-eu' });
    await clock.advance(5_000);
    expect(clusters.find('support', scope('prod-us', 'us')).problem).toBe(`cannot be reached: ${us} gave no answer in 5 s`);
  });

  it('and did before is noticed by the first request that fails, and seen again as soon as it answers', async () => {
    const { servers, last, clock, find, takeChanges } = await reached();
    await clock.advance(10_000);
    servers.set(us, { error: refused('10.0.0.1:443') });
    last().trouble();
    await clock.settle();
    expect(find()).toMatchObject({ observer: last().observer, problem: `cannot be reached: ${us}: connect ECONNREFUSED 10.0.0.1:443` });
    expect(takeChanges()).toEqual(['support/production']);
    await clock.advance(7_000);
    servers.set(us, { uid: 'uid-us' });
    last().recover();
    await clock.settle();
    expect([find().problem, takeChanges()]).toEqual([undefined, ['support/production']]);
  });

  it('is asked once in twenty seconds, however many requests fail', async () => {
    const { servers, last, clock, reads } = await reached();
    servers.set(us, { error: refused('10.0.0.1:443') });
    last().trouble();
    await clock.advance(10_000);
    const before = reads();
    for (let second = 0; second < 60; second += 1) {
      last().trouble();
      await clock.advance(1_000);
    }
    expect(reads() - before).toBe(3);
  });

  it('to some requests only is asked once in five seconds at most', async () => {
    const { last, clock, reads, find } = await reached();
    await clock.advance(10_000);
    const before = reads();
    for (let second = 0; second < 60; second += 1) {
      last().trouble();
      await clock.advance(1_000);
    }
    expect(reads() - before).toBeLessThanOrEqual(13);
    expect(find().problem).toBeUndefined();
  });

  it.each<[string, KubeError, RegExp]>([
    [
      'does not know the credentials',
      new KubeError('Forbidden', 'Unauthorized', { code: 401 }),
      /does not know the credentials in the Secret support\/us \(401\): write a new token/,
    ],
    [
      'does not permit to ask which it is',
      new KubeError('Forbidden', 'namespaces "kube-system" is forbidden', { code: 403 }),
      /apply deploy\/remote-cluster\.yaml there: namespaces/,
    ],
  ])('or %s says so', async (_, error, problem) => {
    const { secret, servers, retain, find } = world();
    secret('us', us);
    servers.set(us, { error });
    await retain();
    expect(find().problem).toMatch(problem);
  });
});

describe('another cluster than before', () => {
  it('is not read under the name that remembers the former one, which stays remembered', async () => {
    const { find, last } = await reached();
    expect(find('uid-us')).toMatchObject({ observer: last().observer, uid: 'uid-us' });
    const handle = find('uid-former');
    expect(handle).toMatchObject({
      uid: 'uid-former',
      problem: expect.stringMatching(/^the kubeconfig in the Secret us leads to another cluster than before .*give prod-us another name/),
    });
    expect([handle.transport, handle.observer === last().observer]).toEqual([undefined, false]);
    expect(handle.observer.view('prod-us').knowledge('nodes')).toEqual({ state: 'Stale', message: handle.problem });
  });

  it('is seen where the kubeconfig leads elsewhere, at once and without the old data', async () => {
    const { secret, servers, clock, find, open } = await reached();
    secret('us', eu);
    servers.set(eu, { uid: 'uid-eu' });
    await clock.advance(60_000);
    expect(open()).toEqual([`${eu} running`]);
    expect(find('uid-us').problem).toMatch(/its kube-system has the uid uid-eu, it was uid-us/);
  });

  it('is seen where it answers at the same address', async () => {
    const { servers, clock, find, links } = await reached();
    servers.set(us, { uid: 'uid-rebuilt' });
    await clock.advance(60_000);
    expect(find('uid-us').problem).toMatch(/another cluster than before/);
    expect(find()).toMatchObject({ observer: links[1]!.observer, uid: 'uid-rebuilt' });
    expect([links[0]!.closed, links[1]!.running]).toEqual([true, true]);
  });

  it('is no longer a problem once the former kubeconfig is back', async () => {
    const { secret, servers, clock, find } = await reached();
    secret('us', eu);
    servers.set(eu, { uid: 'uid-eu' });
    await clock.advance(60_000);
    secret('us', us);
    await clock.advance(60_000);
    expect(find('uid-us')).toMatchObject({ uid: 'uid-us' });
    expect(find('uid-us').problem).toBeUndefined();
  });

  it('is not said while nobody answers', async () => {
    const { secret, servers, retain, find } = world();
    secret('us', us);
    servers.set(us, { error: refused('10.0.0.1:443') });
    await retain();
    expect(find('uid-us')).toMatchObject({ uid: 'uid-us', problem: expect.stringMatching(/^cannot be reached/) });
  });

  it('is also the one that the operator runs in, where a name stood for another', async () => {
    const { clusters, clock } = world();
    await clock.settle();
    expect(clusters.find('support', scope('prod'), 'uid-us').problem).toMatch(/^the operator runs in another cluster than before/);
  });
});

it('at the end every connection is closed', async () => {
  const { clusters, links, clock } = await reached();
  await clusters.close();
  expect(links.map(({ running, closed }) => [running, closed])).toEqual([[false, true]]);
  await clock.advance(600_000);
  expect([links.length, clock.pending]).toEqual([1, 0]);
});
