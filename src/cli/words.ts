/** Milliseconds as a person says them, in its two largest units: `3d4h`, `2h10m`, `45s`. */
export function roughly(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  const first = units.findIndex(([, size]) => ms >= size);
  if (first === -1) return '0s';
  let rest = ms;
  return units
    .slice(first, first + 2)
    .map(([unit, size]) => {
      const amount = Math.floor(rest / size);
      rest -= amount * size;
      return amount === 0 ? '' : `${amount}${unit}`;
    })
    .join('');
}

/** `2026-11-23T09:50:00Z (2h10m ago)`, or `(in 2h10m)`. */
export function whenAt(time: string, now: Temporal.Instant): string {
  const ms = Temporal.Instant.from(time).epochMilliseconds - now.epochMilliseconds;
  return ms > 0 ? `${time} (in ${roughly(ms)})` : `${time} (${roughly(-ms)} ago)`;
}

/** The same in the zone that people agreed in, or UTC where that is none: `2026-11-24 22:00 Europe/Amsterdam (in 9h)`. */
export function localTime(time: string, zone: string, now: Temporal.Instant): string {
  const at = Temporal.Instant.from(time);
  const local = inZone(at, zone);
  const clock = local.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
  return `${clock} ${local.timeZoneId} (in ${roughly(Math.max(0, at.epochMilliseconds - now.epochMilliseconds))})`;
}

function inZone(at: Temporal.Instant, zone: string): Temporal.ZonedDateTime {
  try {
    return at.toZonedDateTimeISO(zone);
  } catch {
    return at.toZonedDateTimeISO('UTC');
  }
}

/** `1 finding`, `2 findings`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The command that shows a coverage, as it can be pasted. */
export function statusCommand(coverage: string, namespace: string): string {
  return `kubectl supportcoverage status ${coverage} -n ${namespace}`;
}

/** Text from a cluster without what would move the cursor or change colours of a terminal; line ends stay. */
export function harmless(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, '\u{FFFD}');
}

/** What an error says, in one line. Of YAML that cannot be read only why and where: the text around it may hold a secret. */
export function oneLine(error: unknown): string {
  const { name, reason, mark } = error as { name?: unknown; reason?: unknown; mark?: { line?: unknown } };
  if (name === 'YAMLException') return `${String(reason)} in line ${Number(mark?.line ?? 0) + 1}`;
  const message = Error.isError(error) ? error.message || error.name : String(error);
  return harmless(message.trim().replace(/\s*\n\s*/g, ' '));
}
