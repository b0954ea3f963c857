import { Attribute, Change, type Client, ConstraintViolationError } from 'ldapts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CharacterKind, characterKinds } from '../../shared/password-rules/character-kinds.ts';
import { withLdap } from '../servers/ldap-session.ts';
import { type SambaDirectory, type SambaUser, unicodePassword } from '../servers/samba-directory.ts';
import { seedPassword } from '../servers/seed-people.ts';
import { sharedSamba } from '../servers/shared-servers.ts';
import { uniqueName } from '../servers/unique-name.ts';

/** Two kinds of character each, the first of which is that of the characters put to the test. */
const twoKinds: readonly (readonly [CharacterKind, string])[] = [
  ['upper', 'A1'],
  ['lower', 'a1'],
  ['digit', '1a'],
  ['special', '!a'],
  ['other-letter', '日1'],
];
// Samba takes longer for each character the longer the password is.
const perPassword = 250;

/**
 * Every character up to U+1FFFF that can be in a password, but Han, Hangul and private use, which are many and alike, and beyond
 * U+FFFF only what has case.
 */
function* testedCharacters(): Generator<string> {
  for (let codePoint = 1; codePoint < 0x2_0000; codePoint += 1) {
    const character = String.fromCodePoint(codePoint);
    const skipped = codePoint > 0xffff ? /[^\p{Lu}\p{Ll}]/u : /[\p{Script=Han}\p{Script=Hangul}\p{Co}\p{Cs}]/u;
    if (!skipped.test(character)) yield character;
  }
}

describe('the table of letters', () => {
  let samba: SambaDirectory;
  let user: SambaUser;
  beforeAll(async () => {
    samba = await sharedSamba();
    user = await samba.createUser({ login: uniqueName('letters'), password: seedPassword });
  });

  async function isAccepted(client: Client, password: string): Promise<boolean> {
    const modification = new Attribute({ type: 'unicodePwd', values: [unicodePassword(password)] });
    try {
      await client.modify(user.dn, new Change({ operation: 'replace', modification }));
      return true;
    } catch (error) {
      if (error instanceof ConstraintViolationError) return false;
      throw error;
    }
  }

  it.each(twoKinds)('has as %s only what is of that kind to Samba', async (kind, two) => {
    const characters = [...testedCharacters()].filter((character) => characterKinds(character, 'samba').has(kind));
    expect(characters.length).toBeGreaterThan(5);
    await withLdap({ ...samba.service, url: samba.url, caPem: samba.caPem }, async (client) => {
      for (let start = 0; start < characters.length; start += perPassword) {
        // A single character of another kind would make three kinds, and Samba would take the password.
        const some = characters.slice(start, start + perPassword).join('');
        expect(await isAccepted(client, `${two.repeat(5)}${some}`), `from ${JSON.stringify(some.slice(0, 10))}`).toBe(false);
      }
    });
  });

  it('has no kind only for what has none to Samba', async () => {
    const none = [...testedCharacters()].filter((character) => characterKinds(character, 'samba').size === 0).join('');
    await withLdap({ ...samba.service, url: samba.url, caPem: samba.caPem }, async (client) => {
      expect(await isAccepted(client, `aaaa11111${none}`)).toBe(false);
      expect(await isAccepted(client, `aaaa11111${none}A`)).toBe(true);
    });
  });
});
