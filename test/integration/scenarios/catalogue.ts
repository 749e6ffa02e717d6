import { access } from './access.ts';
import { alerts } from './alerts.ts';
import { argocd } from './argocd.ts';
import { capacity } from './capacity.ts';
import { controlPlane } from './controlplane.ts';
import { defaults } from './defaults.ts';
import { delivery } from './delivery.ts';
import { flux } from './flux.ts';
import { networking } from './networking.ts';
import { nodes } from './nodes.ts';
import { observability } from './observability.ts';
import type { Scenario } from './scenario.ts';
import { versions } from './versions.ts';
import { workloads } from './workloads.ts';

/**
 * One list a file, by area. Defaults come first, as others break what the deletion of a namespace needs; the control plane comes last, as
 * nothing finds a node then.
 */
export const scenarios: readonly Scenario[] = [
  ...defaults,
  ...nodes,
  ...versions,
  ...capacity,
  ...observability,
  ...access,
  ...controlPlane,
];

/** Those of Level 2, in the same way; one list a file. Alerts come first, as what ends them is mended last: their source has run for long then. */
export const level2: readonly Scenario[] = [...alerts, ...workloads, ...networking];

/** Those of Level 3. */
export const level3: readonly Scenario[] = [...delivery, ...flux, ...argocd];
