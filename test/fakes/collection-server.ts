import { errorFromResponse, errorFromTransport, KubeError } from '../../src/kube/errors.ts';
import { type KubeRequest, splitLines, type Transport } from '../../src/kube/transport.ts';
import { type Clock, delay } from '../../src/runtime/clock.ts';
import { type CollectionStream, createCollectionStream, latencyMs, type StreamFault, type WatchLine } from './collection-stream.ts';

/** How a pod came to the client: in a whole state, as the event of a watch, or as a line that was sent once more. */
export type Delivery = 'state' | 'event' | 'repeat';

export interface CollectionPod {
  metadata: { name: string; namespace: string; resourceVersion: string };
  status: { phase: string };
}

export type Fault =
  /** To every stream that is open. */
  | { do: StreamFault }
  /** To every stream that is open: a bookmark out of turn; in the initial state ahead of what is still to come. */
  | { do: 'bookmark' }
  /** To the next request. */
  | { do: 'refuse'; code: 410 | 429 | 500 | 503; retryAfterSeconds: number }
  /** To the next watch: a good answer and nothing in it. */
  | { do: 'closeAtOnce' }
  /** All streams are reset, and connections refused for so long. */
  | { do: 'restart'; ms: number }
  /** Only so many of the last changes are remembered: who asks for earlier ones is told 410 by the answer's status or by an ERROR event. */
  | { do: 'compact'; keep: number; by: 'status' | 'event' }
  /** Whether the initial state is sent as a stream, or the request for it refused. */
  | { do: 'watchList'; served: boolean };

/** An API server with one collection of pods, in memory and in simulated time: it keeps them and their history and answers LIST, WATCH and WatchList. */
export interface CollectionServer {
  readonly transport: Transport;
  /** What it holds, by name. */
  readonly pods: ReadonlyMap<string, CollectionPod>;
  /** Pages and watches that were asked for. */
  readonly requests: number;
  /** Watches that are open. */
  readonly streams: number;
  /** Creates or changes a pod. */
  put(name: string, phase: string): void;
  remove(name: string): void;
  inject(fault: Fault): void;
  /** Somebody else asks for something by the same transport. */
  probe(): void;
  /** From now on no request fails; what an open stream has suffered remains. */
  calm(): void;
}

const bookmarkMs = 60_000;
/** Small, so that a handful of pods needs several pages. A server may send fewer than the limit asked for. */
const pageSize = 2;

