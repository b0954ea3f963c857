import fc from 'fast-check';
import { BerReader, BerWriter } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { configuredFilter, equals } from './filters.ts';
import { passwordModifyValue } from './password-modify.ts';
import { PolicyControl, parsePolicyResponse } from './password-policy-control.ts';

const none = { timeBeforeExpiration: null, graceLoginsRemaining: null, error: null };

describe('password policy response', () => {
  it.each([
    ['3000', none],
    ['3003810101', { ...none, error: 1 }],
    ['3003810100', { ...none, error: 0 }],
    ['3084000000038101 08', { ...none, error: 8 }],
    ['3005a003800101', { ...none, timeBeforeExpiration: 1 }],
    ['3005a003810101', { ...none, graceLoginsRemaining: 1 }],
    ['30840000000c a084000000048002 0e10 ', { ...none, timeBeforeExpiration: 3600 }],
    ['300aa0058003015180810102', { ...none, timeBeforeExpiration: 86_400, error: 2 }],
  ])('%s', (hex, expected) => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    if (hex.startsWith('30840000000c')) bytes[5] = bytes.length - 6;
    expect(parsePolicyResponse(bytes)).toEqual(expected);
  });

  it('never lets a malformed response hide the result of the operation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const control = new PolicyControl();
        expect(() => control.parse(new BerReader(Buffer.from(bytes)))).not.toThrow();
      }),
    );
  });

  it('asks without a value', () => {
    const writer = new BerWriter();
    new PolicyControl().write(writer);
    expect(writer.buffer.toString('latin1')).toContain('1.3.6.1.4.1.42.2.27.8.5.1');
    expect(writer.buffer.length).toBe(2 + 2 + 25 + 3);
  });
});

describe('password modify request', () => {
  it('takes texts of any language and length, and leaves out what is not given', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(
        fc.option(text, { nil: undefined }),
        fc.option(text, { nil: undefined }),
        text,
        (userIdentity, oldPassword, newPassword) => {
          const value = passwordModifyValue({
            newPassword,
            ...(userIdentity === undefined ? {} : { userIdentity }),
            ...(oldPassword === undefined ? {} : { oldPassword }),
          });
          const reader = new BerReader(value);
          reader.readSequence();
          expect(reader.length).toBe(reader.remain);
          if (userIdentity !== undefined) expect(reader.readString(0x80)).toBe(Buffer.from(userIdentity).toString());
          if (oldPassword !== undefined) expect(reader.readString(0x81)).toBe(Buffer.from(oldPassword).toString());
          expect(reader.readString(0x82)).toBe(Buffer.from(newPassword).toString());
          expect(reader.remain).toBe(0);
        },
      ),
    );
  });
});

describe('filters', () => {
  it('carry every value as it is, whatever it spells', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const writer = new BerWriter();
        equals('objectGUID', Buffer.from(bytes)).write(writer);
        const reader = new BerReader(writer.buffer);
        reader.readSequence();
        expect(reader.readString()).toBe('objectGUID');
        expect(reader.readString(4, true)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('of the configuration may hold escaped UTF-8, and must be filters', () => {
    const bytes = (text: string): string => {
      const writer = new BerWriter();
      configuredFilter(text, 'peopleFilter').write(writer);
      return writer.buffer.toString('hex');
    };
    expect(bytes('(ou=M\\c3\\bcnchen)')).toBe(bytes('(ou=München)'));
    expect(bytes('(ou=a\\2ab)')).toContain(Buffer.from('a*b').toString('hex'));
    expect(bytes('ou=x')).toBe(bytes('(ou=x)'));
    expect(() => configuredFilter('(objectGUID=\\ff\\80)', 'peopleFilter')).toThrow('configuration.invalid');
    for (const text of ['((', '(&)(x', 'x', ''])
      expect(() => configuredFilter(text, 'peopleFilter'), text).toThrow('configuration.invalid');
  });
});
