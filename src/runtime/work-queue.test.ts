import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { createRuntimeMetrics } from './metrics.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

function setup() {
  const clock = createFakeClock();
  const waits: number[] = [];
  const watched = {
    ...clock,
    after: (ms: number, callback: () => void) => {
      waits.push(ms);
      return clock.after(ms, callback);
    },
  };
  const metrics = createRuntimeMetrics();
  return { clock, waits, metrics, queue: createWorkQueue({ name: 'test', clock: watched, metrics }) };
}

/** What is ready now, each key taken and given back. */
async function takeAll(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = [];
  while (queue.size > 0) {
    const key = (await queue.get())!;
    keys.push(key);
    queue.done(key);
  }
  return keys;
}

describe('keys', () => {
  it('come out in the order in which they went in, each once', async () => {
    const { queue } = setup();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    expect(queue.size).toBe(3);
    expect(await takeAll(queue)).toEqual(['a', 'b', 'c']);
  });

  it('go to whoever waits for one, first come first served', async () => {
    const { queue } = setup();
    const [first, second] = [queue.get(), queue.get()];
    queue.add('a');
    queue.add('b');
    expect(await Promise.all([first, second])).toEqual(['a', 'b']);
  });

  it('that are added while they are worked on are handed out once more, and only when that work is done', async () => {
    const { queue } = setup();
    queue.add('a');
    expect(await queue.get()).toBe('a');
    queue.add('a');
    queue.add('a');
    expect(queue.size).toBe(0);
    queue.done('a');
    expect(await takeAll(queue)).toEqual(['a']);
  });

  it('that are worked on do not keep others waiting', async () => {
    const { queue } = setup();
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('b');
    expect(await queue.get()).toBe('b');
  });
});

describe('a delay', () => {
  it('hands the key out when it is over', async () => {
    const { queue, clock } = setup();
    queue.addAfter('a', 60_000);
    await clock.advance(59_999);
    expect(queue.size).toBe(0);
    await clock.advance(1);
    expect(await takeAll(queue)).toEqual(['a']);
  });

  it.each([
    ['later', 60_000, 10_000],
    ['earlier', 10_000, 60_000],
  ])('for a key that has a %s one already leaves the earlier of the two', async (_, first, second) => {
    const { queue, clock } = setup();
    queue.addAfter('a', first);
    queue.addAfter('a', second);
    await clock.advance(10_000);
    expect(await takeAll(queue)).toEqual(['a']);
    await clock.advance(60_000);
    expect(queue.size).toBe(0);
  });

  it.each([0, -5])('of %i ms is none', (ms) => {
    const { queue } = setup();
    queue.addAfter('a', ms);
    expect(queue.size).toBe(1);
  });

  it('costs one timer, however many keys have one, and none when they are out', async () => {
    const { queue, clock } = setup();
    for (let index = 0; index < 500; index += 1) queue.addAfter(`key-${index}`, 1_000 + ((index * 7) % 500));
    expect(clock.pending).toBe(1);
    await clock.advance(1_250);
    expect(clock.pending).toBe(1);
    await clock.advance(250);
    expect([queue.size, clock.pending]).toEqual([500, 0]);
  });

  it('may be longer than a timer of Node can be', async () => {
    const { queue, clock, waits } = setup();
    const fortyDays = 40 * 24 * 3_600_000;
    queue.addAfter('a', fortyDays);
    await clock.advance(fortyDays - 1);
    expect(queue.size).toBe(0);
    await clock.advance(1);
    expect(queue.size).toBe(1);
    expect(Math.max(...waits)).toBeLessThan(2 ** 31);
  });
});

describe('backoff', () => {
  it('doubles for a key from 5 ms to 1,000 s, and begins anew once the key is forgotten', async () => {
    const { queue, clock, waits } = setup();
    const fail = async () => {
      queue.addRateLimited('a');
      await clock.advance(waits.at(-1)!);
      return (await takeAll(queue)).length === 1 ? waits.at(-1)! : Number.NaN;
    };
    const seen: number[] = [];
    for (let count = 0; count < 20; count += 1) seen.push(await fail());
    expect(seen.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(seen.slice(-3)).toEqual([655_360, 1_000_000, 1_000_000]);
    queue.forget('a');
    expect(await fail()).toBe(5);
  });

  it('of one key does not slow another', async () => {
    const { queue, clock } = setup();
    for (let count = 0; count < 10; count += 1) queue.addRateLimited('slow');
    await clock.advance(5);
    await takeAll(queue);
    queue.addRateLimited('slow');
    queue.addRateLimited('quick');
    await clock.advance(5);
    expect(await takeAll(queue)).toEqual(['quick']);
  });

  it('lets a hundred failures through at once and then ten a second', async () => {
    const { queue, clock } = setup();
    const fail = (name: string, count: number) => {
      for (let index = 0; index < count; index += 1) queue.addRateLimited(`${name}-${index}`);
    };
    fail('first', 103);
    await clock.advance(5);
    expect(await takeAll(queue)).toHaveLength(100);
    await clock.advance(94);
    expect(queue.size).toBe(0);
    await clock.advance(1);
    expect(queue.size).toBe(1);
    await clock.advance(200);
    expect(await takeAll(queue)).toHaveLength(3);
    // However long nothing fails, no more than a hundred are saved up.
    await clock.advance(3_600_000);
    fail('second', 103);
    await clock.advance(5);
    expect(await takeAll(queue)).toHaveLength(100);
  });
});

describe('a queue that is shut down', () => {
  it('still hands out what waits, drops what is delayed, takes nothing more, and then ends', async () => {
    const { queue, clock } = setup();
    queue.add('waits');
    queue.addAfter('delayed', 1_000);
    queue.addRateLimited('failed');
    queue.shutDown();
    queue.add('late');
    queue.addAfter('later', 1);
    queue.addAfter('now', 0);
    queue.addRateLimited('last');
    expect(clock.pending).toBe(0);
    await clock.advance(10_000);
    expect(await takeAll(queue)).toEqual(['waits']);
    expect(await queue.get()).toBeUndefined();
  });

  it('sends everyone home who waits for a key', async () => {
    const { queue } = setup();
    const waiting = [queue.get(), queue.get()];
    queue.shutDown();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  });

  it('hands out once more what was added while it was worked on', async () => {
    const { queue } = setup();
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.shutDown();
    queue.done('a');
    expect(await queue.get()).toBe('a');
    queue.done('a');
    expect(await queue.get()).toBeUndefined();
  });
});

it('tells its depth, what was added and retried, and how long keys waited and were worked on', async () => {
  const { queue, clock, metrics } = setup();
  const text = async () => (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('workqueue_'));
  queue.add('a');
  queue.add('a');
  queue.add('b');
  expect(await text()).toContain('workqueue_depth{name="test"} 2');
  await clock.advance(2_000);
  const key = (await queue.get())!;
  await clock.advance(500);
  queue.done(key);
  queue.addRateLimited(key);
  expect(await text()).toEqual(
    expect.arrayContaining([
      'workqueue_depth{name="test"} 1',
      'workqueue_adds_total{name="test"} 2',
      'workqueue_retries_total{name="test"} 1',
      'workqueue_queue_duration_seconds_sum{name="test"} 2',
      'workqueue_queue_duration_seconds_count{name="test"} 1',
      'workqueue_work_duration_seconds_sum{name="test"} 0.5',
      'workqueue_work_duration_seconds_count{name="test"} 1',
    ]),
  );
});
