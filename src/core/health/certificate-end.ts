import type { Finding, findingsOf } from './finding.ts';

const DAY = 24 * 60 * 60_000;
/** Long enough to order and install another one, also over holidays. */
const WARN_DAYS = 30;

/** What is done about the certificate of a server. */
export const NEW_CERTIFICATE = 'Install a new certificate on the server';

/**
 * A warning when a certificate ends soon; nothing otherwise, and nothing when its end is not known.
 * @param end milliseconds since 1970
 * @param now the same
 */
export function certificateEndFindings(
  { warn, fail }: ReturnType<typeof findingsOf>,
  certificate: string,
  end: number | null,
  fix: string,
  now: number,
): Finding[] {
  if (end === null || Number.isNaN(end) || end - now > WARN_DAYS * DAY) return [];
  const date = new Date(end).toISOString().slice(0, 10);
  if (end <= now) return [fail(`${certificate} ended on ${date}`, fix)];
  const days = Math.floor((end - now) / DAY);
  return [warn(`${certificate} ends on ${date}, in ${days} day${days === 1 ? '' : 's'}`, fix)];
}
