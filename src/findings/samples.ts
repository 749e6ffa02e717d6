import { createHash } from 'node:crypto';

/** So many samples of one kind are kept of a month; up to here medians are exact. */
export const maxSamples = 1000;

/**
 * Adds a sample to a list. Once the list is full, each sample that ever came has the same chance to be in it (a reservoir). `seen` is how
 * many came before. Chance comes from the identity of what was measured, so that a pass that is made again gives the same list.
 */
export function addSample(samples: number[], seen: number, value: number, id: string): void {
  if (samples.length < maxSamples) {
    samples.push(value);
    return;
  }
  const index = Number.parseInt(createHash('sha256').update(`${id}/${seen}`).digest('hex').slice(0, 12), 16) % (seen + 1);
  if (index < maxSamples) samples[index] = value;
}

/** Samples, and how many there would be if all had been kept. */
export interface Sampled {
  values: readonly number[];
  of: number;
}

/**
 * The lower median over all: the least value that no more than half of them exceed, so always one that occurred. A sample stands for those
 * that were left out of its list too. Undefined where there is none.
 */
export function median(groups: readonly Sampled[]): number | undefined {
  const weighted = groups
    .flatMap(({ values, of }) => values.map((value) => ({ value, weight: Math.max(1, of / values.length) })))
    .sort((a, b) => a.value - b.value);
  const half = weighted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const { value, weight } of weighted) {
    sum += weight;
    if (sum >= half) return value;
  }
  return undefined;
}
