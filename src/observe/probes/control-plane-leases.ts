import { isKubeError } from '../../kube/errors.ts';
import type { Transport } from '../../kube/transport.ts';
import { type Lease, objectPath } from '../../kube/types.ts';
import { instantOf } from '../resource.ts';
import type { Probe } from './probe.ts';

/** The Leases by which the replicas of these agree on which of them works. */
export const leaseNames = ['kube-controller-manager', 'kube-scheduler'] as const;
export type LeaseName = (typeof leaseNames)[number];

export interface ControlPlaneLease {
  /** Who has it, or had it last. */
  holder: string;
  renewTime: Temporal.Instant;
  /** By our clock, milliseconds; below zero where the holder's clock is ahead of ours. */
  age: number;
  /** How far the holder's clock is behind ours, milliseconds; undefined until a renewal by this holder was seen. */
  lag: number | undefined;
}

/** Absent: the cluster has no such Lease. */
export type ControlPlaneLeases = Partial<Record<LeaseName, ControlPlaneLease>>;

const namespace = 'kube-system';
const type = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', kind: 'Lease', namespaced: true };

export const controlPlaneLeases: Probe<ControlPlaneLeases> = {
  rules: [],
  namespaceRules: {
    [namespace]: [{ apiGroups: [type.group], resources: [type.resource], resourceNames: [...leaseNames], verbs: ['get'] }],
  },
  ask: async ({ transport, signal, now, before }) => {
    const leases: ControlPlaneLeases = {};
    for (const name of leaseNames) {
      const { holderIdentity: holder = '', renewTime: text } = (await read(transport, name, signal)) ?? {};
      const renewTime = instantOf(text);
      if (!renewTime) continue;
      const age = now.epochMilliseconds - renewTime.epochMilliseconds;
      const last = before?.[name];
      leases[name] = { holder, renewTime, age, lag: lagOf(renewTime, age, last?.holder === holder ? last : undefined) };
    }
    return leases;
  },
};

async function read(transport: Transport, name: LeaseName, signal: AbortSignal): Promise<Lease['spec']> {
  try {
    return (await transport.json<Lease>({ path: objectPath(type, name, namespace), signal })).spec;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/**
 * A Lease that is renewed every few seconds looks as old as its holder's clock is behind ours. So the least age at which it was seen, once a
 * renewal has shown that somebody renews it, is the difference of the clocks; what it is older than that, it has not been renewed.
 */
function lagOf(renewTime: Temporal.Instant, age: number, before: ControlPlaneLease | undefined): number | undefined {
  if (!before || before.renewTime.equals(renewTime)) return before?.lag;
  return Math.min(age, before.age, before.lag ?? Number.POSITIVE_INFINITY);
}
