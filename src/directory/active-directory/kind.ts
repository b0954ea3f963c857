import type { Filter } from 'ldapts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { DirectoryNote } from '../../core/ports/directory-health.ts';
import { contactAttributes } from '../ldap/contacts.ts';
import { dnsDomainOf } from '../ldap/dn.ts';
import { anyOf, atLeast, equals, hasBits, identifierEquals } from '../ldap/filters.ts';
import type { LdapKind } from '../ldap/ldap-kind.ts';
import { fact } from '../ldap/notes.ts';
import type { ServerCache } from '../ldap/server-cache.ts';
import type { Probed } from '../ldap/servers.ts';
import { fromGeneralizedTime } from '../ldap/time.ts';
import { accountAttributes, binaryAttributes, toAccount } from './account.ts';
import { guidToBytes } from './guid.ts';
import { activeDirectoryPasswordEnds } from './password-ends.ts';
import { resetMode } from './reset-mode.ts';
import { serviceSignInProblem } from './service-sign-in.ts';
import { FLAG, isLocked } from './status.ts';

/** SAM_USER_OBJECT (MS-SAMR 2.2.1.9): people and service accounts, no computers, no trusts. */
const normalUser = '805306368';

/** Units, CN=Users and its like, CN=Builtin, the domain (classes of MS-ADSC). */
const containers = anyOf(...['organizationalUnit', 'container', 'builtinDomain', 'domainDNS'].map((name) => equals('objectClass', name)));

/** What Active Directory tells the parts shared by all LDAP directories. */
export function activeDirectoryKind(settings: DirectorySettingsOf<'active-directory'>, cache: ServerCache): LdapKind {
  const domain = dnsDomainOf(settings.baseDn);
  return {
    people: equals('sAMAccountType', normalUser),
    containers,
    idFilter(id) {
      const bytes = guidToBytes(id);
      return bytes === null ? null : equals('objectGUID', bytes);
    },
    identifierFilter: (normalised) => identifierFilter(settings.identifiers, normalised, domain),
    accountAttributes: [...new Set([...accountAttributes, ...contactAttributes(settings)])],
    binaryAttributes,
    toAccount: (entry) => toAccount(entry, settings),
    accountNeeds: 'objectGUID and sAMAccountName',
    searchedAttributes: ['sAMAccountName', 'userPrincipalName', 'displayName', 'givenName', 'sn', 'mail', 'employeeNumber', 'employeeID'],
    stateFilter(state) {
      if (state === 'locked') return atLeast('lockoutTime', '1');
      if (state === 'disabled') return hasBits('userAccountControl', FLAG.disabled);
      return equals('pwdLastSet', '0');
    },
    passwordEnds: activeDirectoryPasswordEnds(cache),
    confirmState: (state, entry) => state !== 'locked' || isLocked(entry, settings.id),
    explainSignIn: serviceSignInProblem,
    serverTime: (rootDse) => fromGeneralizedTime(rootDse.currentTime),
    notes: (probed) => resetNotes(settings.historyOnReset, probed),
  };
}

/**
 * `login@domain` was shortened to `login` before, so attributes that hold an address are asked for the long form as well; proxyAddresses
 * holds addresses with their protocol in front (`smtp:`, `SMTP:` for the first one; compared without regard to case).
 */
function identifierFilter(attributes: readonly string[], normalised: string, domain: string | null): Filter {
  const long = domain === null || normalised.includes('@') ? null : `${normalised}@${domain}`;
  return anyOf(
    ...attributes.flatMap((attribute) => {
      const proxies = /^proxyAddresses$/i.test(attribute);
      const addressLike = proxies || /^(userPrincipalName|mail)$/i.test(attribute);
      const spellings = [normalised, ...(long !== null && addressLike ? [long] : [])];
      return spellings.map((spelling) => identifierEquals(attribute, spelling));
    }),
  );
}

const sentences = {
  'policy-hints': 'A reset honours password history and minimum age: the server offers the policy hints control',
  'two-step':
    'A reset honours the password history by changing in two steps. A person who gives up between them is left with a random password',
  'not-enforced':
    'A reset does not honour password history and minimum age: the server offers no policy hints control, or historyOnReset is not-enforced',
} as const;

function resetNotes(configured: DirectorySettingsOf<'active-directory'>['historyOnReset'], probed: readonly Probed[]): DirectoryNote[] {
  const modes = new Map<keyof typeof sentences, string[]>();
  for (const { server, rootDse } of probed) {
    const mode = resetMode(configured, rootDse);
    modes.set(mode, [...(modes.get(mode) ?? []), server]);
  }
  const several = modes.size > 1;
  return [...modes].map(([mode, servers]) => fact(several ? `${servers.join(', ')}: ${sentences[mode]}` : sentences[mode]));
}
