import { type Tier, tiers } from '../api/v1alpha1/fields.ts';

/** The areas of the agreement: the tier that covers each, and the condition that speaks for it. The order is that of reports. */
export const areas = {
  Nodes: { tier: 'Level1', condition: 'NodesHealthy' },
  Versions: { tier: 'Level1', condition: 'VersionsSupported' },
  Capacity: { tier: 'Level1', condition: 'CapacitySufficient' },
  Observability: { tier: 'Level1', condition: 'ObservabilityHealthy' },
  Access: { tier: 'Level1', condition: 'AccessAsExpected' },
  Defaults: { tier: 'Level1', condition: 'DefaultsAsDeclared' },
  ControlPlane: { tier: 'Level1', condition: 'ControlPlaneHealthy' },
  Workloads: { tier: 'Level2', condition: 'WorkloadsHealthy' },
  Networking: { tier: 'Level2', condition: 'NetworkingHealthy' },
  Delivery: { tier: 'Level3', condition: 'DeliveryHealthy' },
  Baseline: { tier: 'Level1', condition: 'BaselineInSync' },
} as const satisfies Record<string, { tier: Tier; condition: string }>;

export type Area = keyof typeof areas;

/** True where a coverage of tier `agreed` includes what belongs to tier `needed`. */
export function covers(agreed: Tier, needed: Tier): boolean {
  return tiers.indexOf(agreed) >= tiers.indexOf(needed);
}
