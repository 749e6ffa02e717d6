import { readFileSync } from 'node:fs';

/** The most memory that a running process has held so far (VmHWM of /proc), in MB (10⁶ bytes). Linux only; throws where the process is gone. */
export function peakRssMb(pid: number | 'self'): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no VmHWM: the process has ended`);
  return (Number(kib) * 1024) / 1e6;
}
