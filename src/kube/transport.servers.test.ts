import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer, hang, refuse, reset } from '../../test/fakes/fake-api-server.ts';
import { createConnections, until } from '../../test/fixtures/connection.ts';
import { createTlsServer, type TlsServer } from '../../test/fixtures/tls-server.ts';
import { createTransport, type Transport } from './transport.ts';

const path = '/stats/summary';
const connections = createConnections();
afterEach(() => connections.end());

async function setup(options: Parameters<typeof connections.connect>[1] = {}) {
  const [api, kubelet] = [await connections.server(), await connections.server()];
  const answers: string[] = [];
  const user = { token: 'secret' };
  const transport = connections.connect(api, { user, ...options, onAnswer: (code, method) => void answers.push(`${method} ${code}`) });
  return { api, kubelet, transport, answers, ask: (timeoutMs = 200) => transport.json({ server: kubelet.url, path, timeoutMs }) };
}

describe('a request to another server', () => {
  it('shows the same credentials there, over a connection that it does not keep', async () => {
    const { api, kubelet, ask } = await setup();
    kubelet.on('GET', path, [answer({ pods: [] })]);
    expect([await ask(), await ask()]).toEqual([{ pods: [] }, { pods: [] }]);
    expect(kubelet.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
    expect(kubelet.requests.map(({ headers }) => headers.connection)).toEqual(['close', 'close']);
    expect(api.requests).toEqual([]);
  });

  it('says by kind why it failed', async () => {
    const { kubelet, ask } = await setup();
    kubelet.on('GET', path, [refuse(403, 'Forbidden (verb=get, resource=nodes, subresource=stats)'), reset, hang]);
    await expect(ask()).rejects.toMatchObject({ kind: 'Forbidden', message: 'Forbidden (verb=get, resource=nodes, subresource=stats)' });
    await expect(ask()).rejects.toMatchObject({ kind: 'Transient', code: 0 });
    await expect(ask()).rejects.toMatchObject({ kind: 'Transient', reason: 'TimeoutError' });
  });

  it('tells nothing about the API server, whose answers alone are counted', async () => {
    const { api, kubelet, transport, answers, ask } = await setup();
    const recovered: string[] = [];
    transport.onRecovery(() => void recovered.push('recovered'));
    kubelet.on('GET', path, [reset, answer({})]);
    api.on('GET', '/a', [answer({})]);
    await expect(ask()).rejects.toMatchObject({ kind: 'Transient' });
    await transport.json({ path: '/a' });
    await ask();
    expect([answers, recovered]).toEqual([['GET 200'], []]);
  });

  it('does not end the wait for the API server', async () => {
    const { api, kubelet, transport, ask } = await setup({ recoveryMs: 20 });
    const recovered: string[] = [];
    transport.onRecovery(() => void recovered.push('recovered'));
    api.on('GET', '/a', [reset, answer({})]);
    api.on('GET', '/readyz', [refuse(500, 'starting')]);
    kubelet.on('GET', path, [answer({})]);
    await expect(transport.json({ path: '/a' })).rejects.toMatchObject({ kind: 'Transient' });
    await until('two bad answers', () => api.requests.filter((request) => request.path === '/readyz').length === 2);
    await ask();
    expect(recovered).toEqual([]);
    await transport.json({ path: '/a' });
    expect(recovered).toEqual(['recovered']);
  });

  it('is asked once where it does not know the credentials, which are not read again for it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'servers-'));
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'first');
    const { api, kubelet, transport, ask } = await setup({ user: { tokenFile } });
    api.on('GET', '/a', [answer({})]);
    kubelet.on('GET', path, [refuse(401, 'Unauthorized')]);
    await transport.json({ path: '/a' });
    await writeFile(tokenFile, 'second');
    await expect(ask()).rejects.toMatchObject({ kind: 'Forbidden', code: 401 });
    await transport.json({ path: '/a' });
    expect([kubelet, api].map(({ requests }) => requests.map(({ headers }) => headers.authorization))).toEqual([
      ['Bearer first'],
      ['Bearer first', 'Bearer first'],
    ]);
    await rm(folder, { recursive: true });
  });

  it('ends with the transport', async () => {
    const { kubelet, transport, ask } = await setup();
    kubelet.on('GET', path, [hang]);
    const failed = expect(ask(30_000)).rejects.toMatchObject({ kind: 'Transient' });
    const request = await until('the request', () => kubelet.requests[0]);
    await transport.close();
    await failed;
    await until('the connection to end', () => request.closed);
  });
});

describe('another server’s certificate', () => {
  let server: TlsServer;
  const opened: Transport[] = [];
  beforeEach(async () => {
    server = await createTlsServer({ pods: [] });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((transport) => transport.close()));
    await server.close();
  });

  function trusting(certificate?: string): Transport {
    const trusted = certificate ? { 'certificate-authority-data': Buffer.from(certificate).toString('base64') } : {};
    const transport = createTransport({
      kubeConfig: {
        'current-context': 'fake',
        clusters: [{ name: 'fake', cluster: { server: 'https://api.example.com', ...trusted } }],
        users: [{ name: 'operator', user: { token: 'secret' } }],
        contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'operator' } }],
      },
    });
    opened.push(transport);
    return transport;
  }
  const ask = (transport: Transport, address = server.address) => transport.json({ server: `https://${address}`, path });

  it('is good where the authority of the cluster vouches for it', async () => {
    await expect(ask(trusting(server.certificate))).resolves.toEqual({ pods: [] });
    expect(server.requests).toEqual([{ authorization: 'Bearer secret', path }]);
  });

  it('is refused where it does not, before the server has seen the token', async () => {
    await expect(ask(trusting())).rejects.toMatchObject({ kind: 'Transient', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(server.requests).toEqual([]);
  });

  it('is refused where it was made for another address', async () => {
    const { 1: port } = server.address.split(':');
    await expect(ask(trusting(server.certificate), `localhost:${port}`)).rejects.toMatchObject({ reason: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(server.requests).toEqual([]);
  });
});
