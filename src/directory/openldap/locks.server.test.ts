import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, eventually, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import { fingerprint, reset, unlock } from '../../../test/conformance/write.ts';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import { slapdDns } from '../../../test/servers/slapd-configuration.ts';
import type { Account, Directory } from '../../core/ports/directory.ts';
import { lockStamp } from './lock-stamp.ts';

const clock = createMovableClock();
const password = newPassword();

let slapd: SlapdServer;
let directory: Directory;
let opener: ReturnType<typeof createOpener>;

beforeAll(async () => {
  slapd = await startSlapd({ databaseLines: ['lastbind on'] });
  opener = createOpener(clock, slapd);
  directory = opener.open(ldapSettings('openldap', slapd));
});
afterAll(async () => {
  await opener?.close();
  await slapd?.stop();
});

async function policy(attributes: Record<string, string>): Promise<string> {
  const cn = newLogin('policy');
  const dn = `cn=${cn},${slapdDns.policies}`;
  await slapd.add(dn, { objectClass: ['device', 'pwdPolicy'], cn, pwdAttribute: 'userPassword', ...attributes });
  return dn;
}

async function person(policyDn: string, attributes: Record<string, string> = {}) {
  const login = newLogin();
  const { dn } = await slapd.createUser({ login, password, policyDn, attributes });
  const [account] = await directory.findAccounts(login);
  return { dn, ref: account as Account };
}

/** Every way to write one moment that slapd stores, and moments around those that mean something to it. */
function spellings(): string[] {
  const moments = ['00000101', '00000102', '00010101', '00040229', '19000101', '19691231', '19700101', '19700102', '20000229', '20240229'];
  const far = ['20250630', '20380119', '20990301', '21000301', '21060207', '21061231', '40001231', '99991231'];
  const ends = ['00Z', '0000Z', '000000Z', '000000.0Z', '000000,5Z', '0000+0000', '000000-0000', '010000+0100', '230000-0100', '062816Z'];
  return [...moments, ...far].flatMap((day) => ends.map((end) => day + end));
}

describe('pwdAccountLockedTime', () => {
  it.each([
    ['a lock without end', { pwdLockout: 'TRUE', pwdLockoutDuration: '0', pwdMaxFailure: '5' }],
    ['a lock of half an hour', { pwdLockout: 'TRUE', pwdLockoutDuration: '1800', pwdMaxFailure: '5' }],
    ['no lock at all', { pwdLockout: 'FALSE', pwdLockoutDuration: '1800', pwdMaxFailure: '5' }],
  ] as const)('is read as slapd reads it, however it is spelt, under %s', async (_, attributes) => {
    const { dn, ref } = await person(await policy(attributes));
    const disagreements: string[] = [];
    let stored = 0;
    for (const value of spellings()) {
      const accepted = await slapd.modify(dn, { pwdAccountLockedTime: value }).then(
        () => true,
        () => false,
      );
      if (!accepted) continue;
      stored += 1;
      const { locked, disabled } = await directory.readStatus(ref);
      const letIn = await slapd.canBind(dn, password);
      if (letIn === locked || locked === null || disabled === null) disagreements.push(`${value}: let in ${letIn}, told ${locked}`);
      // What stands for time 0 is nobody's failed sign-in.
      const administrator = attributes.pwdLockout === 'TRUE' && lockStamp(value) === 'administrator';
      if (disabled !== administrator) disagreements.push(`${value}: disabled ${disabled}`);
    }
    expect(disagreements).toEqual([]);
    expect(stored).toBeGreaterThan(100);
  });

  it.each([
    '000001010000Z',
    '00000101000000Z',
    '19700101000000Z',
    '19700101010000+0100',
    '1970010100Z',
    '21060206062816Z',
    '20990101000000Z',
  ])('%s is an administrator’s lock, which neither a reset nor an unlock lifts', async (value) => {
    const { dn, ref } = await person(await policy({ pwdLockout: 'TRUE', pwdLockoutDuration: '1800' }));
    await slapd.modify(dn, { pwdAccountLockedTime: value });
    expect(await reset(directory, ref, newPassword(), { unlock: true })).toMatchObject({ refusal: 'password.account-disabled' });
    expect(await unlock(directory, ref)).toMatchObject({ refusal: 'password.account-disabled' });
    expect((await slapd.read(dn, ['pwdAccountLockedTime'])).pwdAccountLockedTime).toEqual([value]);
    const told = await directory.verifyPassword(ref, password);
    expect(told.valid).toBe(value.startsWith('2099'));
  });

  it.each(['000001010000Z', '19700101000000Z'])('%s that came after the account was read is not lifted by a reset', async (value) => {
    const { dn, ref } = await person(await policy({ pwdLockout: 'TRUE', pwdLockoutDuration: '1800' }));
    const target = await directory.prepareWrite(ref);
    await slapd.modify(dn, { pwdAccountLockedTime: value });
    expect(await directory.resetPassword(target, newPassword(), { unlock: true })).toMatchObject({ refusal: 'password.account-disabled' });
    expect((await slapd.read(dn, ['pwdAccountLockedTime'])).pwdAccountLockedTime).toEqual([value]);
    await slapd.modify(dn, { pwdAccountLockedTime: [] });
    expect(await slapd.canBind(dn, password)).toBe(true);
  });

  it('an account that was deleted after it was read is missing', async () => {
    const { dn, ref } = await person(await policy({ pwdLockout: 'TRUE' }));
    const target = await directory.prepareWrite(ref);
    await slapd.remove(dn);
    expect(await directory.resetPassword(target, newPassword())).toMatchObject({ done: false, refusal: 'account.missing' });
  });

  it('that came after the account was read stays: only the lock that was seen is taken away', async () => {
    const { dn, ref } = await person(await policy({ pwdLockout: 'TRUE', pwdLockoutDuration: '0' }));
    await slapd.modify(dn, { pwdAccountLockedTime: '20240102030405Z' });
    const target = await directory.prepareWrite(ref);
    await slapd.modify(dn, { pwdAccountLockedTime: '000001010000Z' });
    expect(await directory.unlock(target)).toMatchObject({ done: false, refusal: 'password.account-disabled' });
    expect((await slapd.read(dn, ['pwdAccountLockedTime'])).pwdAccountLockedTime).toEqual(['000001010000Z']);
    expect(await slapd.canBind(dn, password)).toBe(false);
  });
});

