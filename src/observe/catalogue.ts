import type { Stored } from '../runtime/store.ts';
import type { Resource } from './resource.ts';
import { apiservices } from './resources/apiservices.ts';
import { clusterAutoscalerStatus } from './resources/cluster-autoscaler-status.ts';
import { clusterrolebindings } from './resources/clusterrolebindings.ts';
import { endpointslices } from './resources/endpointslices.ts';
import { namespaces } from './resources/namespaces.ts';
import { nodes } from './resources/nodes.ts';
import { pods } from './resources/pods.ts';
import { services } from './resources/services.ts';
import { storageclasses } from './resources/storageclasses.ts';
import { supportCalendar } from './resources/support-calendar.ts';
import { daemonsets, deployments, statefulsets } from './resources/workloads.ts';

/** Every resource that a check or fact can ask for, by the name they ask with. One line a file of resources/. */
export const resources = {
  apiservices,
  'cluster-autoscaler-status': clusterAutoscalerStatus,
  clusterrolebindings,
  daemonsets,
  deployments,
  endpointslices,
  namespaces,
  nodes,
  pods,
  services,
  statefulsets,
  storageclasses,
  'support-calendar': supportCalendar,
} as const satisfies Record<string, Resource<Stored>>;

export type ResourceName = keyof typeof resources;
export type View<K extends ResourceName> = (typeof resources)[K] extends Resource<infer T> ? T : never;
