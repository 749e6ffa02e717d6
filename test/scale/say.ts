const begun = performance.now();

/** Prints a line with the seconds since the bench began. */
export function say(line: string): void {
  console.log(`[${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s] ${line}`);
}
