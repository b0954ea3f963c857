import { AppError } from '../../../shared/errors.ts';
import type { EmbeddedAccountRow, EmbeddedStore } from '../../core/ports/embedded-store.ts';
import type { NewPerson } from '../../core/ports/kept-people.ts';
import type { Clock, Random } from '../../core/ports/platform.ts';
import { normaliseLogin } from './normalise-login.ts';
import { hashPassword } from './password-hash.ts';

export interface NewEmbeddedAccount extends NewPerson {
  directory: string;
  password: string;
  disabled?: boolean;
  expiresAt?: number;
  /** Now unless told. */
  passwordSetAt?: number;
}

/**
 * Adds a person to an embedded directory. The password is taken as it is: no policy is asked.
 *
 * @param deps `hash` makes what is kept of the password; who adds many people with one password may make it once
 * @returns the row, with its new id
 * @throws AppError `request.malformed` when the login is none, `people.present` when somebody has it
 */
export async function createEmbeddedAccount(
  deps: { accounts: EmbeddedStore; clock: Clock; random: Random; hash?: (password: string) => Promise<string> },
  person: NewEmbeddedAccount,
): Promise<EmbeddedAccountRow> {
  const { directory, disabled, expiresAt, passwordSetAt } = person;
  const id = Buffer.from(deps.random.bytes(16)).toString('hex');
  const passwordHash = await (deps.hash ?? hashPassword)(person.password);
  const row: EmbeddedAccountRow = {
    ...newRow(person, { directory, id, passwordHash, now: passwordSetAt ?? deps.clock.now() }),
    disabled: disabled ?? false,
    expiresAt: expiresAt ?? null,
  };
  if (!(await deps.accounts.insert(row))) throw new AppError('people.present', { directory, login: row.login });
  return row;
}

/**
 * The row of somebody new, whose password was set `now`.
 * @throws AppError `request.malformed` when the login is none
 */
export function newRow(
  person: NewPerson,
  { directory, id, passwordHash, now }: { directory: string; id: string; passwordHash: string; now: number },
): EmbeddedAccountRow {
  const login = normaliseLogin(person.login);
  if (login === null) throw new AppError('request.malformed', { field: 'login' });
  return {
    ...{ directory, id, login, displayName: person.displayName },
    givenName: person.givenName ?? null,
    surname: person.surname ?? null,
    mail: person.mail === undefined ? null : normaliseLogin(person.mail),
    mobile: person.mobile ?? null,
    employeeNumber: person.employeeNumber === undefined ? null : normaliseLogin(person.employeeNumber),
    language: person.language ?? null,
    groups: person.groups ?? [],
    managerId: person.managerId ?? null,
    ...{ passwordHash, passwordHistory: [], passwordSetAt: now, mustChange: person.mustChange ?? false },
    ...{ disabled: false, expiresAt: null, badAttempts: 0, lastBadAttemptAt: null, lockedAt: null, version: 1 },
  };
}
