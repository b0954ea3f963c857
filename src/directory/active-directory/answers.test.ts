import fc from 'fast-check';
import { BerWriter, type Entry } from 'ldapts';
import { describe, expect, it } from 'vitest';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { toLdapEntry } from '../ldap/entry.ts';
import type { RootDse } from '../ldap/root-dse.ts';
import { serviceAccountRefused } from '../ldap/translate-error.ts';
import { type AlwaysThere, alwaysThere, hiddenAttributes } from './always-there.ts';
import { bindOutcome } from './bind-outcome.ts';
import { fingerprintOf } from './fingerprint.ts';
import { guidToBytes, guidToText } from './guid.ts';
import { PolicyHintsControl } from './policy-hints-control.ts';
import { privilegedName } from './protected.ts';
import { resolveProtectedGroup } from './protected-groups.ts';
import { rangedName } from './ranged-values.ts';
import { passwordVersion } from './replication-metadata.ts';
import { resetMode } from './reset-mode.ts';
import { serviceSignInProblem } from './service-sign-in.ts';
import { sidToText } from './sid.ts';
import { toStatus } from './status.ts';
import { temporaryPassword } from './temporary-password.ts';
import { passwordOutcome, type WriteFacts } from './write-outcome.ts';

const refusedBind = (data: string) => ({
  code: 49,
  message: `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data ${data}, v1db1`,
});

describe('bindOutcome', () => {
  it.each([
    ['525', 'credentials.wrong', false],
    ['52e', 'credentials.wrong', false],
    ['530', 'credentials.not-allowed-now', false],
    ['531', 'credentials.not-allowed-here', false],
    ['532', 'credentials.password-expired', true],
    ['533', 'credentials.disabled', true],
    ['701', 'credentials.account-expired', false],
    ['773', 'credentials.must-change', true],
    ['775', 'credentials.locked', false],
    ['52f', 'credentials.not-allowed-now', false],
    ['569', 'credentials.not-allowed-here', false],
  ])('data %s is %s', (data, reason, passwordWasRight) => {
    expect(bindOutcome(refusedBind(data))).toEqual({ valid: false, reason, passwordWasRight });
  });

  it('reads the sub-code from its place only', () => {
    const elsewhere = { code: 49, message: '80090308: LdapErr: DSID-0C090773, comment: data 773, v775' };
    expect(bindOutcome(elsewhere)).toBeNull();
    expect(bindOutcome({ code: 8, message: refusedBind('773').message })).toBeNull();
    expect(bindOutcome({ code: 49, message: '' })).toMatchObject({ reason: 'credentials.wrong', passwordWasRight: false });
  });

  it.each(['51f', '568', '6f7', '80090346', '57', '999', '0'])(
    'data %s is trouble of the server, not an answer about the person',
    (data) => {
      expect(bindOutcome(refusedBind(data))).toBeNull();
      expect(serviceSignInProblem(refusedBind(data))?.about).toBe('server');
      expect(serviceAccountRefused(refusedBind(data), 's', 'svc', serviceSignInProblem(refusedBind(data))).code).toBe(
        'directory.unreachable',
      );
    },
  );

  it('knows every other code as one of the few it lists', () => {
    const known = ['525', '52e', '52f', '530', '531', '532', '533', '569', '701', '773', '775'];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (code) => {
        const data = code.toString(16);
        expect(bindOutcome(refusedBind(data)) !== null).toBe(known.includes(data));
      }),
    );
  });
});

describe('serviceSignInProblem', () => {
  it.each([
    ['52e', 'secret', 'wrong'],
    ['525', 'secret', 'wrong'],
    ['533', 'account', 'is disabled'],
    ['775', 'account', 'is locked'],
    ['532', 'account', 'has expired'],
    ['701', 'account', 'end date'],
    ['773', 'account', 'must be changed'],
  ])('data %s is about the %s: %s', (data, about, words) => {
    const problem = serviceSignInProblem(refusedBind(data));
    expect(problem).toMatchObject({ about, problem: expect.stringContaining(words) });
    const error = serviceAccountRefused(refusedBind(data), 's', 'svc', problem);
    expect(error).toMatchObject({ code: 'directory.service-account-refused', details: { about, problem: problem?.problem } });
  });

  it('leaves answers to something else than the credentials alone', () => {
    expect(serviceSignInProblem({ code: 8, message: '' })).toBeNull();
  });
});

