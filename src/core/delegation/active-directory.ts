import { shellWord } from '../../../shared/fix-text.ts';
import type { DirectoryVerb } from '../ports/directory-health.ts';
import { printedDn, printedName, treeOf } from './printed-dn.ts';

/** Schema and extended-right GUIDs that access lists name (MS-ADA, MS-ADTS 5.1.3.2.1), by what dsacls calls them. */
const GUID = {
  'Reset Password': '00299570-246d-11d0-a768-00aa006e0529',
  lockoutTime: '28630ebf-41d5-11d1-a9c1-0000f80367c1',
  pwdLastSet: 'bf967a0a-0de6-11d0-a285-00aa003049e2',
  tokenGroups: 'b7c69e6d-2cc7-11d2-854e-00a0c983f608',
  /** User-Account-Restrictions, a property set (MS-ADTS 5.1.3.2.3): flags, lock, expiry and time of the password. */
  'Account Restrictions': '4c164200-20c0-11d0-a768-00aa006e0529',
} as const;
const USER = 'bf967aba-0de6-11d0-a285-00aa003049e2';
const NONE = '00000000-0000-0000-0000-000000000000';

/** The same rights as dsacls, SDDL (MS-DTYP 2.5.1.1) and .NET (ActiveDirectoryRights) call them. */
const RIGHTS = {
  read: { dsacls: 'GR', sddl: 'LCRPLORC', net: 'GenericRead' },
  control: { dsacls: 'CA', sddl: 'CR', net: 'ExtendedRight' },
  'read-attribute': { dsacls: 'RP', sddl: 'RP', net: 'ReadProperty' },
  'write-attribute': { dsacls: 'RPWP', sddl: 'RPWP', net: 'ReadProperty,WriteProperty' },
} as const;

/** One line of an access list. */
export interface Grant {
  readonly dn: string;
  readonly right: keyof typeof RIGHTS;
  /** Absent: the whole entry. */
  readonly object?: keyof typeof GUID;
  /** The users below the entry, or the entry and all that is below. */
  readonly onto: 'users' | 'all';
}

/** Each right that can be in need, where people are below `baseDn`. */
export function grantsFor(baseDn: string) {
  const onUsers = (right: Grant['right'], object?: Grant['object']): Grant => ({
    ...{ dn: baseDn, right, onto: 'users' },
    ...(object === undefined ? {} : { object }),
  });
  return {
    read: onUsers('read'),
    readGroups: onUsers('read-attribute', 'tokenGroups'),
    readState: onUsers('read-attribute', 'Account Restrictions'),
    resetPassword: onUsers('control', 'Reset Password'),
    unlock: onUsers('write-attribute', 'lockoutTime'),
    requireChange: onUsers('write-attribute', 'pwdLastSet'),
    readPolicy: { dn: `CN=Password Settings Container,CN=System,${treeOf(baseDn)}`, right: 'read', onto: 'all' },
  } as const satisfies Record<string, Grant>;
}

const GRANT_OF: Readonly<Record<DirectoryVerb, keyof ReturnType<typeof grantsFor>>> = {
  read: 'read',
  'reset-password': 'resetPassword',
  'unlock-account': 'unlock',
  'require-change': 'requireChange',
  'read-policy': 'readPolicy',
};

/** What has to be granted for these verbs, and nothing else. */
export function grantsInUse(baseDn: string, verbs: ReadonlySet<DirectoryVerb>): Grant[] {
  const grants = grantsFor(baseDn);
  return (Object.keys(GRANT_OF) as DirectoryVerb[]).filter((verb) => verbs.has(verb)).map((verb) => grants[GRANT_OF[verb]]);
}

/** For a command prompt of Windows. @param account `DOMAIN\login`, `login@domain` or `login` */
export function dsaclsLine({ dn, right, object, onto }: Grant, account: string): string {
  const rights = RIGHTS[right].dsacls;
  const what = onto === 'users' ? `${rights};${object ?? ''};user` : rights;
  return `dsacls "${printedDn(dn)}" /I:${onto === 'users' ? 'S' : 'T'} /G "${printedName(account)}:${what}"`;
}

/** An entry of an access list. @param sid of the service account; a shell variable will do */
function sddl({ right, object, onto }: Grant, sid: string): string {
  const type = onto === 'users' ? 'OA' : 'A';
  const guid = object === undefined ? '' : GUID[object];
  return `(${type};${onto === 'users' ? 'CIIO' : 'CI'};${RIGHTS[right].sddl};${guid};${onto === 'users' ? USER : ''};${sid})`;
}

/**
 * For Samba. By LDAP, which samba-tool seals with what it signs in by (SASL): by LDAPS it refuses to speak until somebody gives it a
 * list of revoked certificates (smb.conf(5), "tls verify peer").
 */
export function sambaToolLine(grant: Grant, where: { readonly host: string; readonly sid: string }): string {
  const address = shellWord(`ldap://${where.host}`);
  const list = where.sid.startsWith('$') ? `"${sddl(grant, where.sid)}"` : shellWord(sddl(grant, where.sid));
  return `samba-tool dsacl set -H ${address} -U Administrator --objectdn=${shellWord(printedDn(grant.dn))} --sddl=${list}`;
}

/** All of them for Samba, which wants the account by its number. */
export function sambaToolScript(grants: readonly Grant[], where: { readonly host: string; readonly login: string }): string {
  const address = shellWord(`ldap://${where.host}`);
  const show = `samba-tool user show -H ${address} -U Administrator ${shellWord(where.login)} --attributes=objectSid`;
  const lines = grants.map((grant) => sambaToolLine(grant, { host: where.host, sid: '$sid' }));
  return `sid=$(${show} | sed -n 's/^objectSid: //p')\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** PowerShell takes any of these for a single quotation mark (about_Quoting_Rules), and two of them for one. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
}

/** The same for PowerShell, by what .NET brings along: no module has to be installed. */
export function powerShellScript(grants: readonly Grant[], account: string): string {
  const lines = grants.map(({ dn, right, object, onto }) => {
    const guids = [object === undefined ? NONE : GUID[object], onto === 'users' ? USER : NONE];
    const [what, onWhom] = guids.map((guid) => `'${guid}'`);
    // In an ADsPath a slash parts the server from the name.
    const path = quoted(printedDn(dn).replaceAll(/\\?\//g, '\\/'));
    return `Grant-Keyturn ${path} '${RIGHTS[right].net}' ${what} '${onto === 'users' ? 'Descendents' : 'All'}' ${onWhom}\n`;
  });
  return `$account = New-Object System.Security.Principal.NTAccount ${quoted(printedName(account))}
$keyturn = $account.Translate([System.Security.Principal.SecurityIdentifier])
function Grant-Keyturn([string]$dn, [string]$rights, [guid]$object, [string]$onto, [guid]$class) {
  $entry = [ADSI]"LDAP://$dn"
  $entry.psbase.Options.SecurityMasks = 'Dacl'
  $rule = New-Object System.DirectoryServices.ActiveDirectoryAccessRule $keyturn, $rights, 'Allow', $object, $onto, $class
  $entry.psbase.ObjectSecurity.AddAccessRule($rule)
  $entry.psbase.CommitChanges()
}
${lines.join('')}`;
}
