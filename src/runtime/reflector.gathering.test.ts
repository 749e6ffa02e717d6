import { bookmark, end, event, initialEnd, list, refuse, type Step, stream } from '../../test/fakes/fake-api-server.ts';
import { until } from '../../test/fixtures/connection.ts';
import { createReflectorBenches, pod, podsPath, type StoredPod } from '../../test/fixtures/reflector.ts';
import type { Pod } from '../kube/types.ts';
import type { Gathering } from './gathering.ts';

const benches = createReflectorBenches();
afterEach(() => benches.end());

/** Pods are gathered by their first letter; of each one that succeeded the name is remembered, in the place of the phase. */
const keyOf: Gathering<StoredPod>['keyOf'] = ({ metadata }) => `shop/${metadata?.name?.charAt(0)}`;

function project(object: object, before?: StoredPod): StoredPod | undefined {
  const { metadata, status } = object as Pod;
  const name = metadata?.name ?? '';
  if (status?.phase === 'Broken') throw new Error('no such phase');
  if (status?.phase !== 'Succeeded') return before;
  const names = new Set([...(before?.phase.split('+') ?? []), name]);
  return { name: name.charAt(0), namespace: 'shop', phase: [...names].sort().join('+') };
}

const done = (name: string, version: string) => pod(name, version, 'Succeeded');

async function start(steps: readonly [Step, ...Step[]], counts: Gathering<StoredPod>['counts'] = () => true) {
  const { server, start } = await benches.prepare({ project, gather: { keyOf, counts } });
  server.on('GET', podsPath, steps);
  return start();
}

it('keeps one entry for all that belong together, of a list as a stream and of events', async () => {
  const bench = await start([
    stream(event('ADDED', done('a1', '1')), event('ADDED', done('b1', '2')), event('ADDED', done('a2', '3')), initialEnd('5')),
    stream(),
  ]);
  await bench.reflector.synced;
  expect(bench.stored()).toEqual(['a a1+a2', 'b b1']);
});

it('keeps one entry for all that belong together, of a list in pages', async () => {
  const bench = await start([refuse(400, 'no'), list('9', [done('a1', '1'), pod('a2', '2'), done('a3', '3')]), stream()]);
  await bench.retry();
  await bench.reflector.synced;
  expect(bench.stored()).toEqual(['a a1+a3']);
});

it('keeps what was learnt of an object that is deleted, that goes on, and that cannot be read', async () => {
  const bench = await start([
    stream(
      ...[event('ADDED', done('a1', '1')), initialEnd('5'), event('DELETED', done('a1', '6')), event('MODIFIED', pod('a3', '7'))],
      ...[event('MODIFIED', pod('a4', '8', 'Broken')), event('ADDED', done('a2', '9'))],
    ),
  ]);
  await until('the last event', () => bench.stored().includes('a a1+a2'));
  expect([...bench.reflector.status().unreadable.keys()]).toEqual(['shop/a4']);
  expect(bench.changes.filter((change) => change.startsWith('deleted'))).toEqual([]);
});

it('adds a new list to what was learnt before, and counts nothing twice', async () => {
  const bench = await start([
    stream(event('ADDED', done('a1', '1')), event('ADDED', done('b1', '1')), initialEnd('5'), end),
    refuse(410, 'too old'),
    stream(event('ADDED', done('a1', '1')), event('ADDED', done('a2', '6')), initialEnd('7')),
  ]);
  await bench.retry();
  await until('the second list', () => bench.stored().includes('a a1+a2'));
  expect(bench.stored().sort()).toEqual(['a a1+a2', 'b b1']);
});

it('forgets what no longer counts at the next list and at the next bookmark', async () => {
  const over = new Set(['b']);
  const bench = await start(
    [
      stream(event('ADDED', done('a1', '1')), event('ADDED', done('b1', '2')), event('ADDED', done('c1', '2')), initialEnd('5'), end),
      stream(bookmark('8'), event('ADDED', done('d1', '9'))),
    ],
    ({ name }) => !over.has(name),
  );
  await bench.reflector.synced;
  expect(bench.stored()).toEqual(['a a1', 'c c1']);
  over.add('c');
  await until('the event after the bookmark', () => bench.stored().includes('d d1'));
  expect(bench.stored()).toEqual(['a a1', 'd d1']);
  expect(bench.changes).toContain('deleted shop/c c1');
});
