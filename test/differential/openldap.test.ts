import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directory } from '../../src/core/ports/directory.ts';
import { createOpener, ldapSettings } from '../conformance/harness-ldap.ts';
import { createMovableClock } from '../conformance/samples.ts';
import { seedPassword } from '../servers/seed-people.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import type { SlapdDirectory } from '../servers/slapd.ts';
import { slapdDns } from '../servers/slapd-configuration.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { accountOf } from './account-of.ts';
import { compareWithServer } from './compare-with-server.ts';

const person = { givenName: 'Zoé', surname: 'Archer-Møller', mail: 'zoe@example.test' };

describe('the oracle and OpenLDAP', () => {
  let slapd: SlapdDirectory;
  let opener: ReturnType<typeof createOpener> | undefined;
  let directory: Directory;
  const policies: string[] = [];
  beforeAll(async () => {
    slapd = await sharedSlapd();
    opener = createOpener(createMovableClock(), slapd);
    directory = opener.open(ldapSettings('openldap', slapd));
  });
  afterAll(async () => {
    await opener?.close();
    for (const dn of policies) await slapd.remove(dn);
  });

  it.each([
    ['10 octets and more', { pwdMinLength: '10' }, 11, 220],
    ['5 octets and more', { pwdMinLength: '5' }, 12, 200],
    ['16 to 24 octets', { pwdMinLength: '16', pwdMaxLength: '24' }, 13, 200],
  ] as const)('agree under a policy of %s', async (_, lengths, seed, count) => {
    const policy = uniqueName('diff');
    const policyDn = `cn=${policy},${slapdDns.policies}`;
    const rules = { pwdAttribute: 'userPassword', pwdCheckQuality: '2', pwdInHistory: '2', pwdSafeModify: 'FALSE' };
    await slapd.add(policyDn, { objectClass: ['device', 'pwdPolicy'], cn: policy, ...rules, ...lengths });
    policies.push(policyDn);
    const user = await slapd.createUser({ login: uniqueName('diff'), password: seedPassword, policyDn, ...person });
    const comparison = await compareWithServer(directory, await accountOf(directory, user.login), seed, count);
    expect(comparison.disagreements).toEqual([]);
    expect(comparison.otherReasons).toEqual([]);
    // Both answers must have come up often, or the comparison says little.
    expect(comparison.accepted.length).toBeGreaterThan(count / 6);
    expect(comparison.refused.length).toBeGreaterThan(count / 6);
    expect(await slapd.canBind(user.dn, comparison.accepted.at(-1) ?? '')).toBe(true);
  });
});
