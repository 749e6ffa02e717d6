import { answer, type Step } from './fake-api-server.ts';

/** More ways in which the far end of a contact line answers; a fake API server runs them like any other step. */

export const taken: Step = answer('', { status: 202 });

export function status(code: number, headers: Record<string, string> = {}): Step {
  return answer('no', { status: code, headers });
}

export function redirectTo(location: string): Step {
  return answer('', { status: 302, headers: { location } });
}

/** A good head, then as many bytes as are said, or as many as the client takes. */
export function flood(bytes: number, onSent: (bytes: number) => void = () => {}): Step {
  return async (exchange) => {
    exchange.head(200);
    const chunk = Buffer.alloc(64 * 1024, 'x');
    for (let sent = 0; sent < bytes && !exchange.closed; sent += chunk.length) {
      await exchange.write(chunk);
      onSent(sent + chunk.length);
      // Lets the connection's end be noticed.
      await new Promise(setImmediate);
    }
    exchange.end();
  };
}
