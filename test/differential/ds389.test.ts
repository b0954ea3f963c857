import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../conformance/harness-ldap.ts';
import { createMovableClock } from '../conformance/samples.ts';
import { type Ds389Server, startDs389 } from '../servers/ds389.ts';
import { seedPassword } from '../servers/seed-people.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { accountOf } from './account-of.ts';
import { compareWithServer } from './compare-with-server.ts';

const person = { givenName: 'Zoé', surname: 'Archer-Møller', mail: 'zoe@example.test' };

describe('the oracle and 389 Directory Server', () => {
  // One of our own: the policy is that of the whole server.
  let ds389: Ds389Server;
  let opener: ReturnType<typeof createOpener> | undefined;
  beforeAll(async () => {
    ds389 = await startDs389();
  });
  afterEach(() => opener?.close());
  afterAll(() => ds389?.stop());

  it.each([
    ['the usual syntax checks', {}, 21, 120],
    ['many digits, capitals and specials', { passwordMinDigits: '2', passwordMinUppers: '2', passwordMinSpecials: '1' }, 22, 120],
    ['8-bit characters, letters and no doubled ones', { passwordMin8bit: '1', passwordMinAlphas: '3', passwordMaxRepeats: '2' }, 23, 120],
    [
      'one kind only, small letters, longer name parts',
      { passwordMinCategories: '1', passwordMinLowers: '1', passwordMinTokenLength: '5' },
      24,
      120,
    ],
  ] as const)('agree under %s', async (_, policy, seed, count) => {
    const usual = {
      passwordMinLength: '8',
      passwordInHistory: '1',
      passwordMinDigits: '0',
      passwordMinAlphas: '0',
      passwordMinUppers: '0',
      passwordMinLowers: '0',
      passwordMinSpecials: '0',
      passwordMin8bit: '0',
      passwordMaxRepeats: '0',
      passwordMinCategories: '3',
      passwordMinTokenLength: '3',
    };
    await ds389.modify('cn=config', { ...usual, ...policy });
    // Opened anew: an open directory may keep a policy for some seconds.
    opener = createOpener(createMovableClock(), ds389);
    const directory = opener.open(ldapSettings('389ds', ds389));
    const user = await ds389.createUser({ login: uniqueName('diff'), password: seedPassword, ...person });
    const comparison = await compareWithServer(directory, await accountOf(directory, user.login), seed, count);
    expect(comparison.disagreements).toEqual([]);
    expect(comparison.otherReasons).toEqual([]);
    expect(comparison.accepted.length).toBeGreaterThan(count / 30);
    expect(comparison.refused.length).toBeGreaterThan(count / 6);
    expect(await ds389.canBind(user.dn, comparison.accepted.at(-1) ?? '')).toBe(true);
  });
});
