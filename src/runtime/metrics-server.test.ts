import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { createMemoryApi } from '../../test/fakes/memory-api.ts';
import { KubeError } from '../kube/errors.ts';
import type { HttpListener } from './health-server.ts';
import { silentLogger } from './logger.ts';
import { Gauge, Registry } from './metrics.ts';
import { createMetricsServer } from './metrics-server.ts';

const open: HttpListener[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

function registryWith(value: number): Registry {
  const registry = new Registry();
  new Gauge({ name: 'answer', help: 'A number.', registers: [registry] }).set(value);
  return registry;
}

async function serve(options: Omit<Parameters<typeof createMetricsServer>[0], 'bindAddress' | 'logger'>) {
  const server = createMetricsServer({ bindAddress: '127.0.0.1:0', logger: silentLogger, ...options });
  open.push(server);
  const port = await server.listen();
  return async (authorization?: string, path = '/metrics') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: authorization ? { authorization } : {} });
    return { status: response.status, body: await response.text(), headers: response.headers };
  };
}

/** An API server that knows the token of `prometheus`, who may read metrics, and of `guest`, who may not. */
async function serveProtected() {
  const clock = createFakeClock();
  const api = createMemoryApi();
  const allowed = new Set(['prometheus']);
  api.intercept((request) => {
    const { spec } = request.body as { spec: { token?: string; user?: string } };
    if (spec.token === undefined) return { status: { allowed: allowed.has(spec.user ?? '') } };
    const known = ['prometheus', 'guest'].includes(spec.token);
    const user = { username: spec.token, uid: 'u1', groups: ['system:authenticated'], extra: { 'example.io/pod': ['p'] } };
    return { status: known ? { authenticated: true, user } : { authenticated: false, error: 'invalid bearer token' } };
  });
  const scrape = await serve({ registry: registryWith(42), authentication: { transport: api, clock } });
  return { clock, api, allowed, scrape };
}

it('serves the registry in Prometheus’ text format', async () => {
  const scrape = await serve({ registry: registryWith(42) });
  const { status, body, headers } = await scrape();
  expect(status).toBe(200);
  expect(body).toContain('# TYPE answer gauge\nanswer 42\n');
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect((await scrape(undefined, '/')).status).toBe(404);
});

it('answers 500 without details when the metrics cannot be collected', async () => {
  const scrape = await serve({
    registry: { contentType: 'text/plain; version=0.0.4; charset=utf-8', metrics: () => Promise.reject(new Error('secret')) },
  });
  expect(await scrape()).toMatchObject({ status: 500, body: 'internal error\n' });
});

