import { Attribute, Change } from 'ldapts';
import type { LdapConnection } from './connection.ts';
import { saysReadOnly } from './result-codes.ts';
import { unexpectedResult } from './translate-error.ts';

/**
 * Finds out whether a server takes writes, without one: an attribute is to lose the same value twice, which must fail wherever it is
 * tried (RFC 4511 section 4.6). A server that takes none says so instead, before it looks at rights and values (389 DS, tried).
 * @throws AppError `directory.read-only`
 */
export async function refuseReadOnly(connection: LdapConnection, dn: string): Promise<void> {
  const removal = () =>
    new Change({ operation: 'delete', modification: new Attribute({ type: 'description', values: ['does this server take writes?'] }) });
  const result = await connection.modify(dn, [removal(), removal()]);
  if (saysReadOnly(result)) throw unexpectedResult(result, connection.server, 'modify');
}
