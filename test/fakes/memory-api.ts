import { KubeError } from '../../src/kube/errors.ts';
import type { KubeRequest, Transport } from '../../src/kube/transport.ts';
import type { KubeObject } from '../../src/kube/types.ts';
import type { Clock } from '../../src/runtime/clock.ts';

type StoredObject = KubeObject & Record<string, unknown>;

/** Stands between the caller and the store: may throw before or after `proceed`, wait, or answer by itself. */
export type Interceptor = (request: KubeRequest, proceed: () => unknown) => unknown;

/**
 * An API server's storage in memory: create, read, list, replace, merge-patch and delete on any path, with resourceVersions that
 * conflict. It knows no schema and no watch; server-side apply merges like a merge-patch and creates what is missing; a write to
 * `/status` changes only `status`; a dry-run changes nothing.
 */
export interface MemoryApi extends Transport {
  /** Every request, in the order of arrival, with those that an interceptor failed. */
  readonly requests: KubeRequest[];
  /** Every later request goes through the interceptor; undefined removes it. */
  intercept(interceptor: Interceptor | undefined): void;
  /** The object at a path, as another client would read it. */
  read<T = StoredObject>(path: string): T | undefined;
  /** Creates or replaces the object at a path, as another client would, whatever its resourceVersion. */
  write(path: string, object: object): void;
  remove(path: string): void;
}

/** With a clock, `timeoutMs` (default 30 s, as the transport's) is kept in that clock's time; without one requests never time out. */
export function createMemoryApi(options: { clock?: Clock } = {}): MemoryApi {
  const store = createStore();
  const requests: KubeRequest[] = [];
  let interceptor: Interceptor | undefined;

  async function answer(request: KubeRequest): Promise<unknown> {
    const copy = { ...request };
    delete copy.signal;
    delete copy.onWarning;
    requests.push(structuredClone(copy));
    const proceed = () => structuredClone(request.query?.dryRun === 'All' ? store.rehearse(request) : store.handle(request));
    return interceptor ? interceptor(request, proceed) : proceed();
  }

  const json = <T>(request: KubeRequest) => withinTime(answer(request), request, options.clock) as Promise<T>;
  return {
    server: 'memory://',
    requests,
    json,
    text: async (request) => JSON.stringify(await json(request)),
    // biome-ignore lint/correctness/useYield: it is the transport's signature, and there is nothing to watch
    lines: async function* () {
      throw failure('Invalid', 405, 'MethodNotAllowed', 'the server in memory has no watch');
    },
    close: async () => {},
    onRecovery: () => () => undefined,
    intercept: (next) => {
      interceptor = next;
    },
    read: <T>(path: string) => structuredClone(store.objects.get(path)) as T | undefined,
    write: (path, object) => void store.save(path, asSent(object)),
    remove: (path) => void store.objects.delete(path),
  };
}

function createStore() {
  const objects = new Map<string, StoredObject>();
  let revision = 0;

  function save(path: string, object: StoredObject): StoredObject {
    revision += 1;
    const old = objects.get(path)?.metadata;
    const uid = old?.uid ?? object.metadata?.uid ?? `uid-${revision}`;
    const saved = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(revision) } };
    objects.set(path, saved);
    return saved;
  }

  function existing(path: string): StoredObject {
    const object = objects.get(path);
    if (!object) throw failure('NotFound', 404, 'NotFound', `${path} not found`);
    return object;
  }

  function create(collection: string, body: StoredObject): StoredObject {
    const name = body.metadata?.name ?? `${body.metadata?.generateName ?? ''}${revision + 1}`;
    const path = `${collection}/${encodeURIComponent(name)}`;
    if (objects.has(path)) throw failure('Conflict', 409, 'AlreadyExists', `${path} already exists`);
    return save(path, { ...body, metadata: { ...body.metadata, name } });
  }

  function change(path: string, body: StoredObject, merge: (old: StoredObject) => unknown, status: boolean): StoredObject {
    const old = existing(path);
    const wanted = body.metadata?.resourceVersion;
    if (wanted !== undefined && wanted !== old.metadata?.resourceVersion) {
      throw failure('Conflict', 409, 'Conflict', `${path} has been modified; please apply your changes to the latest version`);
    }
    const next = merge(old) as StoredObject;
    return save(path, status ? { ...old, status: next.status } : next);
  }

  function handle(request: KubeRequest): unknown {
    const { collection, status } = parsePath(request.path);
    const path = status ? request.path.slice(0, -'/status'.length) : request.path;
    const body = asSent(request.body ?? {});
    switch (request.method ?? 'GET') {
      case 'GET':
        return collection ? list(objects, path, revision) : existing(path);
      case 'POST':
        return create(path, body);
      case 'PUT':
        return change(path, body, () => body, status);
      case 'PATCH':
        if (request.contentType === 'application/apply-patch+yaml' && !objects.has(path)) save(path, { metadata: body.metadata ?? {} });
        return change(path, body, (old) => mergePatch(old, body), status);
      case 'DELETE': {
        const old = existing(path);
        objects.delete(path);
        return old;
      }
    }
  }

  /** What would come of a request. */
  function rehearse(request: KubeRequest): unknown {
    const before = new Map(objects);
    const result = handle(request);
    objects.clear();
    for (const [path, object] of before) objects.set(path, object);
    return result;
  }

  return { objects, save, handle, rehearse };
}

/** `/apis/group/version[/namespaces/x]/resource` is a collection; a further segment names an object, and `status` after that its subresource. */
function parsePath(path: string): { collection: boolean; status: boolean } {
  const segments = path.split('/').slice(path.startsWith('/api/') ? 3 : 4);
  const rest = segments[0] === 'namespaces' && segments.length > 2 ? segments.slice(2) : segments;
  return { collection: rest.length === 1, status: rest.length === 3 && rest[2] === 'status' };
}

/** The objects of one collection; a namespaced type is also listed over all namespaces. */
function list(objects: Map<string, StoredObject>, path: string, revision: number) {
  const root = path.slice(0, path.lastIndexOf('/'));
  const resource = path.slice(root.length + 1);
  const under = (key: string) =>
    key.startsWith(`${path}/`) || (key.startsWith(`${root}/namespaces/`) && key.split('/').at(-2) === resource);
  return { metadata: { resourceVersion: String(revision) }, items: [...objects].filter(([key]) => under(key)).map(([, object]) => object) };
}

/** What arrives at a server: without fields that are undefined. */
function asSent(body: unknown): StoredObject {
  return JSON.parse(JSON.stringify(body));
}

/** RFC 7386: null removes, an object merges, anything else replaces. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** Fails as the transport does when the caller gives up or the time is over; what the server was doing goes on, as on a real one. */
function withinTime(work: Promise<unknown>, request: KubeRequest, clock: Clock | undefined): Promise<unknown> {
  const { signal } = request;
  return new Promise((resolve, reject) => {
    const stop = (reason: string) => reject(failure('Transient', 0, reason, `the request was given up: ${reason}`));
    const abort = () => stop('AbortError');
    const cancel = clock?.after(request.timeoutMs ?? 30_000, () => stop('TimeoutError'));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      cancel?.();
      signal?.removeEventListener('abort', abort);
    });
  });
}

function failure(kind: KubeError['kind'], code: number, reason: string, message: string): KubeError {
  return new KubeError(kind, message, { code, reason });
}
