import { now } from '../../../test/fixtures/cluster.ts';
import { errorFromResponse, KubeError } from '../../kube/errors.ts';
import type { KubeRequest, Transport } from '../../kube/transport.ts';
import { readyz, unnamed } from './readyz.ts';

/** What the probe answers where the API server gives this text with this status. */
function ask(code: number, body: string, asked: KubeRequest[] = []): Promise<readonly string[]> {
  const text = async (request: KubeRequest) => {
    asked.push(request);
    if (code !== 200) throw errorFromResponse(code, body);
    return body;
  };
  return readyz.ask({
    transport: { text } as unknown as Transport,
    signal: new AbortController().signal,
    list: () => [],
    now,
    before: undefined,
  });
}

const passing = (count: number) => Array.from({ length: count }, (_, index) => `[+]poststarthook/start-controller-${index} ok`);

it('an API server that is ready has no failing checks', async () => {
  const asked: KubeRequest[] = [];
  expect(await ask(200, '[+]ping ok\n[+]etcd ok\nreadyz check passed\n', asked)).toEqual([]);
  expect(asked).toMatchObject([{ path: '/readyz', query: { verbose: true } }]);
});

it('one that is not names those that fail, and not those that pass', async () => {
  const body = [
    '[+]ping ok',
    '[-]etcd failed: reason withheld',
    '[-]poststarthook/rbac/bootstrap-roles failed: reason withheld',
    '[+]log ok',
  ];
  expect(await ask(500, `${body.join('\n')}\nreadyz check failed\n`)).toEqual(['etcd', 'poststarthook/rbac/bootstrap-roles']);
});

it('one whose failing check comes too late in a long answer is not taken for ready', async () => {
  const body = [...passing(60), '[-]shutdown failed: reason withheld', 'readyz check failed'].join('\n');
  expect(body.indexOf('[-]')).toBeGreaterThan(2048);
  expect(await ask(500, body)).toEqual([unnamed]);
});

it.each([
  [500, 'Internal Server Error: a proxy in between'],
  [503, '[-]etcd failed: said by a load balancer'],
  [403, '{"kind":"Status","message":"forbidden: User \\"x\\" cannot get path \\"/readyz\\""}'],
])('%i with %j is no answer', async (code, body) => {
  await expect(ask(code, body)).rejects.toThrow(KubeError);
});
