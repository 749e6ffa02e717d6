import { canonicalHash } from '../kube/canonical.ts';

/** Ours: a quarter of what a value of a CoverageBaseline can hold; more is not read by anybody in a report. */
const longestText = 1024;
/** A CoverageBaseline holds 256 paths an object; the rest is for those that every object of a fact has. */
const mostPaths = 200;

/** The text, or its hash where it is too long. */
export function bounded(text: string): string {
  return text.length <= longestText ? text : `sha256:${canonicalHash(text)}`;
}

/** A path `prefix.key` for each entry; one path with the number of entries and a hash of all where a baseline cannot hold so many. */
export function paths(prefix: string, entries: Iterable<readonly [key: string, text: string]>): Record<string, string> {
  const list = [...entries];
  if (list.length > mostPaths) return { [prefix]: `${list.length}, sha256:${canonicalHash(list)}` };
  return Object.fromEntries(list.map(([key, text]) => [`${prefix}.${key}`, bounded(text)]));
}

/** The key in a path that `paths` made; undefined for any other path. */
export function keyIn(prefix: string, path: string): string | undefined {
  return path.startsWith(`${prefix}.`) ? path.slice(prefix.length + 1) : undefined;
}

/** A list whose order says nothing, each entry once. */
export function sorted(list: Iterable<string>): string {
  return [...new Set(list)].sort().join(', ');
}

/** The entries of a list that `sorted` made which another one lacks. */
export function missing(expected = '', actual = ''): string[] {
  const there = new Set(actual.split(', '));
  return expected.split(', ').filter((entry) => entry !== '' && !there.has(entry));
}

/** `key=value` in alphabetical order. */
export function pairs(map: Readonly<Record<string, string>>): string {
  return sorted(Object.entries(map).map(([key, value]) => `${key}=${value}`));
}

/** Cores, however they were spelled: `250m`, `2`. */
export function coresText(cores: number): string {
  const milli = Number((cores * 1000).toFixed(6));
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Bytes, however they were spelled, in the largest unit that needs no fraction: `1536Mi`. */
export function bytesText(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
  let unit = 0;
  let amount = bytes;
  while (amount !== 0 && amount % 1024 === 0 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount}${units[unit]}`;
}

/** An amount of the resource of this name, such as `requests.cpu` or `pods`: cores, bytes, or a count. */
export function amountText(resource: string, amount: number): string {
  if (/(^|\.)cpu$/.test(resource)) return coresText(amount);
  return /(^|[./])(memory|storage|ephemeral-storage)$|^(requests\.|limits\.)?hugepages-/.test(resource)
    ? bytesText(amount)
    : String(amount);
}
