import { isAppError } from '../../../shared/errors.ts';
import type { LdapEntry } from './entry.ts';
import type { Servers } from './servers.ts';
import { unusablePassword } from './unusable-password.ts';

/** An identifier that no directory gives to anything (RFC 9562 5.9). */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Given instead of what somebody typed: it is the password of an account of another directory as often as not. */
const NO_PASSWORD = 'the password of nobody';

/**
 * Looks for an entry that is not there and binds as one: what the check of a password costs a server, for a name that nobody has. What was
 * typed is not sent: whoever runs one directory is not to learn the passwords of all the others.
 */
export async function bindNobody(
  servers: Pick<Servers, 'separate'>,
  { id, baseDn }: { id: string; baseDn: string },
  readEntry: (ref: { directory: string; id: string }) => Promise<LdapEntry>,
  password: string,
): Promise<void> {
  try {
    await readEntry({ directory: id, id: NOBODY });
  } catch (error) {
    if (!isAppError(error, 'directory.account-missing')) throw error;
  }
  if (unusablePassword(password) !== null) return;
  await servers.separate((connection) => connection.bind(`CN=${NOBODY},${baseDn}`, NO_PASSWORD));
}
