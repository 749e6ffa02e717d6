import { access } from './access.ts';
import { nodes } from './nodes.ts';
import { observability } from './observability.ts';
import type { Scenario } from './scenario.ts';
import { versions } from './versions.ts';

/** One list a file, by area. */
export const scenarios: readonly Scenario[] = [...nodes, ...versions, ...observability, ...access];
