import { minutesAgo, now } from '../../../test/fixtures/cluster.ts';
import { KubeError } from '../../kube/errors.ts';
import { type KubeRequest, splitLines, type Transport } from '../../kube/transport.ts';
import { type ApiServer, deprecatedApis } from './deprecated-apis.ts';

const started = '1.79552558645e+09';

/** A page as the API server writes it: families in alphabetical order, so that requests come before what is deprecated. */
function page(requests: Record<string, number>, deprecated: string[], start = started): string[] {
  return [
    '# HELP apiserver_request_total [STABLE] Counter of apiserver requests',
    '# TYPE apiserver_request_total counter',
    ...Object.entries(requests).map(([api, count]) => `apiserver_request_total{${labels(api)},code="200",verb="LIST"} ${count}`),
    ...deprecated.map((api) => `apiserver_requested_deprecated_apis{${labels(api)}} 1`),
    ...(start ? [`process_start_time_seconds ${start}`] : []),
  ];
}

/** `resource.k8s.io/v1beta1/deviceclasses[/status] [1.38]` as labels. */
function labels(api: string): string {
  const [path = '', removed] = api.split(' ');
  const [group, version, resource, subresource = ''] = path.split('/');
  const release = removed === undefined ? '' : `,removed_release="${removed}"`;
  return `group="${group}"${release},resource="${resource}",subresource="${subresource}",version="${version}"`;
}

/** Asks once for each page, five minutes apart, and gives the last answer. */
async function ask(...pages: string[][]): Promise<readonly ApiServer[]> {
  let before: readonly ApiServer[] | undefined;
  for (const [index, lines] of pages.entries()) {
    const at = now.subtract({ minutes: (pages.length - 1 - index) * 5 });
    const transport = { lines: (request: KubeRequest) => each(lines, request) } as unknown as Transport;
    before = await deprecatedApis.ask({ transport, signal: new AbortController().signal, list: () => [], now: at, before });
  }
  return before ?? [];
}

async function* bytesOf(lines: string[]): AsyncGenerator<Buffer> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

/** As the transport answers. */
const each = (lines: string[], { lineStarts }: KubeRequest) => splitLines(bytesOf(lines), lineStarts);

const classes = 'resource.k8s.io/v1beta1/deviceclasses';
const named = `${classes} 1.38`;
const text = (instant: Temporal.Instant | undefined) => instant?.toString({ smallestUnit: 'second' });
const grown = (servers: readonly ApiServer[]) => [...(servers[0]?.apis.values() ?? [])].map(({ grownAt }) => text(grownAt));

describe('the first answer', () => {
  it('has what is deprecated and requested, with the requests of that API and the start of the API server', async () => {
    const [server] = await ask(page({ [classes]: 7, 'apps/v1/deployments': 9, 'resource.k8s.io/v1beta2/deviceclasses': 11 }, [named]));
    expect([...(server?.apis.values() ?? [])]).toEqual([
      {
        group: 'resource.k8s.io',
        version: 'v1beta1',
        resource: 'deviceclasses',
        subresource: '',
        removedIn: '1.38',
        count: 7,
        grownAt: undefined,
      },
    ]);
    expect(server?.startedAt.toString()).toBe('2026-11-24T13:06:26.45Z');
  });

  it('adds up an API’s requests of every verb and code, and keeps subresources apart', async () => {
    const lines = page({ [classes]: 7, [`${classes}/status`]: 100 }, [named]);
    const [server] = await ask([`apiserver_request_total{${labels(classes)},code="404",verb="GET"} 1e+01`, ...lines]);
    expect([...(server?.apis.values() ?? [])].map(({ count }) => count)).toEqual([17]);
  });

  it.each([
    ['is deprecated and stays, as v1 Endpoints', '/v1/endpoints '],
    ['is named with a release that is none', `${classes} soon`],
  ])('leaves out what %s', async (_, api) => {
    const [server] = await ask(page({}, [api]));
    expect(server?.apis.size).toBe(0);
  });

  it.each(['apps/v1/deployments', 'example.com/v1beta1/widgets'])('counts no requests for %s, which no minor removes', async (api) => {
    const [server] = await ask(page({ [api]: 7 }, [`${api} 1.40`]));
    expect([...(server?.apis.values() ?? [])]).toMatchObject([{ count: undefined }]);
  });

  it('says so where the requests of an API are not counted', async () => {
    const [server] = await ask(page({}, [named]));
    expect([...(server?.apis.values() ?? [])]).toMatchObject([{ count: undefined }]);
  });
});

