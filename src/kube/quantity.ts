const suffixes: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}; // prettier-ignore
const pattern = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/;

/**
 * A Kubernetes quantity (`250m`, `1.5Gi`, `1e3`) as a number of its base unit: cores, bytes, or a count. Undefined for what is not a
 * quantity. Doubles carry 15 digits, which is a byte in a petabyte.
 */
export function parseQuantity(text: unknown): number | undefined {
  if (typeof text === 'number') return Number.isFinite(text) ? text : undefined;
  if (typeof text !== 'string' || text.length > 64) return undefined;
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, digits, suffix, exponent] = match;
  const scale = exponent === undefined ? suffixes[suffix ?? ''] : 10 ** Number(exponent);
  return scale === undefined ? undefined : Number(digits) * scale;
}

/** Bytes as people read them: `1.5Gi`. At most one digit after the point. */
export function formatBytes(bytes: number): string {
  for (const unit of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const) {
    const scale = suffixes[unit] ?? 1;
    if (Math.abs(bytes) >= scale) return `${round(bytes / scale)}${unit}`;
  }
  return `${round(bytes)}`;
}

/** Cores as people read them: `250m`, `12.5`. */
export function formatCores(cores: number): string {
  return Math.abs(cores) < 1 && cores !== 0 ? `${Math.round(cores * 1000)}m` : `${round(cores)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
