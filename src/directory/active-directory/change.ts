import type { WriteOutcome } from '../../core/ports/directory.ts';
import type { VerifyRefusal } from '../../core/ports/verify-outcome.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { RESULT } from '../ldap/result-codes.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { bindOutcome } from './bind-outcome.ts';
import { passwordChange } from './unicode-password.ts';
import { passwordOutcome, type WriteFacts } from './write-outcome.ts';

type Refused = Extract<WriteOutcome, { done: false }>;

const refusals: Readonly<Record<VerifyRefusal, Refused['refusal'] | null>> = {
  'credentials.wrong': 'password.old-wrong',
  'credentials.locked': 'password.account-locked',
  'credentials.disabled': 'password.account-disabled',
  'credentials.account-expired': 'password.account-disabled',
  'credentials.not-allowed-now': 'password.change-not-allowed',
  'credentials.not-allowed-here': 'password.change-not-allowed',
  // Who may only sign in to change the password cannot bind at all.
  'credentials.password-expired': null,
  'credentials.must-change': null,
};

/**
 * Changes a password as the person: binds with the old one and writes both in one request.
 * null: the old password is right but expired or to be changed, so the person cannot bind; see {@link changeForUnbound}.
 */
export async function changeAsPerson(
  connection: LdapConnection,
  person: { bindName: string; dn: string },
  oldPassword: string,
  newPassword: string,
  facts: WriteFacts,
): Promise<WriteOutcome | null> {
  const bound = await connection.bind(person.bindName, oldPassword);
  const outcome = bindOutcome(bound);
  if (outcome === null) throw unexpectedResult(bound, connection.server, 'bind');
  if (!outcome.valid) {
    const refusal = refusals[outcome.reason];
    return refusal === null ? null : { done: false, refusal, detail: bound.message, server: connection.server };
  }
  return write(connection, person.dn, oldPassword, newPassword, facts);
}

/**
 * The same change sent on the service account's connection, for a person who cannot bind. It needs no right of that account: the old
 * password is the proof, and the whole policy applies except the minimum age, which a password that must be changed does not have.
 */
export function changeForUnbound(
  connection: LdapConnection,
  dn: string,
  oldPassword: string,
  newPassword: string,
  facts: WriteFacts,
): Promise<WriteOutcome> {
  return write(connection, dn, oldPassword, newPassword, facts);
}

async function write(
  connection: LdapConnection,
  dn: string,
  oldPassword: string,
  newPassword: string,
  facts: WriteFacts,
): Promise<WriteOutcome> {
  const result = await connection.modify(dn, passwordChange(oldPassword, newPassword));
  // "User cannot change password": the right is taken away from the person, which is no fault of ours.
  if (result.code === RESULT.insufficientAccessRights) {
    return { done: false, refusal: 'password.change-not-allowed', detail: result.message, server: connection.server };
  }
  return passwordOutcome(result, connection.server, facts);
}
