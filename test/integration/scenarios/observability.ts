import { alerting } from './alerting.ts';
import { exporters } from './exporters.ts';
import { monitors } from './monitors.ts';
import { prometheuses } from './prometheus.ts';
import type { Scenario } from './scenario.ts';

export const observability: readonly Scenario[] = [...exporters, ...prometheuses, ...alerting, ...monitors];
