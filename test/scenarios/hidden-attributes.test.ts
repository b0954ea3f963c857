import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SambaDirectory } from '../servers/samba-directory.ts';
import { sharedSamba } from '../servers/shared-servers.ts';
import { prove, startJourney } from './journey-client.ts';
import { type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

// Where ordinary accounts may not read flags, lock and expiry of people (Pre-Windows 2000 Compatible Access emptied, a usual hardening),
// nothing may follow from their absence.

const OLD = 'First-Passw0rd-ever';
const NEW = 'Second-Passw0rd-ever';
const denyReading = (guid: string): string => `--sddl=(OD;;RP;${guid};;WD)`;

const accountRestrictions = '4c164200-20c0-11d0-a768-00aa006e0529';
/** schemaIDGUID of each attribute that every account has, and the property set that holds them (MS-ADA1 to MS-ADA3). */
const hidden = {
  'Account Restrictions': accountRestrictions,
  userAccountControl: 'bf967a68-0de6-11d0-a285-00aa003049e2',
  'msDS-User-Account-Control-Computed': '2cc4b836-b63f-4940-8d23-ea7acf06af56',
  pwdLastSet: 'bf967a0a-0de6-11d0-a285-00aa003049e2',
  accountExpires: 'bf967915-0de6-11d0-a285-00aa003049e2',
} as const;

let samba: SambaDirectory;
let directory: RealDirectory;
let keyturn: Keyturn;

beforeAll(async () => {
  samba = await sharedSamba();
  directory = await reachRealDirectory('active-directory');
  keyturn = await startKeyturn({ directories: [directory.section] });
});
afterAll(async () => {
  await keyturn?.close();
  await directory?.proxy.stop();
});

const states: Record<string, (person: RealPerson) => Promise<void>> = {
  disabled: (person) => samba.modify(person.dn, { userAccountControl: '514' }),
  expired: (person) => samba.modify(person.dn, { accountExpires: '132500000000000000' }),
  locked: (person) => directory.lock(person),
  'as usual': async () => {},
};

const cases: [state: string, attribute: keyof typeof hidden][] = [
  ...Object.keys(states).map((state): [string, keyof typeof hidden] => [state, 'Account Restrictions']),
  ...(Object.keys(hidden) as (keyof typeof hidden)[]).map((attribute): [string, keyof typeof hidden] => ['disabled', attribute]),
];

it.each(cases)('a person who is %s is not taken for "enabled, not locked" while %s is hidden', async (state, attribute) => {
  const owner = await directory.createPerson({ password: OLD });
  const { account } = await keyturn.enrol(owner.login);
  await states[state]?.(owner);
  await samba.sambaTool('dsacl', 'set', `--objectdn=${owner.dn}`, denyReading(hidden[attribute]));
  await expect(keyturn.deps.directories.get('people').readStatus(account)).rejects.toMatchObject({
    code: 'directory.no-right',
    details: { fix: expect.stringContaining(accountRestrictions) },
  });
  const read = () => samba.read(owner.dn, ['pwdLastSet', 'lockoutTime', 'uSNChanged']);
  const before = await read();
  // The journey of somebody who cannot be recovered looks like any other and leads nowhere.
  await startJourney(keyturn.url, owner.login);
  await until(async () => {
    const rows = await keyturn.deps.store.audit.read(0, 100_000);
    return rows.some(({ data }) => data.includes(account.id) && data.includes('directory-trouble'));
  }, 'the refusal in the audit');
  expect(await read()).toEqual(before);
});

it('a state that becomes hidden after the proof stops the write', async () => {
  const owner = await directory.createPerson({ password: OLD });
  const person = await keyturn.enrol(owner.login);
  const client = await startJourney(keyturn.url, owner.login);
  await prove(keyturn, client, person);
  client.at('new-password');
  await samba.sambaTool('dsacl', 'set', `--objectdn=${owner.dn}`, denyReading(accountRestrictions));
  await client.answer({ password: NEW }).catch(() => undefined);
  expect(await directory.signsIn(owner, NEW)).toBe(false);
  expect(await directory.signsIn(owner, OLD)).toBe(true);
});
