import { readFileSync } from 'node:fs';

/** The most memory that a running process has held so far, in MB (10⁶ bytes). Linux only; throws where the process is gone. */
export const peakRssMb = (pid: number | 'self') => statusMb(pid, 'VmHWM');

/** What a running process holds in memory, in MB (10⁶ bytes). Linux only; throws where the process is gone. */
export const rssMb = (pid: number | 'self') => statusMb(pid, 'VmRSS');

function statusMb(pid: number | 'self', field: string): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no ${field}: the process has ended`);
  return (Number(kib) * 1024) / 1e6;
}

/** Linux gives these times in hundredths of a second on every machine (USER_HZ). */
const ticksPerSecond = 100;

/** Processor time of a running process, user and system, in seconds, to a hundredth. Linux only; throws where the process is gone. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may hold anything; what follows its last parenthesis are fields 3 and on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