describe('a later answer', () => {
  it('knows when it was first asked, and when requests were last seen to have grown', async () => {
    const servers = await ask(page({ [classes]: 7 }, [named]), page({ [classes]: 8 }, [named]), page({ [classes]: 8 }, [named]));
    expect(servers).toHaveLength(1);
    expect([text(servers[0]?.firstSeenAt), text(servers[0]?.seenAt)]).toEqual([minutesAgo(10), minutesAgo(0)]);
    expect(grown(servers)).toEqual([minutesAgo(5)]);
  });

  it('takes an API that was not named before as one that was requested since', async () => {
    expect(grown(await ask(page({}, []), page({ [classes]: 1 }, [named])))).toEqual([minutesAgo(0)]);
  });

  it('sees no growth where there is none', async () => {
    expect(grown(await ask(page({ [classes]: 7 }, [named]), page({ [classes]: 7 }, [named])))).toEqual([undefined]);
  });

  it('does not compare the counters of one API server with another’s', async () => {
    const other = page({ [classes]: 900 }, [named], '1795000000');
    const servers = await ask(page({ [classes]: 7 }, [named]), other, page({ [classes]: 7 }, [named]), other);
    expect(servers).toHaveLength(2);
    expect(servers.flatMap((server) => grown([server]))).toEqual([undefined, undefined]);
    expect(servers.map(({ seenAt }) => text(seenAt))).toEqual([minutesAgo(0), minutesAgo(5)]);
  });

  it('remembers ten API servers, those met last', async () => {
    const pages = Array.from({ length: 12 }, (_, index) => page({}, [], String(1_795_000_000 + index)));
    const servers = await ask(...pages);
    expect(servers).toHaveLength(10);
    expect(servers.map(({ startedAt }) => startedAt.epochMilliseconds / 1000)).toEqual(
      Array.from({ length: 10 }, (_, index) => 1_795_000_011 - index),
    );
  });
});

describe('no answer', () => {
  it.each(['', 'NaN'])('is a page that gives the start as %p', async (start) => {
    await expect(ask(page({}, [], start))).rejects.toThrow("the API server's metrics do not say when it started");
  });

  it('is a refusal, in the API server’s own words', async () => {
    const lines = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('# HELP');
      throw new KubeError('Forbidden', 'forbidden: User "operator" cannot get path "/metrics"', { code: 403 });
    };
    const transport = { lines } as unknown as Transport;
    const question = deprecatedApis.ask({
      transport,
      signal: new AbortController().signal,
      list: () => [],
      now,
      before: undefined,
    });
    await expect(question).rejects.toMatchObject({ kind: 'Forbidden' });
  });
});

it('asks for text, with a permission for that page alone', async () => {
  const requests: KubeRequest[] = [];
  const transport = { lines: (request: KubeRequest) => requests.push(request) && each(page({}, []), request) } as unknown as Transport;
  await deprecatedApis.ask({ transport, signal: new AbortController().signal, list: () => [], now, before: undefined });
  expect(requests).toMatchObject([{ path: '/metrics', accept: 'text/plain' }]);
  expect(deprecatedApis.rules).toEqual([{ nonResourceURLs: ['/metrics'], verbs: ['get'] }]);
});
