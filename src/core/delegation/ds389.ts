import type { DirectorySettingsOf } from '../configuration/directory-section.ts';
import type { DirectoryVerb } from '../ports/directory-health.ts';
import { printedDn, treeOf } from './printed-dn.ts';

export type Ds389Places = Pick<DirectorySettingsOf<'389ds'>, 'baseDn' | 'groupBaseDn'> & {
  readonly serviceAccount: { readonly name: string };
};

/** What each verb writes. A reset takes the counted failures away in the same modification. */
export const WRITTEN = {
  'reset-password': ['userPassword', 'accountUnlockTime', 'passwordRetryCount'],
  'unlock-account': ['accountUnlockTime', 'passwordRetryCount'],
  'require-change': ['passwordExpirationTime'],
} as const satisfies Partial<Record<DirectoryVerb, readonly string[]>>;
const ORDER = ['userPassword', 'passwordExpirationTime', 'passwordRetryCount', 'accountUnlockTime'] as const;
const ALL = new Set(Object.keys(WRITTEN) as DirectoryVerb[]);

/** A value of `aci`, in the parts in which it is printed. */
export interface Aci {
  readonly dn: string;
  readonly parts: readonly string[];
}

/** Each rule that can be in need. */
export function acisFor(places: Ds389Places, verbs: ReadonlySet<DirectoryVerb> = ALL) {
  const account = `userdn="ldap:///${printedDn(places.serviceAccount.name)}";)`;
  const used = (Object.keys(WRITTEN) as (keyof typeof WRITTEN)[]).filter((verb) => verbs.has(verb)).flatMap((verb) => WRITTEN[verb]);
  const attributes = ORDER.filter((name) => (used as readonly string[]).includes(name)).join(' || ');
  const groups = places.groupBaseDn ?? treeOf(places.baseDn);
  const reading = (dn: string, attributes: string, name: string): Aci => ({
    dn,
    parts: [`(${attributes})`, `(version 3.0; acl "${name}"; allow (read,search,compare)`, account],
  });
  return {
    write: {
      dn: places.baseDn,
      parts: [`(targetattr="${attributes}")`, '(version 3.0; acl "Keyturn resets and unlocks"; allow (write)', account],
    },
    people: reading(places.baseDn, 'targetattr!="userPassword || passwordHistory"', 'Keyturn reads people'),
    self: {
      dn: places.baseDn,
      parts: ['(targetattr="userPassword")', '(version 3.0; acl "People change their password"; allow (write) userdn="ldap:///self";)'],
    },
    groups: reading(groups, 'targetattr!="userPassword || passwordHistory"', 'Keyturn reads groups'),
    policy: reading('cn=config', 'targetattr="objectClass || password* || nsslapd-pwpolicy-*"', 'Keyturn reads the password policy'),
  } as const satisfies Record<string, Aci>;
}

/** What has to be added for these verbs, and nothing else. */
export function acisInUse(places: Ds389Places, verbs: ReadonlySet<DirectoryVerb>): Aci[] {
  const { write, people, self, groups, policy } = acisFor(places, verbs);
  return [...([...ALL].some((verb) => verbs.has(verb)) ? [write] : []), people, self, groups, policy];
}

/** The value on one line. */
export function aciValue({ parts }: Aci): string {
  const [target = '', ...rest] = parts;
  return `${target}${rest.join(' ')}`;
}

/** As LDIF (RFC 2849), one record for each entry. */
export function acisLdif(acis: readonly Aci[]): string {
  const entries = [...new Set(acis.map(({ dn }) => dn))];
  return entries
    .map((dn) => {
      const added = acis.filter((aci) => aci.dn === dn).map(({ parts }) => `add: aci\naci: ${parts.join('\n ')}\n`);
      return `dn: ${printedDn(dn)}\nchangetype: modify\n${added.join('-\n')}`;
    })
    .join('\n');
}
