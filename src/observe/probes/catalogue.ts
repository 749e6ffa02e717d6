import { activeAlerts } from './active-alerts.ts';
import { appliedApis } from './applied-apis.ts';
import { controlPlaneLeases } from './control-plane-leases.ts';
import { deprecatedApis } from './deprecated-apis.ts';
import { kubeletStats } from './kubelet-stats.ts';
import { nodeMetrics } from './node-metrics.ts';
import type { Probe } from './probe.ts';
import { readyz } from './readyz.ts';
import { version } from './version.ts';

/** Every probe that a check or fact can ask for, by the name they ask with. One line a file. */
export const probes = {
  'active-alerts': activeAlerts,
  'applied-apis': appliedApis,
  'control-plane-leases': controlPlaneLeases,
  'deprecated-apis': deprecatedApis,
  'node-metrics': nodeMetrics,
  readyz,
  version,
  'kubelet-stats': kubeletStats,
} as const satisfies Record<string, Probe<unknown>>;

export type ProbeName = keyof typeof probes;
/** The answers of probes by name. */
export type ProbeAnswers = { [K in ProbeName]: (typeof probes)[K] extends Probe<infer T> ? T : never };
export const probeNames = Object.keys(probes) as ProbeName[];
