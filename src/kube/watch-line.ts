const key = '"managedFields":[';

/**
 * The JSON of one line of a watch, with `managedFields` emptied before it is parsed: a third of a pod or more, of which nothing is kept.
 *
 * The entries are objects of objects without an array in them, so the first `}]` is their end. One that stands in a name leaves an odd number
 * of quotation marks, and one of an array leaves a bracket too many: then the text is none, and the line is parsed as it came.
 */
export function parseWatchLine<T>(line: Buffer): T {
  const start = line.indexOf(`${key}{`);
  const end = start < 0 ? -1 : line.indexOf('}]', start);
  if (end < 0) return JSON.parse(line.toString('utf8')) as T;
  try {
    return JSON.parse(line.toString('utf8', 0, start + key.length) + line.toString('utf8', end + 1)) as T;
  } catch {
    return JSON.parse(line.toString('utf8')) as T;
  }
}
