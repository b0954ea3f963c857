import type { Mailer } from '../ports/platform.ts';
import { type FailureFindings, type Finding, findingsOf } from './finding.ts';

/** Each mail server is asked whether it would take mail; nothing is sent. */
export async function checkMail(mailer: Mailer, failed: FailureFindings): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf('mail');
  try {
    const servers = await mailer.health();
    const trouble = servers.some((server) => server.ok) ? warn : fail;
    return servers.map((server) =>
      server.ok ? ok(`${server.server} takes mail`) : trouble(`${server.server}: ${server.problem}`, server.fix),
    );
  } catch (error) {
    return failed('mail', error);
  }
}
