import { type CheckContext, checkAuthorityFile, checkSecret, isLoopbackHost, type Report } from './check-context.ts';
import type { DocumentPath } from './format-path.ts';
import type { MailServer, MailSettings } from './mail-section.ts';

/** Checks of `mail` that a schema cannot say. */
export function checkMail(mail: MailSettings, context: CheckContext, report: Report): void {
  if (/[\r\n]/.test(mail.from) || !/[^\s@<>]+@[^\s@<>]+/.test(mail.from)) {
    report('error', ['mail', 'from'], 'Expected an address such as Keyturn <keyturn@example.com>');
  }
  if (mail.kind === 'capture') {
    if (!context.demo)
      report('error', ['mail', 'kind'], 'Captured mail is shown to anyone on the demo page: use smtp outside of demo mode');
    return;
  }
  for (const [index, server] of mail.servers.entries()) checkServer(server, ['mail', 'servers', index], context, report);
}

function checkServer(server: MailServer, path: DocumentPath, context: CheckContext, report: Report): void {
  if ((server.user === undefined) !== (server.password === undefined)) {
    const [missing, given] = server.user === undefined ? ['user', 'password'] : ['password', 'user'];
    report('error', [...path, missing], `This is required together with ${given}`);
  }
  if (server.security === 'none' && !isLoopbackHost(server.host)) {
    const withPassword = server.password !== undefined;
    report(
      withPassword && !context.demo ? 'error' : 'warning',
      [...path, 'security'],
      `${withPassword ? 'The password of the mail account and the' : 'The'} codes in mails would cross the network in clear. Use starttls or tls`,
    );
  }
  // RFC 8314 3.3: port 465 speaks TLS from the start, 587 and 25 begin in clear.
  if (server.port === 465 && server.security !== 'tls')
    report('warning', [...path, 'security'], 'Port 465 speaks TLS from the start: use tls');
  if ((server.port === 587 || server.port === 25) && server.security === 'tls') {
    report('warning', [...path, 'security'], `Port ${server.port} begins in clear: use starttls, or port 465`);
  }
  checkSecret(server.password, [...path, 'password'], context, report);
  checkAuthorityFile(server.caFile, [...path, 'caFile'], context, report);
}
