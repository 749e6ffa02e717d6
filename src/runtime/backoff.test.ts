import fc from 'fast-check';
import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import { createBackoff, reflectorBackoff } from './backoff.ts';

function setup(random: () => number = () => 0) {
  const clock = createFakeClock();
  return { clock, next: createBackoff({ clock, random, ...reflectorBackoff }) };
}

it('doubles from 0.8 s to 30 s', () => {
  const { next } = setup();
  expect(Array.from({ length: 8 }, next)).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
});

it('spreads each delay over once to twice its length', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 12 }), (numbers) => {
      const bases = setup().next;
      let drawn = 0;
      const { next } = setup(() => numbers[drawn++]!);
      for (const number of numbers) expect(next()).toBeCloseTo(bases() * (1 + number), 6);
    }),
  );
});

it('begins anew after more than two minutes without a failure', async () => {
  const { clock, next } = setup();
  next();
  next();
  await clock.advance(120_000);
  expect(next()).toBe(3_200);
  await clock.advance(120_001);
  expect([next(), next()]).toEqual([800, 1_600]);
});
