import type { Report } from './check-context.ts';
import { checkRules } from './check-rules.ts';
import type { Configuration } from './document.ts';

/** Checks of `signIn`. */
export function checkSignIn({ rules }: Configuration['signIn'], report: Report): void {
  checkRules({ section: 'signIn', rules, goals: [] }, report);
}

/** A password is tried only where it is known how near to a lock its account is: a plain LDAP server does not tell, so the operator does. */
export function checkSignInDirectories({ signIn, directories }: Configuration, report: Report): void {
  if (!signIn.enabled) return;
  for (const [index, settings] of directories.entries()) {
    if (settings.kind !== 'ldap' || settings.lockout !== undefined) continue;
    report(
      'warning',
      ['directories', index, 'lockout'],
      'Its people cannot sign in: such a server does not tell whether a wrong password would lock them. State here when it does',
    );
  }
}
