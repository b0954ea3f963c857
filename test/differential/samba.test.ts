import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directory } from '../../src/core/ports/directory.ts';
import { createOpener, ldapSettings } from '../conformance/harness-ldap.ts';
import { createMovableClock } from '../conformance/samples.ts';
import type { SambaDirectory, SambaUser } from '../servers/samba-directory.ts';
import { seedPassword } from '../servers/seed-people.ts';
import { sharedSamba } from '../servers/shared-servers.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { accountOf } from './account-of.ts';
import { compareWithServer } from './compare-with-server.ts';

const person = { givenName: 'Zoé', surname: 'Archer-Møller', mail: 'zoe@example.test' };

describe('the oracle and Samba', () => {
  let samba: SambaDirectory;
  let opener: ReturnType<typeof createOpener> | undefined;
  let directory: Directory;
  const settings: string[] = [];
  beforeAll(async () => {
    samba = await sharedSamba();
    opener = createOpener(createMovableClock(), samba);
    directory = opener.open(ldapSettings('active-directory', samba));
  });
  afterAll(async () => {
    await opener?.close();
    for (const dn of settings) await samba.remove(dn);
  });

  async function createPerson(policy: { precedence: number; minLength: number; complexity: boolean } | null): Promise<SambaUser> {
    const user = await samba.createUser({ login: uniqueName('diff'), password: seedPassword, ...person });
    if (policy !== null) {
      settings.push(await samba.createPasswordSettings({ name: uniqueName('diff'), ...policy, appliesTo: [user.dn] }));
    }
    return user;
  }

  it.each([
    ['the default domain policy', null, 1, 200],
    ['a policy of 4 characters, complex', { precedence: 901, minLength: 4, complexity: true }, 2, 200],
    ['a policy of 16 characters, not complex', { precedence: 902, minLength: 16, complexity: false }, 3, 110],
  ] as const)(
    'agree under %s',
    async (_, policy, seed, count) => {
      const user = await createPerson(policy);
      const comparison = await compareWithServer(directory, await accountOf(directory, user.login), seed, count);
      expect(comparison.disagreements).toEqual([]);
      expect(comparison.otherReasons).toEqual([]);
      // Both answers must have come up often, or the comparison says little.
      expect(comparison.accepted.length).toBeGreaterThan(count / 6);
      expect(comparison.refused.length).toBeGreaterThan(count / 6);
      expect(await samba.canBind(user.userPrincipalName, comparison.accepted.at(-1) ?? '')).toBe(true);
      // A domain controller takes some twenty resets a second, fewer while other tests use it.
    },
    180_000,
  );
});
