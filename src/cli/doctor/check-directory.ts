import type { Directory, DirectoryHealth } from '../../core/ports/directory.ts';
import { failureFindings } from './failure-findings.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Tickets of Kerberos are refused beyond five minutes (RFC 4120 1.6); one minute already confuses people. */
const SKEW_FAIL = 5 * 60_000;
const SKEW_WARN = 60_000;

/** Servers, service account, clock and what else a directory says about itself. */
export async function checkDirectory(directory: Directory): Promise<Finding[]> {
  const area = `directory ${directory.id}`;
  try {
    return describeHealth(area, await directory.health());
  } catch (error) {
    return failureFindings(area, error);
  }
}

export function describeHealth(area: string, health: DirectoryHealth): Finding[] {
  const { ok, warn, fail } = findingsOf(area);
  const anyServer = health.servers.some((server) => server.ok);
  const findings = health.servers.map((server) => {
    if (server.ok) return ok(`${server.url} answers${server.latency === null ? '' : ` in ${Math.round(server.latency)} ms`}`);
    // With another server at work, people notice nothing yet.
    return (anyServer ? warn : fail)(`${server.url}: ${server.problem ?? 'does not answer'}`, server.fix ?? undefined);
  });
  // A directory that Keyturn keeps itself.
  if (health.servers.length === 0) findings.push(ok('Needs no server of its own'));
  const { serviceAccount, clockSkew } = health;
  if (anyServer) {
    findings.push(
      serviceAccount.ok
        ? ok('The service account is accepted')
        : fail(serviceAccount.problem ?? 'The service account is refused', 'Check serviceAccount.name and its password'),
    );
  }
  if (clockSkew !== null) findings.push(describeSkew(area, clockSkew));
  return [...findings, ...health.notes.map((note) => warn(note))];
}

function describeSkew(area: string, skew: number): Finding {
  const { ok, warn, fail } = findingsOf(area);
  const seconds = Math.round(Math.abs(skew) / 1000);
  const text = `Its clock is ${seconds} s ${skew < 0 ? 'behind' : 'ahead of'} this machine's`;
  const fix = 'Let both follow the same time servers (NTP)';
  if (Math.abs(skew) >= SKEW_FAIL) return fail(text, fix);
  return Math.abs(skew) >= SKEW_WARN ? warn(text, fix) : ok(text);
}
