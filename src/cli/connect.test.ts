import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { connect } from './connect.ts';

const folder = mkdtempSync(join(tmpdir(), 'connect-'));
afterAll(() => rmSync(folder, { recursive: true }));

function kubeconfig(text: string): string {
  const file = join(folder, 'config');
  writeFileSync(file, text);
  return file;
}
const two = dump({
  'current-context': 'eu',
  clusters: ['eu', 'us'].map((name) => ({ name, cluster: { server: `https://${name}.example.com:6443` } })),
  users: [{ name: 'jane', user: { token: 'secret-token' } }],
  contexts: [
    { name: 'eu', context: { cluster: 'eu', user: 'jane', namespace: 'support-eu' } },
    { name: 'us', context: { cluster: 'us', user: 'jane' } },
  ],
});

it.each([
  ['the current context', {}, 'https://eu.example.com:6443', 'support-eu'],
  ['another context, which names no namespace', { context: 'us' }, 'https://us.example.com:6443', 'platform-support'],
  ['a namespace that is given', { namespace: 'mine' }, 'https://eu.example.com:6443', 'mine'],
])('server and namespace are those of %s', async (_, target, server, namespace) => {
  const session = await connect({ kubeconfig: kubeconfig(two), ...target });
  expect([session.transport.server, session.namespace]).toEqual([server, namespace]);
  expect(session.context).toBe('context' in target ? target.context : 'eu');
});

it('a context that is not there is refused with those that are', async () => {
  await expect(connect({ kubeconfig: kubeconfig(two), context: 'asia' })).rejects.toThrow(
    'the kubeconfig has no context asia; it has eu, us',
  );
});

it('a kubeconfig that cannot be read is refused without a word of what is in it', async () => {
  const broken = connect({ kubeconfig: kubeconfig('users:\n- token: secret-token\n  token: secret-token\n') });
  await expect(broken).rejects.toThrow(/^the kubeconfig cannot be read: duplicated mapping key in line 3$/);
  await expect(connect({ kubeconfig: join(folder, 'nowhere') })).rejects.toThrow(/^the kubeconfig cannot be read: ENOENT/);
});
