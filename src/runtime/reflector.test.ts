import { bookmark, drip, end, event, initialEnd, list, raw, refuse, stream } from '../../test/fakes/fake-api-server.ts';
import { until } from '../../test/fixtures/connection.ts';
import { createReflectorBenches, pod, podsPath } from '../../test/fixtures/reflector.ts';

const benches = createReflectorBenches();
afterEach(() => benches.end());

const unsupported = refuse(422, 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled', {
  reason: 'Invalid',
});

describe('the first state as a stream', () => {
  it('is asked for as Kubernetes wants it, for five to ten minutes', async () => {
    for (const [random, timeoutSeconds] of [[0, '300'] as const, [0.9999, '599'] as const]) {
      const { server, start } = await benches.prepare({ random: () => random });
      server.on('GET', podsPath, [stream()]);
      start();
      const request = await until('the request', () => server.requests[0]);
      expect(request.query).toEqual({
        ...{ watch: '1', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true', timeoutSeconds },
      });
    }
  });

  it('counts only when the server says that it is complete', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [stream(event('ADDED', pod('cart', '3')), event('ADDED', pod('till', '5')), bookmark('7'))]);
    const { reflector, changes, stored, metric } = start();
    let synced = false;
    reflector.synced.then(() => {
      synced = true;
    });
    const bytes = [pod('cart', '3'), pod('till', '5')].map((object) => JSON.stringify({ type: 'ADDED', object }).length);
    await until(
      'both pods and the bookmark',
      async () => (await metric('supportcoverage_reflector_received_bytes_total')) > bytes[0]! + bytes[1]!,
    );
    expect([reflector.status().phase, synced, stored(), changes]).toEqual(['Starting', false, [], []]);
    await initialEnd('9')(server.requests[0]!);
    await reflector.synced;
    expect(reflector.status()).toEqual({ phase: 'Synced', message: '', silentMs: 0, unreadable: new Map() });
    expect(changes).toEqual(['added shop/cart Running', 'added shop/till Running']);
  });

  it('has what happened to an object while it was sent', async () => {
    const { server, start } = await benches.prepare();
    const parts = [event('ADDED', pod('a', '1')), event('ADDED', pod('b', '2')), event('ADDED', pod('c', '3'))];
    const later = [
      event('MODIFIED', pod('a', '4', 'Failed')),
      event('DELETED', pod('b', '5')),
      event('MODIFIED', pod('c', '6', 'Succeeded')),
    ];
    server.on('GET', podsPath, [stream(...parts, ...later, initialEnd('6'))]);
    const { reflector, changes } = start();
    await reflector.synced;
    expect(changes).toEqual(['added shop/a Failed']);
  });

  it('goes on into the watch on the same connection', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [stream(initialEnd('1'), event('ADDED', pod('cart', '2')))]);
    const { changes } = start();
    await until('the pod', () => changes.length === 1);
    expect(server.requests).toHaveLength(1);
  });
});