export function createCollectionServer(clock: Clock): CollectionServer {
  const pods = new Map<string, CollectionPod>();
  const history: { at: number; line: WatchLine }[] = [];
  /** States that began to be read in pages, by revision. */
  const snapshots = new Map<number, CollectionPod[]>();
  const streams = new Set<CollectionStream>();
  const door = createDoor(clock);
  let revision = 1;
  let compacted = 0;
  let expiryBy: 'status' | 'event' = 'status';
  let closings = 0;
  let servesWatchList = true;

  function change(type: 'ADDED' | 'MODIFIED' | 'DELETED', name: string, phase: string): void {
    revision += 1;
    const pod = { metadata: { name, namespace: 'shop', resourceVersion: String(revision) }, status: { phase } };
    if (type === 'DELETED') pods.delete(name);
    else pods.set(name, pod);
    history.push({ at: revision, line: { type, object: delivered(pod, 'event') } });
    for (const stream of streams) stream.push({ type, object: delivered(pod, stream.initial ? 'state' : 'event') });
  }

  function sendBookmarks(): void {
    for (const stream of streams) stream.push(bookmark(revision), stream.initial);
  }

  function keepSendingBookmarks(): void {
    clock.after(bookmarkMs, () => {
      sendBookmarks();
      keepSendingBookmarks();
    });
  }
  keepSendingBookmarks();

  /** In the order of their keys, as from etcd. */
  const inOrder = () => [...pods.values()].sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));

  async function text(request: KubeRequest): Promise<string> {
    await door.enter(request.signal);
    const token = request.query?.continue;
    const [at = revision, start = 0] = token ? String(token).split(':').map(Number) : [];
    if (!token) snapshots.set(at, inOrder());
    if (at < compacted) throw refused(410, 'Expired');
    const all = snapshots.get(at) ?? [];
    const end = start + pageSize;
    return JSON.stringify({
      metadata: { resourceVersion: String(at), ...(end < all.length ? { continue: `${at}:${end}` } : {}) },
      items: all.slice(start, end).map((pod) => delivered(pod, 'state')),
    });
  }

  function open({ query = {} }: KubeRequest): CollectionStream {
    const wantsState = query.sendInitialEvents === true;
    const from = wantsState ? revision : Number(query.resourceVersion);
    if (wantsState && !servesWatchList) throw refused(422, 'Invalid');
    if (from < compacted && expiryBy === 'status') throw refused(410, 'Expired');
    const mark = () => bookmark(revision, { 'k8s.io/initial-events-end': 'true' });
    const stream = createCollectionStream(clock, wantsState ? mark : undefined);
    if (closings > 0) {
      closings -= 1;
      stream.inject('end');
    } else if (from < compacted) stream.inject('expire');
    else if (wantsState) for (const pod of inOrder()) stream.push({ type: 'ADDED', object: delivered(pod, 'state') });
    else for (const { at, line } of history) if (at > from) stream.push(line);
    return stream;
  }

  async function* bytes(request: KubeRequest): AsyncGenerator<Buffer> {
    await door.enter(request.signal);
    const stream = open(request);
    streams.add(stream);
    try {
      yield* stream.bytes(request.signal);
    } finally {
      streams.delete(stream);
    }
  }

  function inject(fault: Fault): void {
    if (fault.do === 'refuse') door.refuse(refused(fault.code, '', fault.retryAfterSeconds));
    else if (fault.do === 'bookmark') sendBookmarks();
    else if (fault.do === 'closeAtOnce') closings += 1;
    else if (fault.do === 'watchList') servesWatchList = fault.served;
    else if (fault.do === 'compact') {
      compacted = Math.max(compacted, revision - fault.keep);
      expiryBy = fault.by;
    } else {
      if (fault.do === 'restart') door.shut(fault.ms);
      for (const stream of streams) stream.inject(fault.do === 'restart' ? 'reset' : fault.do);
    }
  }

  return {
    transport: {
      server: 'memory://',
      text,
      lines: (request) => splitLines(bytes(request)),
      json: async <T>(request: KubeRequest) => JSON.parse(await text(request)) as T,
      onRecovery: door.onRecovery,
      close: async () => {},
    },
    pods,
    get requests() {
      return door.entered();
    },
    get streams() {
      return streams.size;
    },
    put: (name, phase) => change(pods.has(name) ? 'MODIFIED' : 'ADDED', name, phase),
    remove: (name) => {
      const pod = pods.get(name);
      if (pod) change('DELETED', name, pod.status.phase);
    },
    inject,
    probe: door.probe,
    calm: () => {
      closings = 0;
      door.open();
    },
  };
}

/** What every request passes on its way in, and what the transport tells of it. */
function createDoor(clock: Clock) {
  const refusals: KubeError[] = [];
  const listeners = new Set<() => void>();
  let shutUntil = Number.NEGATIVE_INFINITY;
  let entered = 0;
  let reachable = true;

  const isShut = () => clock.monotonic() < shutUntil;

  function noteGoodAnswer(): void {
    if (reachable) return;
    reachable = true;
    for (const listener of listeners) listener();
  }

  async function enter(signal: AbortSignal | undefined): Promise<void> {
    entered += 1;
    await delay(clock, latencyMs, signal);
    if (signal?.aborted) throw errorFromTransport(signal.reason);
    if (isShut()) {
      reachable = false;
      throw new KubeError('Transient', 'connect ECONNREFUSED', { reason: 'ECONNREFUSED' });
    }
    const refusal = refusals.shift();
    if (refusal) throw refusal;
    noteGoodAnswer();
  }

  return {
    enter,
    entered: () => entered,
    refuse: (error: KubeError) => void refusals.push(error),
    shut: (ms: number) => {
      shutUntil = clock.monotonic() + ms;
    },
    open: () => {
      shutUntil = Number.NEGATIVE_INFINITY;
      refusals.length = 0;
    },
    probe: () => {
      if (!isShut()) noteGoodAnswer();
    },
    onRecovery: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function bookmark(revision: number, annotations: Record<string, string> = {}): WatchLine {
  return { type: 'BOOKMARK', object: { kind: 'Pod', metadata: { resourceVersion: String(revision), annotations } } };
}

function delivered(pod: CollectionPod, delivery: Delivery): object {
  return { ...pod, delivery };
}

/** A refusal as the transport hands it on once it has tried often enough by itself. */
function refused(code: number, reason: string, retryAfterSeconds = 0): KubeError {
  const body = JSON.stringify({ kind: 'Status', code, reason, message: `refused with ${code}` });
  return errorFromResponse(code, body, retryAfterSeconds > 0 ? String(retryAfterSeconds) : undefined);
}
