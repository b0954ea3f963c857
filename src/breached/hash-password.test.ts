import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword } from './hash-password.ts';

const hex = (password: string, kind: 'sha1' | 'ntlm') => hashPassword(password, kind).toString('hex').toUpperCase();

describe('hashPassword', () => {
  // Made with `openssl dgst -sha1` and, for MD4 of UTF-16LE, `openssl dgst -provider legacy -md4`.
  it.each([
    ['', 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709', '31D6CFE0D16AE931B73C59D7E0C089C0'],
    ['password', '5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8', '8846F7EAEE8FB117AD06BDD830B7586C'],
    ['P@ssw0rd', '21BD12DC183F740EE76F27B78EB39C8AD972A757', 'E19CCF75EE54E06B06A5907AF13CEF42'],
  ])('knows the hashes of %j', (password, sha1, ntlm) => {
    expect(hex(password, 'sha1')).toBe(sha1);
    expect(hex(password, 'ntlm')).toBe(ntlm);
  });

  it('agrees with OpenSSL at every length around the ends of blocks', () => {
    const all = Array.from({ length: 24 }, (_, step) => hashPassword('äb€'.repeat(30).slice(0, 3 * step), 'ntlm').toString('hex'));
    // SHA-256 of what OpenSSL makes of the same texts, one behind the other.
    expect(createHash('sha256').update(all.join('')).digest('hex')).toBe(
      '59b2f05abc25aeb561c85026b269b692b8d5740ce3fe349df6df5b4f050eb991',
    );
  });
});
