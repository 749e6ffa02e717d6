import fc from 'fast-check';
import { parseWatchLine } from './watch-line.ts';

type Parsed = { object: { metadata: Record<string, unknown> } & Record<string, unknown> };

const parse = (event: unknown) => parseWatchLine<Parsed>(Buffer.from(JSON.stringify(event)));

/** As the API server writes them. */
const entry = {
  manager: 'kubelet',
  operation: 'Update',
  apiVersion: 'v1',
  time: '2026-11-27T09:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:status': { 'f:conditions': { 'k:{"type":"Ready"}': { '.': {}, 'f:status': {} } } } },
  subresource: 'status',
};

it.each([
  ['the last of the metadata, as built-in objects have them', { name: 'web', managedFields: [entry, entry] }],
  ['in the middle, as custom resources have them', { labels: {}, managedFields: [entry], name: 'web', ownerReferences: [{ uid: '1' }] }],
  ['the first', { managedFields: [entry], name: 'web' }],
])('managedFields are not parsed where they are %s', (_, metadata) => {
  const spec = { containers: [{ args: ['[{}]'] }], list: [{}] };
  const { object } = parse({ type: 'ADDED', object: { metadata, spec } });
  expect(object).toEqual({ metadata: { ...metadata, managedFields: [] }, spec });
});

it.each([
  ['none', { name: 'web' }],
  ['an empty list of them', { managedFields: [], name: 'web', ownerReferences: [{ uid: '1' }] }],
  ['their name in a string', { name: 'web', annotations: { a: '"managedFields":[{', b: '}]' } }],
])('a line with %s is parsed as it is', (_, metadata) => {
  const event = { type: 'ADDED', object: { metadata, spec: { list: [{ a: [{}] }] } } };
  expect(parse(event)).toEqual(event);
});

it('what is no JSON is an error', () => {
  expect(() => parseWatchLine(Buffer.from('{"object":{"metadata":{"managedFields":[{}]'))).toThrow(SyntaxError);
});

it('whatever the names are, everything else is as it was', () => {
  const nasty = fc.constantFrom('}]', ']', '"managedFields":[{', '}]}', '\\', '"', ',', 'ü', '[{');
  const name = fc.array(fc.oneof(nasty, fc.string({ maxLength: 3 })), { maxLength: 4 }).map((parts) => parts.join(''));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ maxDepth: 3 }, fc.constant({}), fc.dictionary(name, tie('tree') as fc.Arbitrary<object>, { maxKeys: 3 })),
  }));
  const entries = fc.array(fc.record({ manager: name, fieldsV1: tree }), { minLength: 1, maxLength: 3 });
  const others = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
  const metadata = fc.tuple(others, entries, others).map(([before, managedFields, after]) => ({ ...before, managedFields, ...after }));
  fc.assert(
    fc.property(metadata, fc.jsonValue(), (of, spec) => {
      const line = JSON.stringify({ type: 'ADDED', object: { metadata: of, spec } });
      const emptied = ({ object }: Parsed) => ({ ...object, metadata: { ...object.metadata, managedFields: [] } });
      expect(emptied(parseWatchLine(Buffer.from(line)))).toEqual(emptied(JSON.parse(line)));
    }),
    { numRuns: 2_000 },
  );
});