describe('other states that slapd keeps people out for', () => {
  it('a temporary lock is told with its end, and not claimed to be lifted', async () => {
    const { dn, ref } = await person(await policy({ pwdLockout: 'TRUE', pwdMinDelay: '5', pwdMaxDelay: '60' }));
    const end = `${new Date(clock.now() + 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
    await slapd.modifyRelaxed(dn, { pwdAccountTmpLockoutEnd: end });
    expect(await slapd.canBind(dn, password)).toBe(false);
    const status = await directory.readStatus(ref);
    expect(status).toMatchObject({ locked: true, disabled: false });
    expect(Math.abs((status.lockedUntil ?? 0) - clock.now() - 3_600_000)).toBeLessThan(5000);
    expect(await unlock(directory, ref)).toMatchObject({ done: false, refusal: 'password.account-locked' });
  });

  it('an account that was idle for too long has ended', async () => {
    const { dn, ref } = await person(await policy({ pwdLockout: 'TRUE', pwdMaxIdle: '1' }));
    expect(await slapd.canBind(dn, password)).toBe(true);
    expect((await slapd.read(dn, ['pwdLastSuccess'])).pwdLastSuccess).toHaveLength(1);
    await eventually(async () => (await directory.readStatus(ref)).accountExpired === true);
    // Asked once: each sign-in that succeeds begins the time anew.
    expect(await slapd.canBind(dn, password)).toBe(false);
  });

  it.each([
    ['pwdStartTime', '20990101000000Z', true],
    ['pwdStartTime', '20200101000000Z', false],
    ['pwdEndTime', '20200101000000Z', true],
    ['pwdEndTime', '20990101000000Z', false],
    ['pwdStartTime', '00000101000000Z', false],
    ['pwdEndTime', '00000101000000Z', true],
  ])('%s %s: ended %s, also with pwdLockout off', async (attribute, value, ended) => {
    for (const pwdLockout of ['TRUE', 'FALSE']) {
      const { dn, ref } = await person(await policy({ pwdLockout }), { [attribute]: value });
      expect(await slapd.canBind(dn, password)).toBe(!ended);
      expect((await directory.readStatus(ref)).accountExpired).toBe(ended);
    }
  });
});

it('what the overlay keeps about failed sign-ins moves revision and last writer of the entry, so that neither proves a write of the password', async () => {
  const { dn, ref } = await person(await policy({ pwdLockout: 'TRUE', pwdMaxFailure: '3', pwdLockoutDuration: '1800' }));
  expect(await reset(directory, ref, newPassword())).toMatchObject({ done: true });
  const before = await fingerprint(directory, ref);
  expect(before).toMatchObject({ revision: expect.any(String), writer: 'self' });
  for (let failure = 0; failure < 3; failure += 1) expect(await slapd.canBind(dn, 'Wrong-Passw0rd-1')).toBe(false);
  const after = await fingerprint(directory, ref);
  expect(after.locked).toBe(true);
  expect(after.revision).not.toBe(before.revision);
  expect({ password: after.password, writer: after.writer }).toEqual({ password: before.password, writer: 'other' });
});
