import fc from 'fast-check';
import { canonical, canonicalHash } from './canonical.ts';

describe('the canonical text of a value', () => {
  it('does not depend on the order of keys and lists, however deep', () => {
    const one = { a: [{ x: 1, y: [2, 1] }, 'b'], b: null };
    const other = { b: null, a: ['b', { y: [1, 2], x: 1 }] };
    expect(canonical(one)).toBe('{"a":["b",{"x":1,"y":[1,2]}],"b":null}');
    expect(canonical(other)).toBe(canonical(one));
  });

  it('leaves out what is undefined', () => {
    expect(canonical({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it.each([
    [['1'], [1]],
    [[], ['']],
    [{}, []],
    [{ a: 'b' }, ['a', 'b']],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [[['a'], ['b']], [['a', 'b']]],
  ])('tells %j from %j', (one, other) => {
    expect(canonicalHash(one)).not.toBe(canonicalHash(other));
  });

  it('can be read back, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonical(JSON.parse(canonical(value)))).toBe(canonical(value));
      }),
    );
  });
});

it('the hash of a value is 32 hex digits', () => {
  expect(canonicalHash({ a: 1 })).toMatch(/^[0-9a-f]{32}$/);
});
