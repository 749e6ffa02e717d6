import { capacityRequestsHigh } from './capacity/capacity-requests-high.ts';
import { podUnschedulable } from './capacity/pod-unschedulable.ts';
import type { Check } from './check.ts';
import { nodeNotReady } from './nodes/node-not-ready.ts';
import { nodePressure } from './nodes/node-pressure.ts';
import { nodeUnreachable } from './nodes/node-unreachable.ts';
import { obsMetricsServer } from './observability/obs-metrics-server.ts';
import { versionEol } from './versions/version-eol.ts';

/** Every check, in the order of reports. A new check is its file, its page, its test and its line here. */
export const checks: readonly Check[] = [
  nodeNotReady,
  nodeUnreachable,
  nodePressure,
  versionEol,
  capacityRequestsHigh,
  podUnschedulable,
  obsMetricsServer,
];
