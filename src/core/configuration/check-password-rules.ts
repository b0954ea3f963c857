import { isLoopbackHost, type Report } from './check-context.ts';
import type { PasswordRulesSettings } from './password-rules-section.ts';

/** Checks of `passwordRules` that a schema cannot say. */
export function checkPasswordRules({ breached }: PasswordRulesSettings, report: Report): void {
  if (breached?.source === 'range-service') {
    const url = new URL(breached.url);
    const path = ['passwordRules', 'breached', 'url'];
    if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
      report('error', path, 'Anyone on the network could read the digits and forge the answer. Use an https:// address');
    }
    if (url.search !== '' || url.hash !== '') report('error', path, 'The address must not have a query or a fragment');
    if (url.username !== '' || url.password !== '') report('error', path, 'The address must not hold a user name or password');
  }
  if (breached?.whenNotKnown === 'allow') {
    report(
      'warning',
      ['passwordRules', 'breached', 'whenNotKnown'],
      'While the source cannot be asked, breached passwords are taken; each leaves an event in the audit log',
    );
  }
}
