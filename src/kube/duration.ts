const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A Kubernetes duration (`90s`, `8h30m`, `0s`) in milliseconds; undefined for what is not one. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)(ms|s|m|h)/g)) total += Number(digits) * unitMs[unit as keyof typeof unitMs];
  return total;
}

/** Milliseconds as a Kubernetes duration in its largest whole units: `1h30m`, `15m`, `250ms`, `0s`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  if (rest <= 0) return '0s';
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(rest / unitMs[unit]);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * unitMs[unit];
  }
  return text;
}
