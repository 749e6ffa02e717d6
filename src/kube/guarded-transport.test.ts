import { createMemoryApi } from '../../test/fakes/memory-api.ts';
import { guardWrites } from './guarded-transport.ts';

const path = '/api/v1/namespaces/shop/configmaps';

function setup() {
  let leads = false;
  const api = createMemoryApi();
  api.write(`${path}/existing`, { metadata: { name: 'existing' } });
  const transport = guardWrites(api, () => leads);
  const lead = (value: boolean) => {
    leads = value;
  };
  return { api, transport, lead };
}

it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('sends no %s while another replica may hold the lease', async (method) => {
  const { api, transport } = setup();
  const request = { method, path: method === 'POST' ? path : `${path}/existing`, body: { metadata: { name: 'new' } } };
  const refusal = { kind: 'Transient', reason: 'NotLeader' };
  await expect(transport.json(request)).rejects.toMatchObject(refusal);
  await expect(transport.text(request)).rejects.toMatchObject(refusal);
  await expect(transport.lines(request).next()).rejects.toMatchObject(refusal);
  expect(api.requests).toEqual([]);
});

it('reads whoever holds the lease', async () => {
  const { transport } = setup();
  await expect(transport.json({ path: `${path}/existing` })).resolves.toMatchObject({ metadata: { name: 'existing' } });
  await expect(transport.text({ method: 'GET', path: `${path}/existing` })).resolves.toContain('existing');
});

it('asks before each write, so that a lease that is lost between two writes stops the second', async () => {
  const { api, transport, lead } = setup();
  lead(true);
  await transport.json({ method: 'POST', path, body: { metadata: { name: 'first' } } });
  lead(false);
  await expect(transport.json({ method: 'POST', path, body: { metadata: { name: 'second' } } })).rejects.toMatchObject({
    reason: 'NotLeader',
  });
  expect([api.read(`${path}/first`), api.read(`${path}/second`)]).toEqual([expect.objectContaining({}), undefined]);
});
