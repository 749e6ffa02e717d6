/** What stands between the stars of patterns that were asked about; the same few are, once for each of many objects. */
const partsOf = new Map<string, readonly string[]>();
const maxKnown = 1_000;

/** True where `*` in the pattern stands for any run of characters and everything else for itself. Linear in time, whatever the pattern. */
export function matchesGlob(pattern: string, text: string): boolean {
  const parts = partsOf.get(pattern) ?? remembered(pattern);
  const head = parts[0] ?? '';
  if (parts.length === 1) return text === head;
  if (!text.startsWith(head)) return false;
  let position = head.length;
  for (let index = 1; index < parts.length - 1; index += 1) {
    const part = parts[index] ?? '';
    const found = text.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  const tail = parts[parts.length - 1] ?? '';
  return text.length - tail.length >= position && text.endsWith(tail);
}

function remembered(pattern: string): readonly string[] {
  const parts = pattern.split('*');
  if (partsOf.size >= maxKnown) partsOf.clear();
  partsOf.set(pattern, parts);
  return parts;
}
