const MINUTE = 60_000;

/** Kept by zone: making one takes far longer than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * When a day begins in a time zone, milliseconds since 1970. Where the clocks skip midnight, at the first moment of that day.
 * @param date RFC 3339 full-date, such as 2026-09-01
 * @param timeZone IANA name
 * @param later so many days after it
 */
export function startOfDay(date: string, timeZone: string, later = 0): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const midnight = Date.UTC(year, month - 1, day + later);
  // The offset at the end is what counts, and is known only when the end is: the second guess has it, but for a change in between.
  let at = midnight - offsetAt(midnight, timeZone);
  at = midnight - offsetAt(at, timeZone);
  while (at + offsetAt(at, timeZone) < midnight) at += MINUTE;
  return at;
}

/** How far a zone is ahead of UTC; milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
