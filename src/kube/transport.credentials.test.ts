import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { answer, end, type FakeApiServer, raw, refuse, type Step, stream } from '../../test/fakes/fake-api-server.ts';
import { createConnections } from '../../test/fixtures/connection.ts';
import { connectionOf, loadKubeConfig } from './kubeconfig.ts';
import { createTransport, type Transport } from './transport.ts';

const path = '/api/v1/nodes';
const connections = createConnections();
let folder = '';
let opened: Transport[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
});
afterEach(async () => {
  await Promise.all(opened.map((transport) => transport.close()));
  opened = [];
  await connections.end();
  await rm(folder, { recursive: true });
});

/** A kubeconfig file as kubectl writes it. JSON is YAML. */
async function kubeConfigFile(server: FakeApiServer, user: object, name = 'config', context = 'fake'): Promise<string> {
  const file = join(folder, name);
  const cluster = { server: server.url, 'insecure-skip-tls-verify': true };
  await writeFile(
    file,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': context },
      clusters: [{ name: context, cluster }],
      users: [{ name: 'tester', user }],
      contexts: [{ name: context, context: { cluster: context, user: 'tester' } }],
    }),
  );
  return file;
}

async function transportFor(user: object, now?: () => number) {
  const server = await connections.server();
  const transport = createTransport({ kubeConfig: loadKubeConfig(await kubeConfigFile(server, user)), ...(now ? { now } : {}) });
  opened.push(transport);
  return { server, transport };
}

/** Lets only the bearer of the token in. */
const onlyFor =
  (token: string): Step =>
  (exchange) =>
    (exchange.headers.authorization === `Bearer ${token}`
      ? stream(raw('{"items":[]}\n'), end)
      : refuse(401, 'Unauthorized', { reason: 'Unauthorized' }))(exchange);

const sent = (server: FakeApiServer) => server.requests.map(({ headers }) => headers.authorization);

describe('credentials of a kubeconfig', () => {
  it.each([
    ['a token', { token: 'secret' }, 'Bearer secret'],
    ['a name and password', { username: 'me', password: 'pass:word' }, `Basic ${Buffer.from('me:pass:word').toString('base64')}`],
    ['nothing', {}, undefined],
  ])('with %s', async (_, user, authorization) => {
    const { server, transport } = await transportFor(user);
    server.on('GET', path, [answer({})]);
    await transport.json({ path });
    expect(sent(server)).toEqual([authorization]);
  });

  it('name whom the user wants to be taken for', async () => {
    const wanted = { as: 'system:serviceaccount:ops:viewer', 'as-groups': ['viewers', 'people'], 'as-uid': '7' };
    const { server, transport } = await transportFor({ token: 'secret', ...wanted });
    server.on('GET', path, [answer({})]);
    await transport.json({ path });
    expect(server.requests[0]?.headers).toMatchObject({
      'impersonate-user': wanted.as,
      'impersonate-group': 'viewers, people',
      'impersonate-uid': '7',
    });
  });

  it('may be a token file, relative to the kubeconfig, which wins over a token as it does with kubectl', async () => {
    await writeFile(join(folder, 'token'), 'from-file\n');
    const { server, transport } = await transportFor({ token: 'inline', tokenFile: 'token' });
    server.on('GET', path, [answer({})]);
    await transport.json({ path });
    expect(sent(server)).toEqual(['Bearer from-file']);
  });
});

describe('a token file', () => {
  const tokenFile = () => join(folder, 'token');
  let now = 0;

  async function oneRead() {
    now = 0;
    await writeFile(tokenFile(), 'old');
    const { server, transport } = await transportFor({ tokenFile: tokenFile() }, () => now);
    server.on('GET', path, [answer({})]);
    await transport.json({ path });
    return { server, transport };
  }

  it('is read again after a minute, before the old token is refused', async () => {
    const { server, transport } = await oneRead();
    await writeFile(tokenFile(), 'new');
    now = 59_999;
    await transport.json({ path });
    now = 60_000;
    await transport.json({ path });
    expect(sent(server)).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  });

  it('that cannot be read for a while leaves the token it had', async () => {
    const { server, transport } = await oneRead();
    await rm(tokenFile());
    now = 60_000;
    await transport.json({ path });
    await writeFile(tokenFile(), 'new');
    now = 120_000;
    await transport.json({ path });
    expect(sent(server)).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  });
});

