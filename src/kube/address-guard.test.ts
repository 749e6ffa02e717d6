import { answer } from '../../test/fakes/fake-api-server.ts';
import { createConnections } from '../../test/fixtures/connection.ts';
import { type AddressGuard, createAddressGuard } from './address-guard.ts';
import { createTransport, type Transport } from './transport.ts';

const connections = createConnections();
const opened: Transport[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
  await connections.end();
});

const refusing = createAddressGuard((address) => address !== '127.0.0.1' && address !== '::1');
/** The servers here listen to IPv4 alone. */
const allowing = createAddressGuard((address) => address !== '::1');

async function serverAt(host: string, guard: AddressGuard) {
  const server = await connections.server();
  server.on('GET', '/a', [answer({ ok: true })]);
  const url = server.url.replace('127.0.0.1', host);
  const transport = createTransport({
    guard,
    kubeConfig: { server: url, rotates: false, credentials: async () => ({ tls: {}, headers: {} }) },
  });
  opened.push(transport);
  return { server, transport };
}

describe('an address that is not allowed is not connected to', () => {
  it('where it is written as digits', async () => {
    const { server, transport } = await serverAt('127.0.0.1', refusing);
    await expect(transport.json({ path: '/a' })).rejects.toMatchObject({
      kind: 'Forbidden',
      message: expect.stringMatching(/^the operator does not connect to 127\.0\.0\.1: .*--allow-addresses does not list its range$/),
    });
    expect(server.connections).toBe(0);
  });

  it('where a name leads to it', async () => {
    const { server, transport } = await serverAt('localhost', refusing);
    await expect(transport.json({ path: '/a' })).rejects.toMatchObject({
      kind: 'Transient',
      message: expect.stringMatching(/^the operator does not connect to localhost: /),
    });
    expect(server.connections).toBe(0);
  });

  it('where the cluster says that a kubelet is there', async () => {
    const { server, transport } = await serverAt('localhost', { ...refusing, lookup: allowing.lookup });
    await expect(transport.json({ path: '/a' })).resolves.toEqual({ ok: true });
    await expect(transport.json({ path: '/a', server: server.url })).rejects.toMatchObject({ kind: 'Forbidden' });
    expect(server.requests).toHaveLength(1);
  });
});

it('an address that is allowed is connected to, by digits or by name', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const { transport } = await serverAt(host, allowing);
    await expect(transport.json({ path: '/a' })).resolves.toEqual({ ok: true });
  }
});
