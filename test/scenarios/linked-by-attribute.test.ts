import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { type AttributeLink, linkByAttribute } from '../../src/core/people/link-by-attribute.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { exchange, proveSignIn, signIn } from './sign-in-client.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const DAY = 24 * 3_600_000;

describeEachEngine('accounts linked by an attribute, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection(), embeddedSection('cloud'), embeddedSection('guests')],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'all', accepted: [['email', 'totp']] }] },
        people: { linkBy: [{ attribute: 'employeeNumber', directories: ['people', 'cloud'], writtenByAdministratorsOnly: true }] },
      },
    });
  });

  async function account(
    directory: string,
    employeeNumber: string,
    more: Parameters<typeof addPerson>[2] = {},
  ): Promise<AccountRef & { login: string }> {
    const login = newLogin();
    await addPerson(keyturn, login, { directory, employeeNumber, ...more });
    const [found] = await keyturn.deps.directories.get(directory).findAccounts(login);
    if (found === undefined) throw new Error('no account');
    return { directory, id: found.id, login };
  }
  const linking = (ref: AccountRef, dryRun = false): Promise<AttributeLink[]> =>
    linkByAttribute(
      { ...keyturn.deps, directories: keyturn.deps.directories.all() },
      { directory: ref.directory, id: ref.id },
      { actor: { kind: 'operator', client: 'cli' }, dryRun },
    );
  const outcomes = async (ref: AccountRef) => (await linking(ref)).map(({ outcome }) => outcome);
  const linkedTo = async ({ directory, id }: AccountRef) =>
    (await keyturn.deps.store.people.linkedTo({ directory, id })).map(({ accountId }) => accountId);

  it('are linked when their owner signs in, told to both, and counted after the cool-down', async () => {
    const number = newLogin('nr');
    const [one, other, guest] = [
      await account('people', number),
      await account('cloud', ` ${number.toUpperCase()} `),
      await account('guests', number),
    ];
    const owner = await keyturn.enrol(one.login);
    const held = await signIn(keyturn, one.login, owner);
    await until(async () => (await linkedTo(one)).length > 0, 'the link');
    expect(await linkedTo(one)).toEqual([other.id]);
    expect(await linkedTo(guest)).toEqual([]);
    // The session in which it happened goes on, and the link waits.
    expect((await held.call('GET', '/session')).status).toBe(200);
    const [row] = await keyturn.deps.store.people.linkedTo({ directory: one.directory, id: one.id });
    expect(row?.countsFrom).toBeGreaterThanOrEqual(keyturn.clock.now() + DAY - 60_000);
    expect(row?.linkedBy).toBe('attribute:employeeNumber');
    for (const { login } of [one, other])
      await until(
        () => keyturn.messages(`${login}@work.example.test`).some(({ text }) => text.includes('was linked to the account')),
        `a notice to ${login}`,
      );
  });

  it('are not linked where two have the value, in either directory', async () => {
    const number = newLogin('nr');
    const [one] = [await account('people', number), await account('cloud', number), await account('cloud', number)];
    expect(await outcomes(one as AccountRef)).toEqual(['ambiguous']);
    const second = newLogin('nr');
    const [first] = [await account('people', second), await account('people', second), await account('cloud', second)];
    expect(await outcomes(first as AccountRef)).toEqual(['ambiguous']);
    expect(await linkedTo(first as AccountRef)).toEqual([]);
  });

  it('are not linked by a part of the value, by nothing, or where one is protected, closed or frozen', async () => {
    const number = newLogin('nr');
    const one = await account('people', number);
    await account('cloud', `${number}7`);
    expect(await outcomes(one)).toEqual([]);
    expect(await outcomes(await account('people', ' '))).toEqual([]);
    for (const more of [{ groups: [PROTECTED_GROUP] }, { disabled: true }] as const) {
      const value = newLogin('nr');
      const mine = await account('people', value);
      const theirs = await account('cloud', value, more as object);
      expect(await outcomes(mine)).toEqual(['barred']);
      expect(await outcomes(theirs)).toEqual(['barred']);
    }
    const value = newLogin('nr');
    const [mine, frozen] = [await account('people', value), await account('cloud', value)];
    await keyturn.deps.store.freezes.freeze({ directory: frozen.directory, id: frozen.id }, 'not-me', keyturn.clock.now());
    expect(await outcomes(mine)).toEqual(['barred']);
  });

  it('are linked once, however often and from whichever side, and stay parted when somebody parts them', async () => {
    const number = newLogin('nr');
    const [one, other] = [await account('people', number), await account('cloud', number)];
    expect((await linking(one, true)).map(({ outcome }) => outcome)).toEqual(['would-be-linked']);
    expect(await linkedTo(one)).toEqual([]);
    const all = (await Promise.all([one, other, one, other].map((ref) => outcomes(ref)))).flat();
    expect(all.filter((outcome) => outcome === 'linked')).toHaveLength(1);
    const owner = await keyturn.enrol(one.login);
    const held = await signIn(keyturn, one.login, owner);
    const { accounts } = (await held.call('GET', '/me/accounts')).body as unknown as { accounts: { id: string }[] };
    expect((await held.call('DELETE', `/me/accounts/${accounts[0]?.id}`)).status).toBe(204);
    expect(await outcomes(one)).toEqual(['parted-before']);
    expect(await outcomes(other)).toEqual(['parted-before']);
    expect(await linkedTo(one)).toEqual([]);
  });

  it('stay parted when a third one would bring them together', async () => {
    const number = newLogin('nr');
    const refOf = ({ directory, id }: AccountRef) => ({ directory, id });
    const [one, other, third] = [await account('people', number), await account('cloud', number), await account('guests', number)];
    const { people } = keyturn.deps.store;
    const link = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as const, now: 0, by: 'test', countsFrom: 0 };
    expect(await people.link(refOf(one), refOf(third), link)).toBe(true);
    await people.notePartings(refOf(other), [refOf(third)], keyturn.clock.now());
    expect(await outcomes(one)).toEqual(['parted-before']);
    expect(await linkedTo(other)).toEqual([]);
  });

  it('open no session by what was proven before they were parted', async () => {
    const number = newLogin('nr');
    const [one, other] = [await account('people', number), await account('cloud', number)];
    expect(await outcomes(one)).toEqual(['linked']);
    const owner = await keyturn.enrol(one.login);
    keyturn.clock.move(8 * DAY);
    const client = await proveSignIn(keyturn.url, other.login, owner);
    client.at('done');
    expect(await keyturn.deps.store.people.unlink({ directory: other.directory, id: other.id })).toBe(true);
    expect((await exchange(keyturn.url, client)).body.code).toBe('session.not-proven');
  });
});
