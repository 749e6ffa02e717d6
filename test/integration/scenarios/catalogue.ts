import { access } from './access.ts';
import type { Scenario } from './scenario.ts';

/** One list a file, by area. */
export const scenarios: readonly Scenario[] = [...access];
