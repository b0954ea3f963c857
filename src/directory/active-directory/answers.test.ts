import fc from 'fast-check';
import { BerWriter } from 'ldapts';
import { describe, expect, it } from 'vitest';
import type { PasswordPolicy } from '../../core/ports/directory.ts';
import type { RootDse } from '../ldap/root-dse.ts';
import { bindOutcome } from './bind-outcome.ts';
import { guidToBytes, guidToText } from './guid.ts';
import { PolicyHintsControl } from './policy-hints-control.ts';
import { privilegedName } from './protected.ts';
import { rangedName } from './ranged-values.ts';
import { resetMode } from './reset-mode.ts';
import { sidToText } from './sid.ts';
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
    ['999', 'credentials.wrong', false],
  ])('data %s is %s', (data, reason, passwordWasRight) => {
    expect(bindOutcome(refusedBind(data))).toEqual({ valid: false, reason, passwordWasRight });
  });

  it('reads the sub-code from its place only', () => {
    const elsewhere = { code: 49, message: '80090308: LdapErr: DSID-0C090773, comment: data 773, v775' };
    expect(bindOutcome(elsewhere)).toMatchObject({ reason: 'credentials.wrong', passwordWasRight: false });
    expect(bindOutcome({ code: 8, message: refusedBind('773').message })).toBeNull();
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
};
const facts: WriteFacts = { policy, status: { changeableAt: null }, newPassword: 'Long-Enough-1', ageCounts: true };

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
    expect(passwordOutcome(windows, 's', { ...facts, status: { changeableAt: 5 } })).toMatchObject({
      refusal: 'password.too-young',
      changeableAt: 5,
    });
    expect(passwordOutcome(windows, 's', { ...facts, status: { changeableAt: 5 }, ageCounts: false })).toMatchObject({
      refusal: 'password.refused',
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