describe('the first state in pages', () => {
  it.each([
    ['refuses to stream it', unsupported],
    ['ends the stream without saying that it is complete', stream(event('ADDED', pod('ghost', '1')), end)],
  ])('is read where the server %s', async (_, step) => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [
      step,
      list('20', [pod('a', '1')], 'token-1'),
      list('20', [pod('b', '2'), pod('c', '3')], 'token-2'),
      list('21', []),
      stream(),
    ]);
    const bench = start();
    await bench.retry();
    await bench.reflector.synced;
    await until('the watch', () => server.requests.length === 5);
    expect(server.requests.slice(1).map(({ query }) => query)).toEqual([
      { limit: '500' },
      { limit: '500', continue: 'token-1' },
      { limit: '500', continue: 'token-2' },
      { watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: '300', resourceVersion: '21' },
    ]);
    expect(bench.changes).toEqual(['added shop/a Running', 'added shop/b Running', 'added shop/c Running']);
  });

  it('is kept as long as the operator runs: the server is not asked for a stream again', async () => {
    const { server, start } = await benches.prepare();
    const expired = refuse(410, 'too old resource version', { reason: 'Expired' });
    server.on('GET', podsPath, [unsupported, list('1', []), expired, list('2', [pod('a', '2')]), stream()]);
    const bench = start();
    await bench.retry();
    await bench.retry();
    await until('the second list', () => bench.stored().length === 1);
    expect(server.requests.filter(({ query }) => query.sendInitialEvents)).toHaveLength(1);
  });

  it('is read once after a stream that broke: the next time the state is streamed again', async () => {
    const { server, start } = await benches.prepare();
    const expired = refuse(410, 'too old resource version', { reason: 'Expired' });
    const whole = stream(event('ADDED', pod('b', '2')), initialEnd('2'));
    server.on('GET', podsPath, [stream(event('ADDED', pod('ghost', '1')), end), list('1', [pod('a', '1')]), expired, whole]);
    const bench = start();
    await bench.retry();
    await bench.retry();
    await until('the second state', () => bench.stored().includes('b Running'));
    expect(server.requests.map(({ query }) => query.sendInitialEvents)).toEqual(['true', undefined, undefined, 'true']);
  });

  it('counts only when the last page is there, and begins anew where the pages expire in between', async () => {
    const { server, start } = await benches.prepare();
    const expired = refuse(410, 'The provided continue parameter is too old', { reason: 'Expired' });
    server.on('GET', podsPath, [unsupported, list('20', [pod('gone', '1')], 'token'), expired, list('30', [pod('a', '25')]), stream()]);
    const bench = start();
    await bench.retry();
    await until('the refused page', () => server.requests[2]?.closed);
    expect([bench.reflector.status().phase, bench.changes]).toEqual(['Starting', []]);
    await bench.retry();
    await bench.reflector.synced;
    expect([server.requests[3]?.query, bench.changes]).toEqual([{ limit: '500' }, ['added shop/a Running']]);
  });

  it('is not taken from an answer that is no list', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [unsupported, refuse(200, 'welcome'), list('3', [pod('a', '1')]), stream()]);
    const bench = start();
    await bench.retry();
    await bench.retry();
    await bench.reflector.synced;
    expect(bench.stored()).toEqual(['a Running']);
    expect(server.requests[2]?.query).toEqual({ limit: '500' });
  });
});

it('reads one namespace, and what selectors select, where told to, in lists and watches', async () => {
  const { server, start } = await benches.prepare({ namespace: 'shop', fieldSelector: 'metadata.name=cart', labelSelector: '!owner' });
  server.on('GET', '/api/v1/namespaces/shop/pods', [unsupported, list('1', []), stream()]);
  const bench = start();
  await bench.retry();
  await until('the watch', () => server.requests.length === 3);
  expect(server.requests.map(({ query }) => `${query.fieldSelector} ${query.labelSelector}`)).toEqual(
    Array(3).fill('metadata.name=cart !owner'),
  );
});

