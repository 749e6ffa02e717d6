import { compileRule, UnknownRule } from './cel.ts';

const now = Temporal.Instant.from('2026-11-23T12:00:00Z');

describe('a rule is judged as the API server judges it', () => {
  it.each<[string, unknown, boolean]>([
    ["self == 'a'", 'a', true],
    ['self != "a"', 'a', false],
    ['!(self > 1)', 1, true],
    ['self >= 1 && self <= 3', 3, true],
    ['self < 1 || self > 3', 2, false],
    ['self == 1 || self == 2 && self == 3', 1, true],
    ['true ? self : false', true, true],
    ["self.a ? self.b == 'x' : self.b == 'y'", { a: false, b: 'y' }, true],
    ["self.matches('^[a-z]+$')", 'abc', true],
    ["self.matches('^[a-z]+$')", 'aBc', false],
    ["self.matches('b')", 'abc', true],
    ["!self.matches('://[^/]*@')", 'https://user@host/x', false],
    ["self.startsWith('a') && self.endsWith('c') && self.contains('b')", 'abc', true],
    ["self == 'it\\'s'", "it's", true],
    ['has(self.a)', { a: 0 }, true],
    ['has(self.a)', {}, false],
    ['has(self.a.b)', { a: { b: 1 } }, true],
    ['has(self.a) != has(self.b)', { a: 1, b: 2 }, false],
    ['size(self) > 0', '', false],
    ['self.size() == 2', ['a', 'b'], true],
    ['size(self) == 1', { a: 1 }, true],
    ['size(self) == 1', '😀', true],
    ["self.all(x, x != 'b')", ['a', 'b'], false],
    ["self.exists(x, x == 'b')", ['a', 'b'], true],
    ["self.exists_one(x, x == 'b')", ['b', 'b'], false],
    ['self.filter(c, !has(c.ref)).size() <= 1', [{}, {}], false],
    ["self.map(x, x.name) == ['a']", [{ name: 'a' }], true],
    ['self.a.all(s, self.b.exists(c, c.name == s.name))', { a: [{ name: 'x' }], b: [{ name: 'y' }, { name: 'x' }] }, true],
    ["self in ['a', 'b']", 'b', true],
    ["'a' in self", { a: 1 }, true],
    ["self['a-b'] == 1", { 'a-b': 1 }, true],
    ["self.a + 'y' == 'xy'", { a: 'x' }, true],
    ["duration(self) > duration('1h30m')", '91m', true],
    ["duration(self) <= duration('168h')", '169h', false],
    ['self.from < self.to', { from: now, to: now.add({ seconds: 1 }) }, true],
    ['self.from == self.to', { from: now, to: now }, true],
  ])('%s of %j', (rule, self, expected) => {
    expect(compileRule(rule)(self)).toBe(expected);
  });

  it('but where it cannot be, for want of a field or because of its type, that is neither yes nor no', () => {
    expect(compileRule("self.a == 'x'")({})).toBeUndefined();
    expect(compileRule('has(self.a.b)')({})).toBeUndefined();
    expect(compileRule("self.matches('x')")(3)).toBeUndefined();
    expect(compileRule("duration(self) > duration('0s')")('soon')).toBeUndefined();
    expect(compileRule("self.a == 'x' || true")({})).toBeUndefined();
  });
});

it.each([
  'self == oldSelf',
  'has(oldSelf.approval)',
  "self.replace('a', 'b') == 'b'",
  'timestamp(self) > 0',
  'self ==',
  'self == 1 2',
  '(self == 1',
  "self == 'a",
  'self == 1 # 2',
  'has(self)',
])('a rule of another kind is left to the API server: %s', (rule) => {
  expect(() => compileRule(rule)).toThrow(UnknownRule);
});
