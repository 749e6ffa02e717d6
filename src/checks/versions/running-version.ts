import { intersects, satisfies, subset, validRange } from 'semver';

/** A `v`, two or three numbers, and what a vendor or a release adds to them. */
const written = /^v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?((?:[-+_.]|alpha|beta|rc).*)?$/i;
/** What comes before a release; any other suffix is a vendor's and says nothing about the version. */
const preRelease = /^[-+_.]?(alpha|beta|rc)[-_.]?(\d{0,9})/i;

/**
 * Whether a version, as software or an image's tag names it, lies in a range of semantic versions. Undefined where that cannot be said:
 * the text is no version, or it is a tag such as `1.12`, which moves from patch to patch, and the range has only some of those.
 */
export function isWithin(version: string, range: string): boolean | undefined {
  const match = written.exec(version);
  if (!match) return undefined;
  const [, major, minor, patch, suffix = ''] = match;
  const numbers = [major, minor, patch ?? 'x'].map((part) => (part === 'x' ? part : Number(part))).join('.');
  if (patch !== undefined) {
    const [, stage, number] = preRelease.exec(suffix) ?? [];
    return satisfies(stage ? `${numbers}-${stage.toLowerCase()}.${Number(number)}` : numbers, range);
  }
  if (subset(numbers, range)) return true;
  return intersects(numbers, range) ? undefined : false;
}

/** Why a range cannot be used; undefined where it can. */
export function problemOfRange(range: string): string | undefined {
  return validRange(range) === null ? `${JSON.stringify(range)} is not a range of versions` : undefined;
}
