import { createStore, keyOf, type Stored } from './store.ts';

interface Pod extends Stored {
  phase: string;
}

const pod = (name: string, phase = 'Running', namespace = 'shop'): Pod => ({ name, namespace, phase });

function storeWith(...pods: Pod[]) {
  const store = createStore<Pod>();
  for (const each of pods) store.put(each);
  return store;
}

it('names a namespaced object by namespace and name, and another by its name', () => {
  expect(keyOf({ name: 'cart', namespace: 'shop' })).toBe('shop/cart');
  expect(keyOf({ name: 'node-1' })).toBe('node-1');
});

it('keeps objects of one name in two namespaces apart', () => {
  const store = storeWith(pod('cart', 'Running', 'shop'), pod('cart', 'Pending', 'test'));
  expect([store.size, store.get('shop/cart')?.phase, store.get('test/cart')?.phase]).toEqual([2, 'Running', 'Pending']);
});

it('says of what is put whether it is new, and what was there before', () => {
  const store = storeWith();
  const first = pod('cart', 'Pending');
  const second = pod('cart', 'Running');
  expect(store.put(first)).toEqual({ type: 'added', object: first });
  expect(store.put(second)).toEqual({ type: 'updated', object: second, old: first });
  expect([...store.values()]).toEqual([second]);
});

it('gives what it removes, and nothing for what it does not hold', () => {
  const cart = pod('cart');
  const store = storeWith(cart);
  expect(store.remove('shop/cart')).toEqual({ type: 'deleted', object: cart });
  expect(store.remove('shop/cart')).toBeUndefined();
  expect([store.size, store.get('shop/cart')]).toEqual([0, undefined]);
});

it('becomes exactly what replaces it, and tells what was deleted with its last state, then what was added and updated', () => {
  const [stays, goes] = [pod('stays'), pod('goes')];
  const store = storeWith(stays, goes);
  const [changed, comes] = [pod('stays', 'Failed'), pod('comes')];
  const changes = store.replace(new Map([changed, comes].map((each) => [keyOf(each), each])));
  expect(changes).toEqual([
    { type: 'deleted', object: goes },
    { type: 'updated', object: changed, old: stays },
    { type: 'added', object: comes },
  ]);
  expect([...store.values()]).toEqual([changed, comes]);
});

it('becomes empty', () => {
  const store = storeWith(pod('a'), pod('b'));
  expect(store.replace(new Map()).map(({ type }) => type)).toEqual(['deleted', 'deleted']);
  expect(store.size).toBe(0);
});

it('gives what it holds as it is then: the same list until something changes, and no list that changes', () => {
  const [cart, shop] = [pod('cart'), pod('shop')];
  const store = storeWith(cart);
  const before = store.values();
  expect(store.values()).toBe(before);
  store.put(shop);
  expect([before, store.values()]).toEqual([[cart], [cart, shop]]);
  store.remove('shop/cart');
  expect(store.values()).toEqual([shop]);
  store.replace(new Map([[keyOf(cart), cart]]));
  expect(store.values()).toEqual([cart]);
  const empty = store.values();
  store.remove('shop/nobody');
  expect(store.values()).toBe(empty);
});
