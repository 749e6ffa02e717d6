/** How many objects a message names; the rest is counted. */
const named = 5;

/** The first objects of a list, in alphabetical order so that the text is the same as long as the list is: `a, b, c and 12 more`. */
export function inBrief(objects: readonly string[]): string {
  const sorted = [...objects].sort();
  const more = sorted.length - named;
  return more > 0 ? `${sorted.slice(0, named).join(', ')} and ${more} more` : sorted.join(', ');
}
