import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that none of those is in the way. */
const lowestPort = 20_000;
const highestPort = 32_767;
const attempts = 200;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * `count` different loopback TCP ports that could be bound a moment ago. Another process may take one before it is used: the caller
 * has to be ready for "address already in use".
 */
export async function freePorts(count: number, random: (from: number, to: number) => number = randomInt): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; attempt < attempts && found.size < count; attempt += 1) {
    const port = random(lowestPort, highestPort + 1);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  if (found.size < count) throw new Error(`found only ${found.size} of ${count} free ports between ${lowestPort} and ${highestPort}`);
  return [...found];
}
