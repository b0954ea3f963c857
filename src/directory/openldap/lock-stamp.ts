/**
 * pwdAccountLockedTime as slapd itself reads it. `administrator`: a lock without end that the overlay never sets by itself. A number:
 * the time of the lock in milliseconds since 1970, as slapd counts it.
 */
export type LockStamp = 'none' | 'administrator' | number;

/**
 * Mirrors slapd's reading of a lock (servers/slapd/overlays/ppolicy.c `parse_time`, libraries/liblutil/utils.c `lutil_tm2time`, tried
 * on 2.5): the value is brought to UTC, the first second of the year 0 counts as 0, days are those of the Julian calendar from 1970
 * on, and the seconds are kept in 32 bits without a sign. Every value that becomes 0 is an administrator's lock. So is here one that
 * is no time at all, whatever slapd would make of it.
 */
export function lockStamp(value: string | null): LockStamp {
  if (value === null) return 'none';
  return slapdTime(value) || 'administrator';
}

/** A generalizedTime as slapd counts it, in milliseconds since 1970; null: it is none. */
export function slapdTime(value: string): number | null {
  const seconds = secondsOf(value);
  return seconds === null ? null : seconds * 1000;
}

const form = /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:(\d\d))?)?(?:[.,]\d+)?(?:Z|([+-])(\d\d)(\d\d)?)$/;

/** null: not a generalizedTime (RFC 4517 section 3.3.13). */
function secondsOf(value: string): number | null {
  const match = form.exec(value);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const offset = (Number(match[8] ?? 0) * 60 + Number(match[9] ?? 0)) * (match[7] === '-' ? -1 : 1);
  // The constructor would take years below 100 for those of the twentieth century.
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  utc.setUTCHours(hour, minute - offset, second);
  if (utc.getUTCFullYear() === 0 && utc.getUTCMonth() === 0 && utc.getUTCDate() === 1 && timeOfDay(utc) === 0) return 0;
  return ((julianDays(utc) * 86_400 + timeOfDay(utc)) % 2 ** 32) >>> 0;
}

const timeOfDay = (time: Date): number => time.getUTCHours() * 3600 + time.getUTCMinutes() * 60 + time.getUTCSeconds();
const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/** Days since 1970 with a leap day every four years, also in 1900 and 2100. */
function julianDays(time: Date): number {
  const year = time.getUTCFullYear();
  const month = time.getUTCMonth();
  const leapDay = year % 4 === 0 && month > 1 ? 1 : 0;
  return (year - 1970) * 365 + Math.floor((year - 1969) / 4) + (daysBefore[month] ?? 0) + leapDay + time.getUTCDate() - 1;
}
