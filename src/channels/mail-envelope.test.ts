import fc from 'fast-check';
import { createTransport } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/errors.ts';
import { checkAddress, maskAddress, maskAddressesIn, messageIdHeader, oneLine, parseMailbox } from './mail-envelope.ts';
import { composeSmtpMail } from './smtp-message.ts';

const from = parseMailbox('Keyturn <keyturn@example.test>');
const generator = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

/** The header lines of a message as it would leave. */
async function headersOf(mail: Parameters<typeof generator.sendMail>[0]): Promise<{ names: string[]; to: unknown }> {
  const sent = await generator.sendMail(mail);
  const head = (sent.message as Buffer).toString('utf8').split('\r\n\r\n')[0] ?? '';
  const names = head.split('\r\n').flatMap((line) => (/^\s/.test(line) ? [] : [line.slice(0, line.indexOf(':')).toLowerCase()]));
  return { names: names.sort(), to: sent.envelope.to };
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '\u2028',
      '\u0085',
      '\0',
      '\t',
      ' ',
      ',',
      ';',
      ':',
      '<',
      '>',
      '"',
      '@',
      'a',
      'Bcc: eve@evil.test',
    ),
  }),
);

describe('a message cannot grow header lines or recipients', () => {
  it('by its subject, the name of the sender or the recipient', async () => {
    const plain = await headersOf(composeSmtpMail({ to: 'a@b.test', subject: 'x', text: 'x', messageId: '1' }, from));
    expect(plain.to).toEqual(['a@b.test']);
    await fc.assert(
      fc.asyncProperty(nasty, nasty, fc.oneof(fc.constant('alice'), nasty), async (subject, name, local) => {
        let mail: ReturnType<typeof composeSmtpMail>;
        const to = `${local}@b.test`;
        try {
          mail = composeSmtpMail({ to, subject, text: 'x', messageId: '1' }, parseMailbox(`${name} <keyturn@example.test>`));
        } catch (error) {
          expect(isAppError(error, 'mail.refused', 'configuration.invalid')).toBe(true);
          return;
        }
        const { names, to: recipients } = await headersOf(mail);
        expect(names.filter((header) => header !== 'subject')).toEqual(plain.names.filter((header) => header !== 'subject'));
        expect(recipients).toEqual([to]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    'a@b.test,c@d.test',
    'a@b.test\r\nBcc: c@d.test',
    'a b@c.test',
    '<a@b.test>',
    '"a b"@c.test',
    'a@b@c.test',
    'a',
    '@b.test',
    'a@',
    '',
  ])('and refuses %j as an address', (address) => {
    expect(() => checkAddress(address)).toThrow(expect.objectContaining({ code: 'mail.refused' }));
  });

  it.each(['alice@example.test', "o'hara+keyturn@sub.example.test", 'jürgen@müller.example', 'a.b-c_d@example.test'])(
    'and takes %j',
    (address) => {
      expect(checkAddress(address)).toBe(address);
    },
  );
});

describe('sender', () => {
  it.each([
    ['Keyturn <keyturn@example.com>', { name: 'Keyturn', address: 'keyturn@example.com' }],
    ['"Example, Inc." <it@example.com>', { name: 'Example, Inc.', address: 'it@example.com' }],
    ['keyturn@example.com', { name: '', address: 'keyturn@example.com' }],
  ])('is read from %j', (text, mailbox) => {
    expect(parseMailbox(text)).toEqual(mailbox);
  });

  it('is refused when it is no mailbox', () => {
    expect(() => parseMailbox('Keyturn')).toThrow(expect.objectContaining({ code: 'configuration.invalid' }));
  });
});

describe('small forms', () => {
  it('gives the same Message-ID for the same id and refuses any that could break the header', () => {
    expect(messageIdHeader('0198', from)).toBe('<0198@example.test>');
    expect(() => messageIdHeader('a>\r\nBcc: x', from)).toThrow(expect.objectContaining({ code: 'mail.refused' }));
  });

  it('masks addresses', () => {
    expect(maskAddress('alice@example.test')).toBe('a***@example.test');
    expect(maskAddress('nonsense')).toBe('***');
    expect(maskAddressesIn('550 <alice.b@example.test>: unknown\r\nfor bob@x.test')).toBe('550 <***@example.test>: unknown for ***@x.test');
  });

  it('puts text on one line', () => {
    expect(oneLine(' a\r\n\tb\u2028c ')).toBe('a b c');
  });
});
