/** How many objects a message names; the rest is counted. */
const named = 5;

/** The first objects of a list, in alphabetical order so that the text is the same as long as the list is: `a, b, c and 12 more`. */
export function inBrief(objects: readonly string[]): string {
  const more = objects.length - named;
  return more > 0 ? `${firstOf(objects).join(', ')} and ${more} more` : [...objects].sort().join(', ');
}

/** The first ones in order, without putting thousands in order. */
function firstOf(objects: readonly string[]): string[] {
  const first = objects.slice(0, named).sort();
  for (const object of objects.slice(named)) {
    if (object >= (first.at(-1) ?? '')) continue;
    first[named - 1] = object;
    first.sort();
  }
  return first;
}
