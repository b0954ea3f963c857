import { AppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import { readNamed } from './configured-names.ts';
import { isAtOrBelow, joinDn, rdnsOf, sameDn } from './dn.ts';
import type { LdapKind } from './ldap-kind.ts';
import type { Servers } from './servers.ts';

/**
 * The DN of a place that somebody wrote, as the server spells it. Only containers count, and whatever else stands there is as nothing:
 * else it would tell of anybody, out of scope too, whether there is an entry of the name.
 * @throws AppError `directory.place-missing` for what is no DN, not at or below `baseDn`, no container, hidden or not there
 */
export async function findPlace(
  servers: Pick<Servers, 'read'>,
  { containers }: Pick<LdapKind, 'containers'>,
  { id, baseDn }: Pick<LdapSettings, 'id' | 'baseDn'>,
  place: string,
): Promise<string> {
  if (sameDn(place, baseDn)) return baseDn;
  const missing = new AppError('directory.place-missing', { directory: id });
  const rdns = rdnsOf(place);
  if (rdns === null || !isAtOrBelow(place, baseDn)) throw missing;
  // Spelt anew: 389 Directory Server takes neither object identifiers nor long names of attributes in a DN.
  const dn = rdns.reduceRight((below, rdn) => joinDn(rdn, below), '');
  const found = await servers.read((connection) => readNamed(connection, dn, { attributes: ['1.1'], filter: containers }));
  // The base of a search is the server's own spelling of what it found, which has to be where its people are as well.
  if (!('entry' in found) || !isAtOrBelow(found.entry.dn, baseDn)) throw missing;
  return found.entry.dn;
}
