import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Directory } from '../../core/ports/directory.ts';
import type { DirectoryBase } from './directory-base.ts';

/**
 * Who an entry names as manager (RFC 4524 section 2.10: DNs, any number of them). Servers leave out what may not be read, so that
 * nobody is named is never known.
 */
export function createReadManager(
  { managerAttribute }: Pick<LdapSettings, 'managerAttribute'>,
  base: Pick<DirectoryBase, 'readEntry' | 'readAccountAt'>,
): Directory['readManager'] {
  return async (ref) => {
    const [named, second] = (await base.readEntry(ref, [managerAttribute])).texts(managerAttribute);
    if (named === undefined) return { known: false, because: 'not-told' };
    if (second !== undefined) return { known: false, because: 'several' };
    const manager = await base.readAccountAt(named);
    return manager === null ? { known: false, because: 'not-found' } : { known: true, manager };
  };
}
