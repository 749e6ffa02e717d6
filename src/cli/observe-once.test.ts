import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { createMemoryApi } from '../../test/fakes/memory-api.ts';
import { node } from '../../test/fixtures/cluster.ts';
import { until } from '../../test/fixtures/connection.ts';
import { KubeError } from '../kube/errors.ts';
import type { KubeRequest } from '../kube/transport.ts';
import type { ClusterView } from '../observe/cluster-view.ts';
import { observeOnce } from './observe-once.ts';

function setup(answer: (request: KubeRequest, proceed: () => unknown) => unknown = (_, proceed) => proceed()) {
  const clock = createFakeClock();
  const api = createMemoryApi();
  api.write('/api/v1/nodes/a', node('a'));
  api.intercept((request, proceed) => (request.path === '/version' ? { gitVersion: 'v1.37.2' } : answer(request, proceed)));
  const session = { transport: api, namespace: 'support' };
  const look = (features: 'helm-releases'[] = []) => observeOnce({ session, cluster: 'prod-eu', features, timeoutMs: 60_000 }, clock);
  /** With half of the time that it may take. */
  const lookForAWhile = async (features: 'helm-releases'[] = []) => {
    const looking = look(features);
    await clock.advance(30_000);
    return looking;
  };
  return { clock, look, lookForAWhile };
}

it('shows what the facts read as it is now, under the name that the coverage gives the cluster', async () => {
  const view = await setup().lookForAWhile();
  expect(view.cluster).toBe('prod-eu');
  expect(view.list('nodes').map(({ name }) => name)).toEqual(['a']);
  expect(view.probe('version')).toMatchObject({ major: 1, minor: 37, patch: 2 });
  expect(view.knowledge('nodes')).toEqual({ state: 'Current' });
  expect(view.knowledge('helm-release-secrets').state).toBe('SwitchedOff');
});

it('shows what is behind a switch that is asked for', async () => {
  const view = await setup().lookForAWhile(['helm-releases']);
  expect(view.knowledge('helm-release-secrets')).toEqual({ state: 'Current' });
});

it('does not wait for what the caller may not read', async () => {
  const { lookForAWhile } = setup((request, proceed) => {
    if (request.path === '/api/v1/nodes') throw new KubeError('Forbidden', 'nodes is forbidden', { code: 403 });
    return proceed();
  });
  const view = await lookForAWhile();
  expect(view.knowledge('nodes').state).toBe('NotPermitted');
  expect(view.knowledge('storageclasses')).toEqual({ state: 'Current' });
});

it('goes without what was not read in time', async () => {
  const { look, clock } = setup((request, proceed) => (request.path === '/api/v1/nodes' ? new Promise(() => {}) : proceed()));
  let view: ClusterView | undefined;
  look().then((seen) => {
    view = seen;
  });
  await clock.advance(59_000);
  expect(view).toBeUndefined();
  await clock.advance(2_000);
  const seen = await until('the view', () => view);
  expect(seen.knowledge('nodes').state).toBe('Stale');
});
