import fc from 'fast-check';
import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { createRuntimeMetrics } from './metrics.ts';
import { createWorkQueue } from './work-queue.ts';

type Step =
  | { do: 'add' | 'addRateLimited' | 'forget'; key: string }
  | { do: 'addAfter'; key: string; ms: number }
  | { do: 'get' }
  | { do: 'done'; which: number }
  | { do: 'advance'; ms: number };

const key = fc.constantFrom('a', 'b', 'c');
const ms = fc.constantFrom(0, 1, 5, 50, 5_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('add' as const, 'addRateLimited' as const, 'forget' as const), key }),
  fc.record({ do: fc.constant('addAfter' as const), key, ms }),
  fc.record({ do: fc.constant('get' as const) }),
  fc.record({ do: fc.constant('done' as const), which: fc.nat(5) }),
  fc.record({ do: fc.constant('advance' as const), ms }),
);

const metrics = createRuntimeMetrics();

/** Workers that take and give back as told, with a note of what each key is owed. */
function createWorkers() {
  const clock = createFakeClock();
  const queue = createWorkQueue({ name: 'property', clock, metrics });
  const processing: string[] = [];
  const owed = new Set<string>();
  const twiceAtOnce: string[] = [];

  function get(): void {
    queue.get().then((next) => {
      if (next === undefined) return;
      if (processing.includes(next)) twiceAtOnce.push(next);
      processing.push(next);
      owed.delete(next);
    });
  }

  function done(which: number): void {
    const [finished] = processing.splice(which % Math.max(1, processing.length), 1);
    if (finished !== undefined) queue.done(finished);
  }

  async function take(next: Step): Promise<void> {
    if (next.do === 'get') get();
    else if (next.do === 'done') done(next.which);
    else if (next.do === 'advance') await clock.advance(next.ms);
    else {
      // From here on the key has to be handed out again, whatever else happens to it.
      if (next.do !== 'forget') owed.add(next.key);
      if (next.do === 'addAfter') queue.addAfter(next.key, next.ms);
      else queue[next.do](next.key);
    }
    await clock.settle();
  }

  /** Lets all delays pass and finishes everything. */
  async function finish(): Promise<void> {
    await clock.advance(2_000_000);
    while (processing.length > 0 || queue.size > 0) {
      if (queue.size > 0) get();
      await clock.settle();
      done(0);
      await clock.settle();
    }
  }

  return { take, finish, owed, twiceAtOnce, queue, clock };
}

it('never hands a key out twice at once, and hands out every key after its last add, whatever the order of events', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const workers = createWorkers();
      for (const next of steps) await workers.take(next);
      await workers.finish();
      expect(workers.twiceAtOnce).toEqual([]);
      expect([...workers.owed]).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('ends for every worker once it is shut down, after what waited', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const { take, finish, queue, clock } = createWorkers();
      for (const next of steps) await take(next);
      queue.shutDown();
      expect(clock.pending).toBe(0);
      await finish();
      expect(await queue.get()).toBeUndefined();
    }),
    { numRuns: 100 },
  );
});
