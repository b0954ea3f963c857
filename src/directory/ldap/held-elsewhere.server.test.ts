import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import { reset } from '../../../test/conformance/write.ts';
import { sharedSlapd } from '../../../test/servers/shared-servers.ts';
import type { SlapdDirectory } from '../../../test/servers/slapd.ts';
import type { Account } from '../../core/ports/directory.ts';

describe.each(['openldap', 'ldap'] as const)('a password that another service holds, kind %s', (kind) => {
  let slapd: SlapdDirectory;
  let opener: ReturnType<typeof createOpener>;
  beforeAll(async () => {
    slapd = await sharedSlapd();
    opener = createOpener(createMovableClock(), slapd);
  });
  afterAll(() => opener?.close());

  it.each(['{SASL}ada@OTHER.TEST', '{sasl}ada'])('is not replaced: the link %s stays', async (link) => {
    // Whoever may read userPassword sees the link.
    const serviceAccount = { name: slapd.admin.dn, password: 'env:ADMIN' };
    const directory = opener.open(ldapSettings(kind, slapd, { protected: {}, serviceAccount }), { ADMIN: slapd.admin.password });
    const login = newLogin();
    const { dn } = await slapd.createUser({ login, password: newPassword() });
    const [account] = await directory.findAccounts(login);
    await slapd.modify(dn, { userPassword: link });

    const outcome = await reset(directory, account as Account, newPassword());

    expect(outcome).toMatchObject({ done: false, refusal: 'password.change-not-allowed', detail: expect.stringContaining('{SASL}') });
    expect((await slapd.read(dn, ['userPassword'])).userPassword).toEqual([link]);
  });
});
