import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMailAddress } from '../../../shared/mail-address.ts';
import { mailAddressKey, readMailAddress } from './mail-address.ts';

describe('readMailAddress', () => {
  it.each([
    ['alice@example.com', 'alice@example.com'],
    ['  Alice.B+x@EXAMPLE.com\t', 'Alice.B+x@example.com'],
    ['ålice@bücher.example', 'ålice@bücher.example'],
    ['root@localhost', 'root@localhost'],
  ])('takes %j', (text, address) => {
    expect(readMailAddress(text)).toBe(address);
  });

  it.each([
    ...[
      '',
      'alice',
      '@example.com',
      'alice@',
      'a b@example.com',
      'alice@example.com, eve@evil.example',
      'alice@example.com\r\nBcc: eve@evil.example',
    ],
    ...[
      'Alice <alice@example.com>',
      '"a"@example.com',
      'alice@exa mple.com',
      'alice@-example.com',
      'alice@example..com',
      'alice@.com',
      'alice@example.com.',
    ],
    ...[
      '.alice@example.com',
      'al..ice@example.com',
      'alice.@example.com',
      `${'a'.repeat(65)}@example.com`,
      `a@${'b'.repeat(64)}.com`,
      'a@@b.com',
      'a@[127.0.0.1]',
    ],
  ])('refuses %j', (text) => {
    expect(readMailAddress(text)).toBeNull();
  });

  it('gives nothing that a message would not take, and reads its own results as they are', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'B', '.', '-', '+', 'ü', ' ', '@', ',', '\n', '"', '＠') });
    fc.assert(
      fc.property(piece, piece, (local, domain) => {
        const read = readMailAddress(`${local}@${domain}`);
        if (read === null) return;
        expect(isMailAddress(read)).toBe(true);
        expect(readMailAddress(read)).toBe(read);
        expect(mailAddressKey(read)).toBe(mailAddressKey(`${local}@${domain}`));
      }),
      { numRuns: 2000 },
    );
  });
});

it('knows one mailbox in every spelling', () => {
  expect(mailAddressKey(' Alice@BÜCHER.example ')).toBe(mailAddressKey('alice@xn--bcher-kva.example'));
  expect(mailAddressKey('alice@example.com')).not.toBe(mailAddressKey('alice@example.org'));
});
