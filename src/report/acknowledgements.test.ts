import { acknowledgementSpec } from '../api/v1alpha1/acknowledgement.ts';
import { matchedCondition } from './acknowledgements.ts';

const now = Temporal.Instant.from('2026-11-23T12:00:00Z');
const condition = (fields: object, count: number, problem?: string) => {
  const spec = acknowledgementSpec.parse({ coverage: 'production', by: 'jane', reason: 'INC-12', ...fields });
  const { type, status, reason, message } = matchedCondition(spec, count, now, problem);
  return `${type} ${status} ${reason}: ${message}`;
};
const ids = { findings: ['f1'] };
const expires = '2026-11-24T08:00:00Z';

describe('Matched', () => {
  it('is True with how much it matches and until when', () => {
    expect(condition(ids, 1)).toBe('Matched True Matching: It stops the escalation of 1 open finding or difference until resolved.');
    expect(condition({ match: {}, expires }, 3)).toBe(
      `Matched True Matching: It stops the escalation of 3 open findings and differences until ${expires}.`,
    );
  });

  it('is False where nothing matches, and says what that means for ids and for a match', () => {
    expect(condition(ids, 0)).toMatch(/^Matched False NothingMatches: The coverage production has none of these open/);
    expect(condition({ match: {}, expires }, 0)).toMatch(new RegExp(`^Matched False NothingMatches: .* what opens until ${expires}`));
  });

  it('is False with why nothing ever can match', () => {
    const problem = 'the coverage has no cluster asia; it has local';
    const said = `Matched False NothingMatches: Nothing can match spec.match: ${problem}. Correct it, or delete it.`;
    expect(condition({ match: {}, expires }, 0, problem)).toBe(said);
    expect(condition({ match: {}, expires }, 1, problem)).toMatch(/^Matched True/);
  });

  it('is False once it has expired', () => {
    expect(condition({ ...ids, expires: '2026-11-23T12:00:00Z' }, 0)).toMatch(/^Matched False Expired: It ended at 2026-11-23T12:00:00Z: /);
  });
});
