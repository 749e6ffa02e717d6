/** What a store keeps for an object: its projection. The key is `namespace/name`, or the name of what is cluster-scoped. */
export interface Stored {
  name: string;
  namespace?: string;
}

export type Change<T> = { type: 'added'; object: T } | { type: 'updated'; object: T; old: T } | { type: 'deleted'; object: T };

/** The read side, for everyone but the reflector that fills it. */
export interface ReadonlyStore<T> {
  get(key: string): T | undefined;
  values(): IterableIterator<T>;
  readonly size: number;
}

export interface Store<T> extends ReadonlyStore<T> {
  put(object: T): Change<T>;
  remove(key: string): Change<T> | undefined;
  /** Makes the content exactly `objects`; returns what changed. An object equal in identity is reported as updated, since only the server knows. */
  replace(objects: Map<string, T>): Change<T>[];
}

export function keyOf(object: Stored): string {
  return object.namespace ? `${object.namespace}/${object.name}` : object.name;
}

export function createStore<T extends Stored>(): Store<T> {
  let objects = new Map<string, T>();
  return {
    get: (key) => objects.get(key),
    values: () => objects.values(),
    get size() {
      return objects.size;
    },
    put: (object) => {
      const key = keyOf(object);
      const old = objects.get(key);
      objects.set(key, object);
      return old === undefined ? { type: 'added', object } : { type: 'updated', object, old };
    },
    remove: (key) => {
      const object = objects.get(key);
      return object !== undefined && objects.delete(key) ? { type: 'deleted', object } : undefined;
    },
    replace: (next) => {
      const changes: Change<T>[] = [];
      for (const [key, object] of objects) if (!next.has(key)) changes.push({ type: 'deleted', object });
      for (const [key, object] of next) {
        const old = objects.get(key);
        changes.push(old === undefined ? { type: 'added', object } : { type: 'updated', object, old });
      }
      objects = next;
      return changes;
    },
  };
}