describe('an answer 401', () => {
  it('makes a changed token file count at once', async () => {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'old');
    const { server, transport } = await transportFor({ tokenFile });
    server.on('GET', path, [onlyFor('old')]);
    await transport.json({ path });
    await writeFile(tokenFile, 'new');
    server.on('GET', path, [onlyFor('new')]);
    await expect(transport.json({ path })).resolves.toEqual({ items: [] });
    await transport.json({ path });
    expect(sent(server)).toEqual(['Bearer old', 'Bearer old', 'Bearer new', 'Bearer new']);
  });

  it('renews the credentials of a stream too', async () => {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'old');
    const { server, transport } = await transportFor({ tokenFile });
    server.on('GET', path, [onlyFor('old')]);
    await transport.json({ path });
    await writeFile(tokenFile, 'new');
    server.on('GET', path, [onlyFor('new')]);
    const [line] = await Array.fromAsync(transport.lines({ path }), String);
    expect(line).toBe('{"items":[]}');
  });

  it('to the new credentials as well is Forbidden, in the server’s words, after one more attempt', async () => {
    const { server, transport } = await transportFor({ token: 'wrong' });
    server.on('GET', path, [refuse(401, 'Unauthorized', { reason: 'Unauthorized' })]);
    await expect(transport.json({ path })).rejects.toMatchObject({ kind: 'Forbidden', code: 401, message: 'Unauthorized' });
    expect(server.requests).toHaveLength(2);
  });

  it('to many requests at once has a credential plugin asked once more, not once each', async () => {
    const calls = join(folder, 'calls');
    const script = join(folder, 'plugin');
    const credential = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}';
    await writeFile(script, `echo call >> "${calls}"; printf '${credential}' "token-$(wc -l < "${calls}" | tr -d ' ')"\n`);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sh', args: [script], interactiveMode: 'Never' };
    const { server, transport } = await transportFor({ exec });
    server.on('GET', path, [onlyFor('token-1')]);
    await transport.json({ path });
    server.on('GET', path, [onlyFor('token-2')]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => transport.json({ path })));
    expect(answers).toHaveLength(8);
    expect(await readFile(calls, 'utf8')).toBe('call\ncall\n');
  });
});

it('credentials that cannot be read now are read again by the next request', async () => {
  const tokenFile = join(folder, 'token');
  const { server, transport } = await transportFor({ tokenFile });
  server.on('GET', path, [onlyFor('here')]);
  await expect(transport.json({ path })).rejects.toMatchObject({
    name: 'KubeError',
    kind: 'Transient',
    message: expect.stringContaining('ENOENT'),
  });
  expect(server.requests).toEqual([]);
  await writeFile(tokenFile, 'here');
  await expect(transport.json({ path })).resolves.toEqual({ items: [] });
});

describe('the kubeconfig that is loaded', () => {
  it('may be a list of files, of which the first that names something wins', async () => {
    const [first, second] = [await connections.server(), await connections.server()];
    const files = [
      await kubeConfigFile(first, { token: 'first' }, 'a', 'one'),
      await kubeConfigFile(second, { token: 'second' }, 'b', 'two'),
    ];
    const kubeConfig = loadKubeConfig(files.join(delimiter));
    const { server, credentials } = connectionOf(kubeConfig);
    expect([server, (await credentials()).headers]).toEqual([first.url, { authorization: 'Bearer first' }]);
    expect(connectionOf({ ...kubeConfig, 'current-context': 'two' }).server).toBe(second.url);
  });

  it('is the Pod’s own where the operator runs in one, IPv6 or not', () => {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
    const inPod = (address: string) => {
      process.env.KUBERNETES_SERVICE_HOST = address;
      process.env.KUBERNETES_SERVICE_PORT = '6443';
      return connectionOf(loadKubeConfig(undefined));
    };
    try {
      expect(inPod('10.0.0.1')).toMatchObject({ server: 'https://10.0.0.1:6443', rotates: true });
      expect(inPod('fd00::1').server).toBe('https://[fd00::1]:6443');
    } finally {
      // An assignment of undefined would become the text "undefined".
      if (host === undefined) delete process.env.KUBERNETES_SERVICE_HOST;
      else process.env.KUBERNETES_SERVICE_HOST = host;
      if (port === undefined) delete process.env.KUBERNETES_SERVICE_PORT;
      else process.env.KUBERNETES_SERVICE_PORT = port;
    }
  });

  it('has to be there', () => {
    expect(() => loadKubeConfig(join(folder, 'missing'))).toThrow(/ENOENT.*missing/);
  });

  it('has to have a current cluster', async () => {
    const file = join(folder, 'empty');
    await writeFile(file, 'apiVersion: v1\nkind: Config\n');
    expect(() => createTransport({ kubeConfig: loadKubeConfig(file) })).toThrow('the kubeconfig has no current cluster');
  });
});
