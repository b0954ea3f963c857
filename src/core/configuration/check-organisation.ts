import { type CheckContext, isLoopbackHost, type Report } from './check-context.ts';
import type { Configuration } from './document.ts';

/** Checks of `organisation` that a schema cannot say. */
export function checkOrganisation(organisation: Configuration['organisation'], context: CheckContext, report: Report): void {
  const path = ['organisation', 'publicUrl'];
  const url = new URL(organisation.publicUrl);
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    report(
      context.demo ? 'warning' : 'error',
      path,
      'Passwords and codes would cross the network in clear. Use an https:// address (a proxy in front of Keyturn may end the TLS)',
    );
  } else if (isLoopbackHost(url.hostname) && !context.demo) {
    report('warning', path, 'Only this machine can use this address; links in mails will not work for anyone else');
  }
  if (url.username !== '' || url.password !== '') report('error', path, 'The address must not hold a user name or password');
  if (url.search !== '' || url.hash !== '') report('error', path, 'The address must not have a query or a fragment');
  if (url.pathname !== '/') report('error', path, 'Keyturn is served at the root of its host: leave the path away');
}
