import { shellWord, withLines } from '../../../shared/fix-text.ts';

/** Schema and extended-right GUIDs that access lists name (MS-ADA, MS-ADTS 5.1.3.2.1). */
const GUID = {
  resetPassword: '00299570-246d-11d0-a768-00aa006e0529',
  lockoutTime: '28630ebf-41d5-11d1-a9c1-0000f80367c1',
  pwdLastSet: 'bf967a0a-0de6-11d0-a285-00aa003049e2',
  tokenGroups: 'b7c69e6d-2cc7-11d2-854e-00a0c983f608',
  /** User-Account-Restrictions, a property set (MS-ADTS 5.1.3.2.3): flags, lock, expiry and time of the password. */
  accountRestrictions: '4c164200-20c0-11d0-a768-00aa006e0529',
  user: 'bf967aba-0de6-11d0-a285-00aa003049e2',
} as const;

export interface DelegationCommands {
  readonly read: string;
  readonly readGroups: string;
  readonly readState: string;
  readonly resetPassword: string;
  readonly unlock: string;
  readonly requireChange: string;
  readonly readPolicy: string;
}

/**
 * The fix that grants each right: its command is to be run by an administrator: dsacls on Windows, samba-tool on Samba.
 * @param target.name the service account as dsacls takes it: `DOMAIN\login`, `login@domain` or `login`
 */
export function delegationCommands(target: {
  readonly samba: boolean;
  /** Address of the domain controller. */
  readonly server: string;
  readonly baseDn: string;
  readonly container: string;
  readonly sid: string;
  readonly name: string;
}): DelegationCommands {
  const { baseDn, container, sid, name } = target;
  if (target.samba) {
    // By LDAP, which samba-tool seals with what it signs in by (SASL): by LDAPS it refuses to speak until somebody gives it a list of
    // revoked certificates (smb.conf(5), "tls verify peer").
    const address = `ldap://${new URL(target.server).hostname}`;
    const set = (dn: string, sddl: string): string =>
      withLines(
        'Grant it, as a domain administrator (the password is asked for)',
        `samba-tool dsacl set -H ${shellWord(address)} -U Administrator --objectdn=${shellWord(dn)} --sddl=${shellWord(sddl)}`,
      );
    const onUsers = (right: string, object: string): string => set(baseDn, `(OA;CIIO;${right};${object};${GUID.user};${sid})`);
    return {
      readGroups: onUsers('RP', GUID.tokenGroups),
      readState: onUsers('RP', GUID.accountRestrictions),
      read: set(baseDn, `(A;CI;LCRPLORC;;;${sid})`),
      resetPassword: onUsers('CR', GUID.resetPassword),
      unlock: onUsers('RPWP', GUID.lockoutTime),
      requireChange: onUsers('RPWP', GUID.pwdLastSet),
      readPolicy: set(container, `(A;CI;LCRPLORC;;;${sid})`),
    };
  }
  const grant = (line: string): string => withLines('Grant it, in a command prompt of a domain administrator', line);
  const onUsers = (right: string): string => grant(`dsacls "${baseDn}" /I:S /G "${name}:${right};user"`);
  return {
    readGroups: onUsers('RP;tokenGroups'),
    readState: onUsers('RP;Account Restrictions'),
    read: grant(`dsacls "${baseDn}" /I:T /G "${name}:GR"`),
    resetPassword: onUsers('CA;Reset Password'),
    unlock: onUsers('RPWP;lockoutTime'),
    requireChange: onUsers('RPWP;pwdLastSet'),
    readPolicy: grant(`dsacls "${container}" /I:T /G "${name}:GR"`),
  };
}
