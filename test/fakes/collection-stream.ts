import { errorFromTransport, KubeError } from '../../src/kube/errors.ts';
import { type Clock, delay } from '../../src/runtime/clock.ts';

export interface WatchLine {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: object;
}

/**
 * `end`: ended in the server's own time, after what is under way; `reset`: a TCP reset between two lines; `cut`: one in the middle of
 * the next line; `hang`: nothing arrives any more and nobody says so; `expire`: 410 as an ERROR event; `repeat`: the last line once more.
 */
export type StreamFault = 'end' | 'reset' | 'cut' | 'hang' | 'expire' | 'repeat';

/** The answer to one watch, in simulated time. */
export interface CollectionStream {
  /** True until the mark after the initial state is sent. */
  readonly initial: boolean;
  /** Sends the line after those that wait, or ahead of them. */
  push(line: WatchLine, ahead?: boolean): void;
  inject(fault: StreamFault): void;
  /** What the client receives, until the end, a fault or the client's signal. */
  bytes(signal: AbortSignal | undefined): AsyncGenerator<Buffer>;
}

/** Every request and every line takes this long, so that changes and faults often come in between. */
export const latencyMs = 200;

/** With `mark` the stream begins with the initial state, and that line follows once everything pushed before it is sent. */
export function createCollectionStream(clock: Clock, mark?: () => WatchLine): CollectionStream {
  const queue: WatchLine[] = [];
  const suffered = new Set<StreamFault>();
  let last: WatchLine | undefined;
  let owed = mark;
  let wake = () => {};

  /** After the end nothing more is sent. */
  function push(line: WatchLine, ahead = false): void {
    if (suffered.has('end')) return;
    queue.splice(ahead ? 0 : queue.length, 0, line);
    if (!ahead) last = line;
    wake();
  }

  function inject(fault: StreamFault): void {
    if (fault === 'repeat') {
      if (last) push({ ...last, object: { ...last.object, delivery: 'repeat' } });
      return;
    }
    if (fault === 'expire')
      push({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' } });
    suffered.add(fault === 'expire' ? 'end' : fault);
    wake();
  }

  function next(): WatchLine | undefined {
    const line = queue.shift();
    if (line || suffered.has('end')) return line;
    if (!owed) return undefined;
    last = owed();
    owed = undefined;
    return last;
  }

  async function* bytes(signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    const onAbort = () => wake();
    signal?.addEventListener('abort', onAbort);
    try {
      for (;;) {
        await delay(clock, latencyMs, signal);
        if (signal?.aborted) throw errorFromTransport(signal.reason);
        if (suffered.has('reset')) throw connectionReset();
        const line = suffered.has('hang') ? undefined : next();
        if (line) {
          const whole = Buffer.from(`${JSON.stringify(line)}\n`);
          yield suffered.has('cut') ? whole.subarray(0, whole.length / 2) : whole;
          if (suffered.has('cut')) throw connectionReset();
        } else if (suffered.has('end') && !suffered.has('hang')) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  return {
    get initial() {
      return owed !== undefined;
    },
    push,
    inject,
    bytes,
  };
}

function connectionReset(): KubeError {
  return new KubeError('Transient', 'read ECONNRESET', { reason: 'ECONNRESET' });
}