describe('what every account has', () => {
  const values: Record<AlwaysThere, string> = {
    sAMAccountType: '805306368',
    userAccountControl: '514',
    pwdLastSet: '134400921359494030',
    accountExpires: '132500000000000000',
    'msDS-User-Account-Control-Computed': '16',
  };
  const entryOf = (attributes: Record<string, string>) => toLdapEntry({ dn: 'CN=x', ...attributes } as unknown as Entry);
  const status = (attributes: Record<string, string>) =>
    toStatus(entryOf(attributes), { minimumAge: 0, lockoutDuration: null }, Date.now(), 's');

  it('is read', () => {
    expect(status(values)).toMatchObject({ disabled: true, locked: true, accountExpired: true });
  });

  it.each(alwaysThere)('is not known where %s is hidden, empty or no number', (attribute) => {
    for (const value of [[], '', 'x', '0x10', ' 16']) {
      const without = { ...values, [attribute]: value as string };
      expect(() => status(without), String(value)).toThrow('directory.no-right');
      expect(hiddenAttributes(entryOf(without))).toEqual([attribute]);
    }
  });

  it.each(['pwdLastSet', 'msDS-User-Account-Control-Computed'])('leaves no fingerprint without %s', (attribute) => {
    const without = { ...values, [attribute]: [] as unknown as string };
    expect(() => fingerprintOf(entryOf(without), 'not-enforced', 's')).toThrow('directory.no-right');
    expect(fingerprintOf(entryOf(values), 'not-enforced', 's')).toMatchObject({ locked: true });
  });
});

describe('the count of password writes in a fingerprint', () => {
  const always = {
    sAMAccountType: '805306368',
    userAccountControl: '512',
    pwdLastSet: '0',
    accountExpires: '0',
    'msDS-User-Account-Control-Computed': '0',
  };
  const countIn = (more: Record<string, unknown>) =>
    fingerprintOf(toLdapEntry({ dn: 'CN=x', ...always, ...more } as unknown as Entry), 'not-enforced', 's');

  it('is told by the metadata, else by the version of the key, and else by nothing', () => {
    const metadata = Buffer.alloc(64);
    metadata.writeUInt32LE(1, 0);
    metadata.writeUInt32LE(1, 8);
    metadata.writeUInt32LE(0x9005a, 16);
    metadata.writeUInt32LE(7, 20);
    expect(countIn({ replPropertyMetaData: metadata, 'msDS-KeyVersionNumber': '6' })).toMatchObject({ password: '0 7', revision: '7' });
    expect(countIn({ 'msDS-KeyVersionNumber': '6' })).toMatchObject({ password: '0 6', revision: '6' });
    for (const hidden of [
      {},
      { 'msDS-KeyVersionNumber': [] },
      { 'msDS-KeyVersionNumber': '' },
      { 'msDS-KeyVersionNumber': 'x' },
      { 'msDS-KeyVersionNumber': '0' },
    ]) {
      const told = countIn(hidden);
      expect(told.password).toBe('0');
      expect(told).not.toHaveProperty('revision');
    }
  });
});

describe('passwordVersion', () => {
  const vector = (...properties: [number, number][]) => {
    const bytes = Buffer.alloc(16 + properties.length * 48);
    bytes.writeUInt32LE(1, 0);
    bytes.writeUInt32LE(properties.length, 8);
    for (const [index, [attribute, version]] of properties.entries()) {
      bytes.writeUInt32LE(attribute, 16 + index * 48);
      bytes.writeUInt32LE(version, 20 + index * 48);
    }
    return bytes;
  };

  it('finds the version of unicodePwd among others', () => {
    expect(passwordVersion(vector([0, 9], [0x9005a, 4], [0x90060, 7]))).toBe(4);
    expect(passwordVersion(vector([0, 9]))).toBeNull();
    expect(passwordVersion(null)).toBeNull();
  });

  it('never fails, whatever the bytes are', () => {
    const whole = vector([0, 9], [0x9005a, 4]);
    for (let length = 0; length < whole.length; length += 1) expect(passwordVersion(whole.subarray(0, length))).toBeNull();
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void passwordVersion(Buffer.from(bytes))));
  });
});

