import type { Configuration } from './document.ts';

/** Whether a text names a time zone of the IANA database that this Node.js knows. Offsets (`+01:00`) have no name and no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const { timeZone: ofServer } = new Intl.DateTimeFormat().resolvedOptions();
/** A machine whose zone is not known says `Etc/Unknown`, in which no time can be written. */
const SERVER_TIME_ZONE = isTimeZone(ofServer) ? ofServer : 'UTC';

/** The time zone (IANA) in which an organisation writes times to people: its own, else the server's. */
export function timeZoneOf({ organisation }: Pick<Configuration, 'organisation'>): string {
  return organisation.timeZone ?? SERVER_TIME_ZONE;
}
