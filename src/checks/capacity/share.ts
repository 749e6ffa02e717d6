/** A share as percent, rounded down to steps of five, so that a message does not change with every pod. */
export function atLeastPercent(share: number): number {
  return Math.floor(share * 20 + 1e-9) * 5;
}

/** A share as percent, with at most one digit after the point: a threshold as it was set. */
export function percent(share: number): number {
  return Math.round(share * 1000) / 10;
}