const policy: PasswordPolicy = {
  name: 'p',
  minimumLength: 10,
  maximumLength: 256,
  lengthUnit: 'utf16-units',
  complexity: 'active-directory',
  nameTokensChecked: true,
  categories: null,
  minimumAge: 0,
  maximumAge: null,
  historyLength: 24,
  historyOnReset: 'enforced',
  minimumAgeOnReset: 'enforced',
  lockoutThreshold: 5,
  lockoutDuration: null,
  failuresForgottenAfter: null,
};
const facts: WriteFacts = { policy, status: { changeableAt: null }, newPassword: 'Long-Enough-1' };

describe('passwordOutcome', () => {
  it.each([
    [19, "00000056: Constraint violation - The old password specified doesn't match!", 'password.old-wrong'],
    [
      19,
      '00000056: AtrErr: DSID-03190F80, #1:\n\t0: 00000056: DSID-03190F80, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)',
      'password.old-wrong',
    ],
    [
      19,
      '0000052D: Constraint violation - check_password_restrictions: the password was already used (in history)!',
      'password.in-history',
    ],
    [19, '0000052D: Constraint violation - check_password_restrictions: password is too young to change!', 'password.too-young'],
    [53, '0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0', 'password.refused'],
    [19, '00000775: Password change not permitted, account locked out!', 'password.account-locked'],
    [50, '00002098: SecErr', 'account.no-right'],
    [32, '00002030: No such Base DN', 'account.missing'],
  ])('result %i %s', (code, message, refusal) => {
    expect(passwordOutcome({ code, message }, 's', facts)).toMatchObject({ done: false, refusal, detail: message });
  });

  it('infers what is certain where the server gives the code alone', () => {
    const windows = { code: 53, message: '0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0' };
    expect(passwordOutcome(windows, 's', { ...facts, newPassword: 'short' })).toMatchObject({ refusal: 'password.too-short' });
    // "Too young" ends a recovery: a bare code that history explains as well does not prove it, also while the age runs.
    expect(passwordOutcome(windows, 's', { ...facts, status: { changeableAt: 5 } })).toMatchObject({ refusal: 'password.refused' });
    const said = { code: 19, message: '0000052D: Constraint violation - check_password_restrictions: password is too young to change!' };
    expect(passwordOutcome(said, 's', { ...facts, status: { changeableAt: 5 } })).toMatchObject({
      refusal: 'password.too-young',
      changeableAt: 5,
    });
  });

  it('throws for answers that are not about the password', () => {
    const attempt = (code: number, message: string) => () => passwordOutcome({ code, message }, 's', facts);
    expect(attempt(53, '0000001F: SvcErr: DSID-031A126C, problem 5003 (WILL_NOT_PERFORM), data 0')).toThrow('directory.protocol');
    expect(attempt(19, 'nothing that begins with a code, 0000052D: or 19')).toThrow('directory.protocol');
    expect(attempt(12, '')).toThrow('directory.protocol');
    expect(attempt(51, '')).toThrow('directory.unreachable');
  });
});

describe('resetMode', () => {
  const dse = (...controls: string[]) => ({ supportedControl: new Set(controls) }) as unknown as RootDse;
  const hints = '1.2.840.113556.1.4.2239';
  it.each([
    ['policy-hints', [hints], 'policy-hints'],
    ['two-step', [hints], 'policy-hints'],
    ['not-enforced', [hints], 'not-enforced'],
    ['policy-hints', [], 'not-enforced'],
    ['two-step', [], 'two-step'],
  ] as const)('%s on a server with %j is %s', (configured, controls, expected) => {
    expect(resetMode(configured, dse(...controls))).toBe(expected);
  });
});

