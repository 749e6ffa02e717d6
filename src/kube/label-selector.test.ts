import { type LabelSelector, labelSelectorOf, matchesLabels } from './label-selector.ts';

const labels = { app: 'web', tier: 'front' };
const matches = (selector: Partial<LabelSelector>) => matchesLabels({ matchLabels: {}, matchExpressions: [], ...selector }, labels);
const expression = (key: string, operator: string, ...values: string[]) => matches({ matchExpressions: [{ key, operator, values }] });

describe('a label selector', () => {
  it('selects everything where it is empty', () => {
    expect(matches({})).toBe(true);
    expect(matchesLabels({ matchLabels: {}, matchExpressions: [] }, {})).toBe(true);
  });

  it('needs every one of its labels, with its value', () => {
    expect(matches({ matchLabels: { app: 'web', tier: 'front' } })).toBe(true);
    expect(matches({ matchLabels: { app: 'web', tier: 'back' } })).toBe(false);
    expect(matches({ matchLabels: { app: 'web', team: 'shop' } })).toBe(false);
  });

  it('needs every one of its expressions, besides its labels', () => {
    const exists = { key: 'app', operator: 'Exists', values: [] };
    const absent = { key: 'tier', operator: 'DoesNotExist', values: [] };
    expect(matches({ matchExpressions: [exists] })).toBe(true);
    expect(matches({ matchExpressions: [exists, absent] })).toBe(false);
    expect(matches({ matchLabels: { app: 'api' }, matchExpressions: [exists] })).toBe(false);
  });

  it.each<[string, string, string[], boolean]>([
    ['In', 'app', ['api', 'web'], true],
    ['In', 'app', ['api'], false],
    ['In', 'team', ['web'], false],
    ['NotIn', 'app', ['api'], true],
    ['NotIn', 'app', ['web'], false],
    ['NotIn', 'team', ['web'], true],
    ['Exists', 'app', [], true],
    ['Exists', 'team', [], false],
    ['DoesNotExist', 'team', [], true],
    ['DoesNotExist', 'app', [], false],
    ['Near', 'app', ['web'], false],
    ['Near', 'team', [], false],
  ])('reads %s for %s in %j as %p', (operator, key, values, expected) => {
    expect(expression(key, operator, ...values)).toBe(expected);
  });

  it('is read from a manifest with every field there, and is empty where it is absent', () => {
    const empty = { matchLabels: {}, matchExpressions: [] };
    expect(labelSelectorOf(undefined)).toEqual(empty);
    expect(labelSelectorOf({})).toEqual(empty);
    expect(labelSelectorOf({ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'app', operator: 'Exists' }, {}] })).toEqual({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'app', operator: 'Exists', values: [] },
        { key: '', operator: '', values: [] },
      ],
    });
  });
});
