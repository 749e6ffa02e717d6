import { availableParallelism, totalmem } from 'node:os';
import { systemClock } from '../../src/runtime/clock.ts';
import { kubernetesVersion } from '../controlplane/binaries.ts';

/** When and on what a figure was measured, as the pages of figures say it. */
export function measuredOn(): string {
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${systemClock.now().toString().slice(0, 10)}, ${machine}, Node ${process.versions.node}, Kubernetes ${kubernetesVersion}`;
}