it('writes the policy hints control critical, with flag 1', () => {
  const writer = new BerWriter();
  new PolicyHintsControl().write(writer);
  expect(writer.buffer.toString('hex')).toBe(
    `3023${'0417'}${Buffer.from('1.2.840.113556.1.4.2239').toString('hex')}0101ff${'0405'}3003020101`,
  );
});

describe('identifiers of entries', () => {
  it('spells a GUID as Windows tools do', () => {
    const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    expect(guidToText(bytes)).toBe('33221100-5544-7766-8899-aabbccddeeff');
    expect(guidToText(Buffer.alloc(15))).toBeNull();
    expect(guidToBytes('*')).toBeNull();
  });

  it('takes every GUID there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(guidToBytes(guidToText(Buffer.from(bytes)) ?? '')).toEqual(Buffer.from(bytes));
      }),
    );
  });

  const sid = (...parts: number[]) =>
    Buffer.concat([
      Buffer.from([1, parts.length, 0, 0, 0, 0, 0, 5]),
      ...parts.map((part) => {
        const word = Buffer.alloc(4);
        word.writeUInt32LE(part);
        return word;
      }),
    ]);

  it('reads SIDs and knows the administrative ones by their last part', () => {
    expect(sidToText(sid(21, 1, 2, 4_294_967_295, 512))).toBe('S-1-5-21-1-2-4294967295-512');
    expect(sidToText(Buffer.from([1, 2, 3]))).toBeNull();
    expect(privilegedName(sid(21, 1, 2, 3, 512))).toBe('Domain Admins');
    expect(privilegedName(sid(32, 551))).toBe('Backup Operators');
    expect(privilegedName(sid(21, 1, 2, 3, 500))).toBe('Administrator');
    expect(privilegedName(sid(21, 1, 2, 3, 544))).toBeNull();
    expect(privilegedName(sid(21, 1, 2, 3, 1512))).toBeNull();
    expect(privilegedName(sid(32, 545))).toBeNull();
  });
});

it('recognises portions of long lists', () => {
  expect(rangedName({ names: ['cn', 'Member;range=0-1499'] }, 'member')).toEqual({ name: 'Member;range=0-1499', last: 1499 });
  expect(rangedName({ names: ['member;range=1500-*'] }, 'member')).toEqual({ name: 'member;range=1500-*', last: null });
  expect(rangedName({ names: ['member', 'memberOf;range=0-1'] }, 'member')).toBeNull();
});

it('makes temporary passwords that pass any complexity and length rule', () => {
  const zeros = { bytes: (length: number) => new Uint8Array(length), integer: () => 0 };
  for (const minimum of [0, 10, 48, 200, 255, 999]) {
    const password = temporaryPassword(zeros, minimum);
    expect(password.length).toBe(Math.min(256, Math.max(48, minimum)));
    expect(password).toMatch(/^aA1-/);
  }
});

describe('resolveProtectedGroup', () => {
  // A domain controller refers to the domain that holds the name; nothing that runs here does.
  const referring = {
    server: 'ldaps://dc1.example.test',
    search: () =>
      Promise.resolve({
        result: { code: 10, message: "0000202B: RefErr: DSID-0310082F, data 0, 1 access points\n\tref 1: 'child'" },
        entries: [],
      }),
  } as unknown as LdapConnection;

  it('says of a group in another domain of the forest how to name it', async () => {
    const wanted = 'CN=Admins,DC=child,DC=example,DC=test';
    expect(await resolveProtectedGroup(referring, 'DC=example,DC=test', wanted)).toEqual({
      wanted,
      sids: [],
      problem: expect.stringMatching(/another domain: name it by its SID/),
    });
  });

  it('takes a SID as it stands, without asking for the entry', async () => {
    const wanted = 'S-1-5-21-1-2-3-1105';
    expect(await resolveProtectedGroup(referring, 'DC=example,DC=test', wanted)).toEqual({ wanted, sids: [wanted], problem: null });
  });
});
