import type { ConfigMap } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface SupportCalendarView {
  name: string;
  namespace: string;
  /** JSON text under the key `calendar.json`. */
  calendar: string;
}

/** The ConfigMap in the operator's own namespace that replaces the bundled support calendar. */
export const supportCalendar = defineResource({
  type: { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
  only: { name: 'support-calendar' },
  project: ({ metadata, data }: ConfigMap): SupportCalendarView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    calendar: data?.['calendar.json'] ?? '',
  }),
});