describe('with authentication', () => {
  it.each([undefined, 'Basic cHJvbWV0aGV1cw==', 'Bearer', 'Bearer ', 'prometheus'])(
    'asks for a token where %p is sent',
    async (authorization) => {
      const { scrape, api } = await serveProtected();
      const { status, headers, body } = await scrape(authorization);
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(body).not.toContain('answer');
      expect(api.requests).toEqual([]);
    },
  );

  it('refuses a token that the API server does not know', async () => {
    const { scrape } = await serveProtected();
    expect(await scrape('Bearer forged')).toMatchObject({ status: 401, body: expect.not.stringContaining('answer') });
  });

  it('refuses somebody who may not get /metrics', async () => {
    const { scrape } = await serveProtected();
    expect(await scrape('Bearer guest')).toMatchObject({ status: 403, body: expect.not.stringContaining('answer') });
  });

  it('serves somebody who may, asking about exactly the user of the token', async () => {
    const { scrape, api } = await serveProtected();
    expect(await scrape('bearer prometheus')).toMatchObject({ status: 200, body: expect.stringContaining('answer 42') });
    expect(api.requests.map((request) => [request.path, (request.body as { spec: unknown }).spec])).toEqual([
      ['/apis/authentication.k8s.io/v1/tokenreviews', { token: 'prometheus' }],
      [
        '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        {
          user: 'prometheus',
          uid: 'u1',
          groups: ['system:authenticated'],
          extra: { 'example.io/pod': ['p'] },
          nonResourceAttributes: { path: '/metrics', verb: 'get' },
        },
      ],
    ]);
  });

  it('keeps a permission for 60 s and notices afterwards that it was withdrawn', async () => {
    const { scrape, api, clock, allowed } = await serveProtected();
    await scrape('Bearer prometheus');
    allowed.delete('prometheus');
    clock.freeze(59_000);
    expect((await scrape('Bearer prometheus')).status).toBe(200);
    expect(api.requests).toHaveLength(2);
    clock.freeze(1_000);
    expect((await scrape('Bearer prometheus')).status).toBe(403);
  });

  it('keeps a refusal for 10 s only', async () => {
    const { scrape, api, clock, allowed } = await serveProtected();
    await scrape('Bearer guest');
    allowed.add('guest');
    clock.freeze(9_000);
    expect((await scrape('Bearer guest')).status).toBe(403);
    expect(api.requests).toHaveLength(2);
    clock.freeze(1_000);
    expect((await scrape('Bearer guest')).status).toBe(200);
  });

  it.each(['Transient', 'Forbidden'] as const)(
    'answers 503, never metrics, when the API server fails (%s), and asks again at the next scrape',
    async (kind) => {
      const { scrape, api } = await serveProtected();
      api.intercept(() => {
        throw new KubeError(kind, 'no');
      });
      expect(await scrape('Bearer prometheus')).toMatchObject({ status: 503, body: expect.not.stringContaining('answer') });
      api.intercept(() => ({ status: { authenticated: true, allowed: true, user: { username: 'x' } } }));
      expect((await scrape('Bearer prometheus')).status).toBe(200);
    },
  );

  it('asks once when the same token comes many times at once', async () => {
    const { scrape, api } = await serveProtected();
    let release = (_: unknown) => {};
    const held = new Promise((resolve) => {
      release = resolve;
    });
    api.intercept(async () => {
      await held;
      return { status: { authenticated: true, allowed: true, user: { username: 'prometheus' } } };
    });
    const answers = Array.from({ length: 20 }, () => scrape('Bearer prometheus'));
    // As many whole round trips later the twenty have arrived as well.
    for (let trip = 0; trip < 20; trip += 1) await scrape(undefined, '/');
    release(undefined);
    expect((await Promise.all(answers)).map((each) => each.status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(api.requests).toHaveLength(2);
  });

  it('does not flood the API server with made-up tokens', async () => {
    const { scrape, api } = await serveProtected();
    let release = (_: unknown) => {};
    const held = new Promise((resolve) => {
      release = resolve;
    });
    let asked = 0;
    api.intercept(async () => {
      asked += 1;
      await held;
      return { status: { authenticated: false } };
    });
    const answers = Array.from({ length: 40 }, (_, number) => scrape(`Bearer made-up-${number}`));
    const refused: number[] = [];
    await new Promise<void>((resolve) => {
      for (const each of answers) {
        void each.then(({ status }) => {
          refused.push(status);
          if (refused.length === 24) resolve();
        });
      }
    });
    expect(refused).toEqual(Array.from({ length: 24 }, () => 503));
    expect(asked).toBe(16);
    release(undefined);
    await Promise.all(answers);
  });

  it('forgets the oldest of more than 256 tokens', async () => {
    const { scrape, api } = await serveProtected();
    await scrape('Bearer prometheus');
    for (let number = 0; number < 255; number += 1) await scrape(`Bearer made-up-${number}`);
    const asked = api.requests.length;
    await scrape('Bearer prometheus');
    expect(api.requests).toHaveLength(asked);
    await scrape('Bearer made-up-255');
    await scrape('Bearer prometheus');
    expect(api.requests).toHaveLength(asked + 3);
  });
});
