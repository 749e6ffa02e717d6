/** The text of an answer's body; of one that is longer than allowed no more is read, and its connection ends. Throws what `tooLarge` makes. */
export async function textOf(body: AsyncIterable<Buffer>, maxBytes: number, tooLarge: () => Error): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // To leave the loop ends the connection.
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
