import type { DirectorySettings } from '../configuration/directory-section.ts';
import type { DirectoryVerb } from '../ports/directory-health.ts';
import { dsaclsLine, grantsInUse, powerShellScript, sambaToolScript } from './active-directory.ts';
import { acisInUse, acisLdif } from './ds389.ts';
import { slapdConfigLdif, slapdConfLines, slapdRulesInUse } from './openldap.ts';

/** For which tool a delegation is printed. */
export const DELEGATION_FORMS = ['dsacls', 'powershell', 'samba-tool', 'cn=config', 'slapd.conf', 'ldif'] as const;
export type DelegationForm = (typeof DELEGATION_FORMS)[number];

/** All that the service account has to be granted, to be pasted as it stands. */
export interface Delegation {
  readonly form: DelegationForm;
  readonly text: string;
}

/** What of a section says where the people are and who is to be granted something. */
export type DelegatedSection = {
  [K in DirectorySettings['kind']]: Extract<DirectorySettings, { kind: K }> extends infer S ? Pick<S, Extract<keyof S, PlacesKey>> : never;
}[DirectorySettings['kind']];
type PlacesKey = 'kind' | 'baseDn' | 'groupBaseDn' | 'defaultPolicyDn' | 'serviceAccount' | 'servers';

/**
 * What grants the service account of a directory these verbs and nothing else, for each tool that can do it. None for a directory that
 * has no service account, and for servers whose access rules no standard describes.
 */
export function delegationFor(section: DelegatedSection, verbs: ReadonlySet<DirectoryVerb>): Delegation[] {
  switch (section.kind) {
    case 'active-directory': {
      const grants = grantsInUse(section.baseDn, verbs);
      const { name } = section.serviceAccount;
      return [
        { form: 'dsacls', text: grants.map((grant) => `${dsaclsLine(grant, name)}\n`).join('') },
        { form: 'powershell', text: powerShellScript(grants, name) },
        { form: 'samba-tool', text: sambaToolScript(grants, { host: hostOf(section.servers[0]?.url), login: loginOf(name) }) },
      ];
    }
    case 'openldap': {
      const rules = slapdRulesInUse(section, verbs);
      return [
        { form: 'cn=config', text: slapdConfigLdif(rules) },
        { form: 'slapd.conf', text: slapdConfLines(rules) },
      ];
    }
    case '389ds':
      return [{ form: 'ldif', text: acisLdif(acisInUse(section, verbs)) }];
    case 'ldap':
    case 'embedded':
      return [];
  }
}

function hostOf(url: string | undefined): string {
  return url === undefined ? 'DOMAIN-CONTROLLER' : new URL(url).hostname;
}

/** `svc-keyturn` of `EXAMPLE\svc-keyturn`, `svc-keyturn@example.com` and of a DN, as far as that tells. */
function loginOf(name: string): string {
  const first = /^[A-Za-z0-9.-]+\s*=\s*((?:\\.|[^,\\])+)/.exec(name)?.[1];
  return (first ?? name).replace(/^.*\\/, '').replace(/@.*$/, '');
}
