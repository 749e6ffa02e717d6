import { parseDuration } from '../kube/duration.ts';

/** Evaluates an expression over variables. Throws where CEL would, such as for a field that is not there. */
type Node = (variables: Variables) => unknown;
type Variables = Readonly<Record<string, unknown>>;
type Method = (target: unknown, ...values: unknown[]) => unknown;

/** A rule that is not written in the part of CEL that is known here, or is about what was there before (oldSelf). */
export class UnknownRule extends Error {}

interface Token {
  kind: 'text' | 'number' | 'name' | 'sign' | 'end';
  text: string;
}

const tokens =
  /\s*(?:(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<number>\d+(?:\.\d+)?)|(?<name>[A-Za-z_]\w*)|(?<sign>\|\||&&|[=!<>]=|[-+<>!?:.,()[\]]))/y;

const relations: Record<string, (a: unknown, b: unknown) => boolean> = {
  '==': (a, b) => isEqual(a, b),
  '!=': (a, b) => !isEqual(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
  in: (a, b) => (Array.isArray(b) ? b.some((entry) => isEqual(a, entry)) : Object.hasOwn(object(b), String(a))),
};

const methods: Record<string, Method> = {
  matches: (target, pattern) => new RegExp(text(pattern), 'u').test(text(target)),
  startsWith: (target, prefix) => text(target).startsWith(text(prefix)),
  endsWith: (target, suffix) => text(target).endsWith(text(suffix)),
  contains: (target, part) => text(target).includes(text(part)),
  size: (target) => size(target),
};

/** Each is asked for every entry of a list. */
const macros: Record<string, (list: unknown[], of: (entry: unknown) => unknown) => unknown> = {
  all: (list, of) => list.every((entry) => truth(of(entry))),
  exists: (list, of) => list.some((entry) => truth(of(entry))),
  exists_one: (list, of) => list.filter((entry) => truth(of(entry))).length === 1,
  filter: (list, of) => list.filter((entry) => truth(of(entry))),
  map: (list, of) => list.map(of),
};

/**
 * The part of CEL that the rules of our kinds are written in, so that a manifest can be judged without an API server. Times are
 * Temporal.Instants. Undefined where a rule cannot be judged, such as for want of a field. Throws UnknownRule.
 */
export function compileRule(rule: string): (self: unknown) => boolean | undefined {
  const evaluate = parse(rule, ['self']);
  return (self) => {
    try {
      return truth(evaluate({ self }));
    } catch {
      return undefined;
    }
  };
}

function parse(rule: string, variables: readonly string[]): Node {
  const list = tokensOf(rule);
  const scope = [...variables];
  let position = 0;
  const peek = () => list[position] as Token;
  const next = () => list[position++] as Token;
  const accept = (sign: string) => peek().kind !== 'text' && peek().text === sign && next() !== undefined;
  const expect = (sign: string) => {
    if (!accept(sign)) throw new UnknownRule(`${sign} is missing in: ${rule}`);
  };

  function choice(): Node {
    const condition = either();
    if (!accept('?')) return condition;
    const yes = choice();
    expect(':');
    const no = choice();
    return (variables) => (truth(condition(variables)) ? yes(variables) : no(variables));
  }

  function either(): Node {
    const left = both();
    if (!accept('||')) return left;
    const right = either();
    return (variables) => truth(left(variables)) || truth(right(variables));
  }

  function both(): Node {
    const left = relation();
    if (!accept('&&')) return left;
    const right = both();
    return (variables) => truth(left(variables)) && truth(right(variables));
  }

  function relation(): Node {
    const left = sum();
    const compare = peek().kind === 'text' ? undefined : relations[peek().text];
    if (!compare) return left;
    next();
    const right = sum();
    return (variables) => compare(left(variables), right(variables));
  }

  function sum(): Node {
    let left = not();
    while (accept('+')) {
      const [first, second] = [left, not()];
      left = (variables) => plus(first(variables), second(variables));
    }
    return left;
  }

  function not(): Node {
    if (!accept('!')) return members(primary());
    const inner = not();
    return (variables) => !truth(inner(variables));
  }

  function members(target: Node): Node {
    if (accept('[')) {
      const key = choice();
      expect(']');
      return members((variables) => field(target(variables), key(variables)));
    }
    if (!accept('.')) return target;
    const name = next().text;
    return members(accept('(') ? call(target, name) : (variables) => field(target(variables), name));
  }

  function call(target: Node, name: string): Node {
    const macro = macros[name];
    if (macro) return over(target, macro);
    const method = methods[name];
    if (!method) throw new UnknownRule(`${name}() is not known in: ${rule}`);
    const given = values(')');
    return (variables) => method(target(variables), ...given.map((value) => value(variables)));
  }

  function over(target: Node, macro: (typeof macros)[string]): Node {
    const variable = next().text;
    expect(',');
    scope.push(variable);
    const body = choice();
    scope.pop();
    expect(')');
    return (variables) => macro(array(target(variables)), (entry) => body({ ...variables, [variable]: entry }));
  }

  function values(end: ')' | ']'): Node[] {
    const found: Node[] = [];
    while (!accept(end)) {
      if (found.length > 0) expect(',');
      found.push(choice());
    }
    return found;
  }

  function primary(): Node {
    const token = next();
    if (token.kind === 'text') return constant(unquoted(token.text));
    if (token.kind === 'number') return constant(Number(token.text));
    if (token.text === '[') {
      const entries = values(']');
      return (variables) => entries.map((entry) => entry(variables));
    }
    if (token.text === '(') {
      const inner = choice();
      expect(')');
      return inner;
    }
    if (token.kind === 'name') return named(token.text);
    throw new UnknownRule(`${token.text || 'its end'} is not expected in: ${rule}`);
  }

  function named(name: string): Node {
    if (name === 'true' || name === 'false') return constant(name === 'true');
    if (scope.includes(name)) return (variables) => variables[name];
    if (!accept('(')) throw new UnknownRule(`${name} is not known in: ${rule}`);
    if (name === 'has') return presence();
    const [value, ...more] = values(')');
    if (!value || more.length > 0 || (name !== 'size' && name !== 'duration')) throw new UnknownRule(`${name}() is not known in: ${rule}`);
    return (variables) => (name === 'size' ? size(value(variables)) : milliseconds(value(variables)));
  }

  /** `has(self.a.b)`: whether b is there; a must be. */
  function presence(): Node {
    const names = [next().text];
    while (accept('.')) names.push(next().text);
    expect(')');
    const [variable = '', ...path] = names;
    const last = path.pop();
    if (!scope.includes(variable) || last === undefined) throw new UnknownRule(`has() is not understood in: ${rule}`);
    return (variables) => Object.hasOwn(object(path.reduce(field, variables[variable])), last);
  }

  const whole = choice();
  if (peek().kind !== 'end') throw new UnknownRule(`${peek().text} is not expected in: ${rule}`);
  return whole;
}

function tokensOf(rule: string): Token[] {
  const found: Token[] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < rule.trimEnd().length) {
    const at = tokens.lastIndex;
    const [kind, matched] = Object.entries(tokens.exec(rule)?.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (matched === undefined) throw new UnknownRule(`${rule.slice(at)} is not understood in: ${rule}`);
    found.push({ kind: kind as Token['kind'], text: matched });
  }
  return [...found, { kind: 'end', text: '' }];
}

function constant(value: unknown): Node {
  return () => value;
}

function unquoted(literal: string): string {
  return literal.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

function field(value: unknown, key: unknown): unknown {
  const holder = object(value);
  if (!Object.hasOwn(holder, String(key))) throw new TypeError(`no such key: ${key}`);
  return holder[String(key)];
}

function plus(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  return typeof a === 'string' ? a + text(b) : Number(a) + Number(b);
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((entry, index) => isEqual(entry, b[index]));
  return a instanceof Temporal.Instant && b instanceof Temporal.Instant ? a.equals(b) : a === b;
}

function order(a: unknown, b: unknown): number {
  if (a instanceof Temporal.Instant && b instanceof Temporal.Instant) return Temporal.Instant.compare(a, b);
  if (typeof a !== typeof b || (typeof a !== 'string' && typeof a !== 'number')) throw new TypeError('no such overload');
  return a === b ? 0 : (a as string) < (b as string) ? -1 : 1;
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError('not a boolean');
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('not a string');
  return value;
}

function array(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('not a list');
  return value;
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object');
  return value as Record<string, unknown>;
}

function size(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  return Array.isArray(value) ? value.length : Object.keys(object(value)).length;
}

function milliseconds(value: unknown): number {
  const ms = parseDuration(text(value));
  if (ms === undefined) throw new TypeError('not a duration');
  return ms;
}
