import { Attribute, Change, type Client, ConstraintViolationError } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { judge } from '../../shared/password-rules/judge.ts';
import type { PasswordRule, PasswordRuleCode } from '../../shared/password-rules/password-rule.ts';
import { withLdap } from '../servers/ldap-session.ts';
import { unicodePassword } from '../servers/samba-directory.ts';
import { seedPassword } from '../servers/seed-people.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { uniqueName } from '../servers/unique-name.ts';

// Why Keyturn refuses some passwords by itself: what real directories do with them.

const ours: PasswordRule[] = (['password.unusable-characters', 'password.looks-hashed'] satisfies PasswordRuleCode[]).map((code) => ({
  code,
  params: {},
  source: 'organisation',
  pure: true,
}));

function isOurs(password: string): boolean {
  return judge(password, ours).some((verdict) => verdict.ok === false);
}

async function isAccepted(client: Client, dn: string, type: string, value: Buffer): Promise<boolean> {
  try {
    await client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) }));
    return true;
  } catch (error) {
    if (error instanceof ConstraintViolationError) return false;
    throw error;
  }
}

describe('passwords that Keyturn refuses by itself', () => {
  it.each(['Before-NUL-1\0after', 'Half-a-pair-1\ud83d'])('Samba takes %j and then lets nobody in with it', async (password) => {
    const samba = await sharedSamba();
    const user = await samba.createUser({ login: uniqueName('unusable'), password: seedPassword });
    expect(isOurs(password)).toBe(true);
    await withLdap({ ...samba.service, url: samba.url, caPem: samba.caPem }, async (client) => {
      expect(await isAccepted(client, user.dn, 'unicodePwd', unicodePassword(password))).toBe(true);
    });
    expect(await samba.canBind(user.dn, password)).toBe(false);
  });

  it('OpenLDAP takes a password with the word {CLEARTEXT} before it and then lets nobody in with it', async () => {
    const slapd = await sharedSlapd();
    const user = await slapd.createUser({ login: uniqueName('unusable'), password: seedPassword });
    const password = '{CLEARTEXT}Some-Passw0rd-1';
    expect(isOurs(password)).toBe(true);
    await withLdap({ ...slapd.service, url: slapd.url, caPem: slapd.caPem }, async (client) => {
      expect(await isAccepted(client, user.dn, 'userPassword', Buffer.from(password))).toBe(true);
      expect(await slapd.canBind(user.dn, password)).toBe(false);
      expect(await isAccepted(client, user.dn, 'userPassword', Buffer.from('{SSHA}Some-Passw0rd-1'))).toBe(false);
    });
  });

  it('389 Directory Server sees nothing behind a NUL, and refuses the words it knows as hashes', async () => {
    const ds389 = await sharedDs389();
    const user = await ds389.createUser({ login: uniqueName('unusable'), password: seedPassword });
    await withLdap({ ...ds389.service, url: ds389.url, caPem: ds389.caPem }, async (client) => {
      for (const password of ['Short-1\0and-then-long-enough', '{SSHA}Some-Passw0rd-1']) {
        expect(isOurs(password)).toBe(true);
        expect(await isAccepted(client, user.dn, 'userPassword', Buffer.from(password))).toBe(false);
      }
      expect(await isAccepted(client, user.dn, 'userPassword', Buffer.from('Short-1-and-then-long-enough'))).toBe(true);
    });
  });
});
