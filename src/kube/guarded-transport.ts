import { KubeError } from './errors.ts';
import type { Transport } from './transport.ts';

/** A transport that refuses every write while `mayWrite` says no: who lost the lease, or may have, changes nothing any more. */
export function guardWrites(transport: Transport, mayWrite: () => boolean): Transport {
  const check = (method: string | undefined) => {
    if (method !== undefined && method !== 'GET' && !mayWrite())
      throw new KubeError('Transient', 'this replica does not hold the lease, so it does not write', { reason: 'NotLeader' });
  };
  return {
    ...transport,
    json: async (request) => {
      check(request.method);
      return transport.json(request);
    },
    text: async (request) => {
      check(request.method);
      return transport.text(request);
    },
    lines: async function* (request) {
      check(request.method);
      yield* transport.lines(request);
    },
  };
}
