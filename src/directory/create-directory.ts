import type { DirectorySettings } from '../core/configuration/directory-section.ts';
import type { Directory } from '../core/ports/directory.ts';
import type { EmbeddedStore } from '../core/ports/embedded-store.ts';
import { create389dsDirectory } from './389ds/create-389ds-directory.ts';
import { createActiveDirectory } from './active-directory/active-directory.ts';
import type { DirectoryDeps } from './directory-deps.ts';
import { createEmbeddedDirectory } from './embedded/create-embedded-directory.ts';
import { createLdapDirectory } from './ldap/create-ldap-directory.ts';
import { createOpenldapDirectory } from './openldap/create-openldap-directory.ts';

/** The directory of one section of the configuration. Connects to nothing yet: the first call does. */
export function createDirectory(settings: DirectorySettings, deps: DirectoryDeps & { accounts: EmbeddedStore }): Directory {
  switch (settings.kind) {
    case 'active-directory':
      return createActiveDirectory(settings, deps);
    case 'openldap':
      return createOpenldapDirectory(settings, deps);
    case '389ds':
      return create389dsDirectory(settings, deps);
    case 'ldap':
      return createLdapDirectory(settings, deps);
    case 'embedded':
      return createEmbeddedDirectory(settings, deps);
  }
}
