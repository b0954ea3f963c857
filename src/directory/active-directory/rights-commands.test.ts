import { expect, it } from 'vitest';
import { delegationCommands } from './rights-commands.ts';

const grant = (line: string) => `Grant it, in a command prompt of a domain administrator\n${line}`;

const target = {
  server: 'ldaps://dc1.ad.example.com',
  baseDn: 'OU=People,DC=ad,DC=example,DC=com',
  sid: 'S-1-5-21-1-2-3-1102',
  name: 'svc-keyturn@ad.example.com',
};

it('delegates with the tool of the server: dsacls on Windows, samba-tool on Samba', () => {
  expect(delegationCommands({ ...target, samba: false })).toEqual({
    read: grant('dsacls "OU=People,DC=ad,DC=example,DC=com" /I:S /G "svc-keyturn@ad.example.com:GR;;user"'),
    resetPassword: grant('dsacls "OU=People,DC=ad,DC=example,DC=com" /I:S /G "svc-keyturn@ad.example.com:CA;Reset Password;user"'),
    readGroups: grant('dsacls "OU=People,DC=ad,DC=example,DC=com" /I:S /G "svc-keyturn@ad.example.com:RP;tokenGroups;user"'),
    readState: grant('dsacls "OU=People,DC=ad,DC=example,DC=com" /I:S /G "svc-keyturn@ad.example.com:RP;Account Restrictions;user"'),
    unlock: grant('dsacls "OU=People,DC=ad,DC=example,DC=com" /I:S /G "svc-keyturn@ad.example.com:RPWP;lockoutTime;user"'),
    requireChange: grant('dsacls "OU=People,DC=ad,DC=example,DC=com" /I:S /G "svc-keyturn@ad.example.com:RPWP;pwdLastSet;user"'),
    readPolicy: grant('dsacls "CN=Password Settings Container,CN=System,DC=ad,DC=example,DC=com" /I:T /G "svc-keyturn@ad.example.com:GR"'),
  });
  expect(delegationCommands({ ...target, samba: true }).unlock).toBe(
    "Grant it, as a domain administrator (the password is asked for)\nsamba-tool dsacl set -H ldap://dc1.ad.example.com -U Administrator --objectdn=OU=People,DC=ad,DC=example,DC=com --sddl='(OA;CIIO;RPWP;28630ebf-41d5-11d1-a9c1-0000f80367c1;bf967aba-0de6-11d0-a285-00aa003049e2;S-1-5-21-1-2-3-1102)'",
  );
});
