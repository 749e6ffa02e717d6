/**
 * A function that is given the chunks of a stream in turn and says whether the mark has come with this one, also where it lies across
 * chunks. Costs one search of each byte.
 */
export function markFinder(mark: string): (chunk: Buffer) => boolean {
  const length = Buffer.byteLength(mark);
  let tail: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const seam = Buffer.concat([tail, chunk.subarray(0, length)]);
    tail = chunk.length >= length ? chunk.subarray(-length) : Buffer.concat([tail, chunk]).subarray(-length);
    return seam.includes(mark) || chunk.includes(mark);
  };
}
