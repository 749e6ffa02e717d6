import * as z from 'zod';
import { rules, time } from '../api/v1alpha1/fields.ts';
import { schemaProblems } from './schema.ts';

const rule = (text: string) => rules({ rule: text, message: 'refused' });
const span = z.object({ from: time, to: time }).meta(rule('self.from < self.to'));

it('a rule sees a field that is left out with its default, as on the API server', () => {
  const type = z.object({ enabled: z.boolean().default(false) }).meta(rule('self.enabled'));
  expect(schemaProblems(type, {}, 'spec')).toEqual([{ path: 'spec', message: 'refused' }]);
  expect(schemaProblems(type, { enabled: true }, 'spec')).toEqual([]);
});

it.each([
  ['2027-01-05T00:30:00+01:00', '2027-01-04T23:45:00Z', true],
  ['2027-01-04T23:45:00Z', '2027-01-05T00:30:00+01:00', false],
  ['2027-01-04T23:30:00.5Z', '2027-01-04T23:30:00.25Z', false],
])('a rule compares times, not their spelling: %s before %s is %s', (from, to, accepted) => {
  expect(schemaProblems(span, { from, to }, 'spec')).toEqual(accepted ? [] : [{ path: 'spec', message: 'refused' }]);
});

it('a rule that cannot be judged for another mistake says nothing beside it', () => {
  expect(schemaProblems(span, { from: 3, to: '2027-01-04T23:45:00Z' }, 'spec')).toEqual([
    { path: 'spec.from', message: 'Invalid input: expected string, received number' },
  ]);
});
