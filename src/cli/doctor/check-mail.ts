import type { Mailer } from '../../core/ports/platform.ts';
import { failureFindings } from './failure-findings.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Each mail server is asked whether it would take mail; nothing is sent. */
export async function checkMail(mailer: Mailer): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf('mail');
  try {
    const servers = await mailer.health();
    const anyServer = servers.some((server) => server.ok);
    return servers.map(({ server, ok: works, problem }) =>
      works
        ? ok(`${server} takes mail`)
        : (anyServer ? warn : fail)(`${server}: ${problem ?? 'does not answer'}`, 'Check host, port, security, user and password'),
    );
  } catch (error) {
    return failureFindings('mail', error);
  }
}