describe('events', () => {
  it('change the store before handlers hear of them', async () => {
    const { server, start } = await benches.prepare({
      onChange: ({ object }) => void atCall.push(`${object.name} ${bench.reflector.store.get(`shop/${object.name}`)?.phase}`),
    });
    const atCall: string[] = [];
    server.on('GET', podsPath, [
      stream(
        event('ADDED', pod('a', '1', 'Pending')),
        initialEnd('1'),
        event('MODIFIED', pod('a', '2')),
        event('ADDED', pod('b', '3')),
        event('DELETED', pod('b', '4')),
      ),
    ]);
    const bench = start();
    await until('all events', () => atCall.length === 4);
    expect(atCall).toEqual(['a Pending', 'a Running', 'b Running', 'b undefined']);
  });

  it('of an object that is not wanted are not stored, and one that is not wanted any more is deleted as it was last known', async () => {
    const { server, start } = await benches.prepare();
    server.on('GET', podsPath, [stream(event('ADDED', pod('done', '1', 'Succeeded')), event('ADDED', pod('a', '2')), initialEnd('2'))]);
    const { reflector, changes, stored } = start();
    await reflector.synced;
    const [watch] = server.requests;
    for (const next of [
      event('MODIFIED', pod('done', '3', 'Succeeded')),
      event('MODIFIED', pod('a', '4', 'Succeeded')),
      event('ADDED', pod('b', '5')),
    ])
      await next(watch!);
    await until('the last event', () => stored().includes('b Running'));
    expect(changes).toEqual(['added shop/a Running', 'deleted shop/a Running', 'added shop/b Running']);
  });

  it('that come twice do no harm', async () => {
    const { server, start } = await benches.prepare();
    const twice = [
      event('ADDED', pod('a', '2')),
      event('ADDED', pod('a', '2')),
      event('DELETED', pod('b', '3')),
      event('DELETED', pod('b', '3')),
    ];
    server.on('GET', podsPath, [stream(event('ADDED', pod('b', '1')), initialEnd('1'), ...twice, event('ADDED', pod('last', '4')))]);
    const { changes, stored } = start();
    await until('the last event', () => stored().includes('last Running'));
    expect(stored()).toEqual(['a Running', 'last Running']);
    expect(changes.filter((change) => change.includes('/b'))).toEqual(['added shop/b Running', 'deleted shop/b Running']);
  });

  it('are whole whatever pieces they come in', async () => {
    const { server, start } = await benches.prepare();
    const line = `${JSON.stringify({ type: 'ADDED', object: pod('a', '2', 'größer 😀') })}\n`;
    server.on('GET', podsPath, [stream(initialEnd('1'), drip(line, 7), raw('\n'))]);
    const { stored } = start();
    await until('the pod', () => stored().length === 1);
    expect(stored()).toEqual(['a größer 😀']);
  });
});

it('goes on from the last event or bookmark, without a list, when a watch ends in the server’s own time', async () => {
  const { server, start } = await benches.prepare();
  server.on('GET', podsPath, [
    stream(event('ADDED', pod('a', '1')), initialEnd('5'), end),
    stream(event('MODIFIED', pod('a', '8', 'Failed')), end),
    stream(bookmark('13'), end),
    stream(),
  ]);
  const { changes, metric } = start();
  await until('the fourth watch', () => server.requests.length === 4);
  expect(server.requests.map(({ query }) => [query.resourceVersion, query.sendInitialEvents])).toEqual([
    [undefined, 'true'],
    ['5', undefined],
    ['8', undefined],
    ['13', undefined],
  ]);
  expect(changes).toEqual(['added shop/a Running', 'updated shop/a Failed']);
  expect(await metric('supportcoverage_reflector_lists_total')).toBe(0);
  expect(await metric('supportcoverage_reflector_relists_total')).toBe(1);
});

it('tells what it did in its metrics', async () => {
  const { server, start } = await benches.prepare({ label: 'pods/shop' });
  server.on('GET', podsPath, [
    unsupported,
    list('1', [pod('ä', '1')]),
    stream(event('ADDED', pod('b', '2')), event('DELETED', pod('b', '3')), bookmark('4')),
  ]);
  const { retry, metric, clock } = start();
  const count = (name: string, label?: string) => metric(`supportcoverage_reflector_${name}`, label);
  await retry();
  await until('the bookmark', async () => (await count('events_total', 'BOOKMARK')) === 1);
  expect(await Promise.all(['lists_total', 'watches_total', 'items'].map((name) => count(name, 'pods/shop')))).toEqual([1, 2, 1]);
  expect(
    await Promise.all(['ADDED', 'DELETED', 'start'].map((label) => count(label === 'start' ? 'relists_total' : 'events_total', label))),
  ).toEqual([1, 1, 1]);
  const lines = [
    { kind: 'List', metadata: { resourceVersion: '1' }, items: [pod('ä', '1')] },
    { type: 'ADDED', object: pod('b', '2') },
    { type: 'DELETED', object: pod('b', '3') },
  ];
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(JSON.stringify(line)), 0);
  const mark = JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Pod', metadata: { resourceVersion: '4' } } }).length;
  expect(await count('received_bytes_total')).toBe(bytes + mark);
  expect(await count('last_contact_timestamp_seconds')).toBe(clock.now().epochMilliseconds / 1000);
});
