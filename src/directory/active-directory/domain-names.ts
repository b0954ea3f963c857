import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import { dnsDomainOf } from '../ldap/dn.ts';
import type { Servers } from '../ldap/servers.ts';
import { readNetbiosName } from './domain.ts';
import { normaliseIdentifier, withAnyPrefix } from './normalise-identifier.ts';

/** Names of people in one domain, and which prefixes and suffixes mean it. */
export interface DomainNames {
  /** Asks for the NetBIOS name of the domain where it is neither configured nor known yet. @throws AppError `directory.*` */
  learn(): Promise<void>;
  /** The one spelling of a name, by what is known so far; null: the name of somebody in another domain. */
  normalise(typed: string): string | null;
  /** The same once the name of the domain was asked for; where it is hidden, every prefix counts as ours. */
  normaliseKnown(typed: string): string | null;
}

export function createDomainNames(
  settings: Pick<DirectorySettingsOf<'active-directory'>, 'baseDn' | 'netbiosDomain'>,
  servers: Pick<Servers, 'read'>,
): DomainNames {
  const dns = dnsDomainOf(settings.baseDn);
  let netbios: string | null = settings.netbiosDomain ?? null;
  const normalise = (typed: string): string | null => normaliseIdentifier(typed, { dns, netbios });
  return {
    async learn() {
      if (netbios === null) netbios = await servers.read(readNetbiosName);
    },
    normalise,
    normaliseKnown(typed) {
      const name = normalise(typed);
      return name === null || netbios !== null ? name : withAnyPrefix(name);
    },
  };
}
