import type { Judge } from './judge.ts';

/** Whose work everything is that no rule is about. */
export function createJudge(): Judge {
  return () => ({ scope: 'Support', rule: 'everything else in the tier', coverage: 'Covered' });
}
