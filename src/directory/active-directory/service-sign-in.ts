import type { VerifyRefusal } from '../../core/ports/verify-outcome.ts';
import type { LdapResult } from '../ldap/result-codes.ts';
import { RESULT } from '../ldap/result-codes.ts';
import type { SignInProblem } from '../ldap/sign-in-problem.ts';
import { bindOutcome, signInCode } from './bind-outcome.ts';

const sentences: Readonly<Record<VerifyRefusal, Omit<SignInProblem, 'about'>>> = {
  'credentials.wrong': {
    problem: 'Name or password of the service account is wrong',
    fix: 'Check name and password of serviceAccount.',
  },
  'credentials.locked': {
    problem: 'The service account is locked',
    fix: 'Check that nothing signs in with an old password of the account, then unlock it.',
  },
  'credentials.disabled': { problem: 'The service account is disabled', fix: 'Enable the account.' },
  'credentials.account-expired': {
    problem: 'The service account has passed its end date',
    fix: 'Give the account a later end date, or none.',
  },
  'credentials.password-expired': {
    problem: 'The password of the service account has expired',
    fix: 'Set a new password and write it into serviceAccount; let the password of the account not expire.',
  },
  'credentials.must-change': {
    problem: 'The password of the service account must be changed first',
    fix: 'Take "User must change password at next logon" off the account.',
  },
  'credentials.not-allowed-now': {
    problem: 'The service account may not sign in at this time',
    fix: 'Take the logon hours and other restrictions off the account.',
  },
  'credentials.not-allowed-here': {
    problem: 'The service account may not sign in from here',
    fix: 'Take the restriction to certain workstations off the account.',
  },
};

/** What the code of one server's own trouble says, where it is worth a sentence of its own. */
const troubles: Readonly<Record<string, string>> = {
  '51f': 'The domain controller reaches no other one that could check the sign-in (no logon servers)',
  '568': 'The service account is a member of too many groups for a sign-in',
  '80090346': 'The domain controller demands channel binding, which a simple bind over TLS cannot give',
};

/**
 * Why the service account was not let in. Whatever is not known to be about the account is about the one server that said it.
 * null: an answer other than to the credentials, explained as everywhere.
 */
export function serviceSignInProblem(result: LdapResult): SignInProblem | null {
  if (result.code !== RESULT.invalidCredentials) return null;
  const outcome = bindOutcome(result);
  if (outcome !== null && !outcome.valid)
    return { about: outcome.reason === 'credentials.wrong' ? 'secret' : 'account', ...sentences[outcome.reason] };
  return {
    about: 'server',
    problem: troubles[signInCode(result) ?? ''] ?? `The domain controller could not check the sign-in: ${result.message}`,
    fix: 'Look into the event log of the domain controller.',
  };
}
