import type { CheckSetting } from '../../../src/api/v1alpha1/supportcoverage.ts';
import { stamp } from '../../../src/findings/lifecycle.ts';
import type { Transport } from '../../../src/kube/transport.ts';
import { objectPath, type Pod } from '../../../src/kube/types.ts';
import { resources } from '../../../src/observe/catalogue.ts';
import { identityOf, podManifest, podsOfWorkload, runningStatus } from '../pods.ts';
import { conditionsOf } from './load.ts';
import { deploymentOf, serviceOf, sliceManifest } from './workloads.ts';

/** Something that breaks, and that one check reports. */
export interface Fault {
  check: string;
  /** The check's `for` in the bench, milliseconds. */
  holdMs: number;
  /** The object of the finding, of workload number so and so. */
  objectOf(workload: number): string;
  /** Resolves once the API server has taken it. `at`: since when it is so. */
  breakIt(transport: Transport, workload: number, at: Temporal.Instant): Promise<unknown>;
  mendIt(transport: Transport, workload: number, at: Temporal.Instant): Promise<unknown>;
}

/** One of each kind is open at a time, so that the series of its check is 1 or 0. */
export const faults: readonly Fault[] = [
  {
    check: 'pod-crashloop',
    holdMs: 0,
    objectOf: deploymentOf,
    breakIt: (transport, workload, at) => writeStatus(transport, workload, crashing(workload, stamp(at))),
    mendIt: (transport, workload, at) => writeStatus(transport, workload, running(workload, true, stamp(at))),
  },
  {
    check: 'pod-not-ready',
    // Longer than the load leaves a pod without readiness, which is nothing to report.
    holdMs: 5_000,
    objectOf: deploymentOf,
    breakIt: (transport, workload, at) => writeStatus(transport, workload, running(workload, false, stamp(at))),
    mendIt: (transport, workload, at) => writeStatus(transport, workload, running(workload, true, stamp(at))),
  },
  {
    check: 'service-no-endpoints',
    holdMs: 0,
    objectOf: serviceOf,
    breakIt: (transport, workload) => writeSlice(transport, workload, false),
    mendIt: (transport, workload) => writeSlice(transport, workload, true),
  },
];

/** What the coverage sets of their checks: `critical`, so that they come first in the status, where there is room for ten. */
export const settings: readonly Pick<CheckSetting, 'check' | 'for' | 'severity'>[] = faults.map(({ check, holdMs }) => ({
  ...{ check, for: `${holdMs / 1000}s` },
  severity: 'critical',
}));

/** When the fault will have been so for as long as its check asks, milliseconds since 1970. Kubernetes keeps whole seconds. */
export function dueAt({ holdMs }: Fault, brokenAt: Temporal.Instant): number {
  return holdMs === 0 ? brokenAt.epochMilliseconds : Temporal.Instant.from(stamp(brokenAt)).epochMilliseconds + holdMs;
}

function firstPodOf(workload: number): number {
  return workload * podsOfWorkload;
}

function running(workload: number, isReady: boolean, since: string): Pod['status'] {
  const index = firstPodOf(workload);
  const before = runningStatus(index, podManifest(index, 1));
  const [main, ...others] = before.containerStatuses ?? [];
  if (!main) throw new Error(`pod ${index} has no container`);
  return { conditions: conditionsOf(before.conditions, isReady, since), containerStatuses: [{ ...main, ready: isReady }, ...others] };
}

function crashing(workload: number, since: string): Pod['status'] {
  const { conditions = [], containerStatuses = [] } = running(workload, false, since) ?? {};
  const [main, ...others] = containerStatuses;
  if (!main) throw new Error(`workload ${workload} has no container`);
  const ended = { exitCode: 1, reason: 'Error', startedAt: since, finishedAt: since };
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' };
  const container = { ...main, started: false, restartCount: 4, state: { waiting }, lastState: { terminated: ended } };
  return { conditions, containerStatuses: [container, ...others] };
}

function writeStatus(transport: Transport, workload: number, status: Pod['status']): Promise<unknown> {
  const { name, namespace } = identityOf(firstPodOf(workload));
  return transport.json({
    method: 'PATCH',
    path: `${objectPath(resources.pods.type, name, namespace)}/status`,
    contentType: 'application/merge-patch+json',
    body: { status },
  });
}

function writeSlice(transport: Transport, workload: number, ready: boolean): Promise<unknown> {
  const { metadata, endpoints } = sliceManifest(workload, ready);
  return transport.json({
    method: 'PATCH',
    path: objectPath(resources.endpointslices.type, metadata?.name ?? '', metadata?.namespace),
    contentType: 'application/merge-patch+json',
    body: { endpoints },
  });
}
