import { nodeCertificates } from './node-certificates.ts';
import { nodeConditions } from './node-conditions.ts';
import { nodeUpkeep } from './node-upkeep.ts';
import type { Scenario } from './scenario.ts';

export const nodes: readonly Scenario[] = [...nodeConditions, ...nodeUpkeep, ...nodeCertificates];
