import { AppError } from '../../../shared/errors.ts';
import type { EmbeddedAccountRow, EmbeddedStore } from '../../core/ports/embedded-store.ts';
import type { Clock, Random } from '../../core/ports/platform.ts';
import { normaliseLogin } from './normalise-login.ts';
import { hashPassword } from './password-hash.ts';

export interface NewEmbeddedAccount {
  directory: string;
  login: string;
  password: string;
  displayName: string;
  givenName?: string;
  surname?: string;
  mail?: string;
  mobile?: string;
  employeeNumber?: string;
  /** BCP 47. */
  language?: string;
  /** Names of groups. */
  groups?: readonly string[];
  managerId?: string;
  mustChange?: boolean;
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
 * @throws AppError `request.malformed` when the login is none
 */
export async function createEmbeddedAccount(
  deps: { accounts: EmbeddedStore; clock: Clock; random: Random; hash?: (password: string) => Promise<string> },
  person: NewEmbeddedAccount,
): Promise<EmbeddedAccountRow> {
  const login = normaliseLogin(person.login);
  if (login === null) throw new AppError('request.malformed', { field: 'login' });
  const row: EmbeddedAccountRow = {
    directory: person.directory,
    id: Buffer.from(deps.random.bytes(16)).toString('hex'),
    login,
    displayName: person.displayName,
    givenName: person.givenName ?? null,
    surname: person.surname ?? null,
    mail: person.mail === undefined ? null : normaliseLogin(person.mail),
    mobile: person.mobile ?? null,
    employeeNumber: person.employeeNumber === undefined ? null : normaliseLogin(person.employeeNumber),
    language: person.language ?? null,
    groups: person.groups ?? [],
    managerId: person.managerId ?? null,
    passwordHash: await (deps.hash ?? hashPassword)(person.password),
    passwordHistory: [],
    passwordSetAt: person.passwordSetAt ?? deps.clock.now(),
    mustChange: person.mustChange ?? false,
    disabled: person.disabled ?? false,
    expiresAt: person.expiresAt ?? null,
    badAttempts: 0,
    lastBadAttemptAt: null,
    lockedAt: null,
    version: 1,
  };
  await deps.accounts.insert(row);
  return row;
}
