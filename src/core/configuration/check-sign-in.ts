import type { Report } from './check-context.ts';
import { checkRules } from './check-rules.ts';
import type { Configuration } from './document.ts';

/** Checks of `signIn`. */
export function checkSignIn({ rules }: Configuration['signIn'], report: Report): void {
  checkRules({ section: 'signIn', rules, goals: [] }, report);
}

/** A password is tried only where it is told how near to a lock its account is: people of a plain LDAP server cannot sign in. */
export function checkSignInDirectories({ signIn, directories }: Configuration, report: Report): void {
  if (!signIn.enabled) return;
  for (const [index, { kind }] of directories.entries()) {
    if (kind !== 'ldap') continue;
    report(
      'warning',
      ['directories', index, 'kind'],
      'Its people cannot sign in: such a server does not tell whether a wrong password would lock them',
    );
  }
}
