import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { built } from './built.ts';

/** The modules of texts with masks, by the encoder of the window, with sanitizers. */
function ours(codes: readonly { mask: number; text: string }[]): string[] {
  const input = codes.map(({ mask, text }) => `${mask} ${text}\n`).join('');
  const result = spawnSync(join(built.native, 'kiosk', 'qr-print'), { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  expect(result.stderr).toBe('');
  expect(result.status).toBe(0);
  return result.stdout.trimEnd().split('\n');
}

/** The same by an encoder that knows nothing of ours. As bytes: it would choose a denser way to write for some texts. */
function others(text: string, mask: number): string {
  const { data } = encode([...Buffer.from(text)], { ecc: 'M', maskPattern: mask, boostEcc: false, border: 0 });
  return data.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')).join(',');
}

/** An address with so many bytes. */
const addressOf = (length: number) => `https://k.example/${'päß-wörter/'.repeat(30)}`.slice(0, length).padEnd(length, 'x');
const withBytes = (length: number) => {
  let text = addressOf(length);
  while (Buffer.byteLength(text) > length) text = text.slice(0, -1);
  return text.padEnd(text.length + length - Buffer.byteLength(text), 'x');
};

describe('the QR code of an address', () => {
  const lengths = Array.from({ length: 213 }, (_, index) => index + 1);

  it('is for every length and mask what another encoder makes of it', () => {
    const codes = lengths.flatMap((length) => Array.from({ length: 8 }, (_, mask) => ({ mask, text: withBytes(length) })));
    for (const [index, modules] of ours(codes).entries()) {
      const { mask, text } = codes[index] as (typeof codes)[number];
      expect(modules === others(text, mask), `${Buffer.byteLength(text)} bytes, mask ${mask}`).toBe(true);
    }
  });

  it('has by itself one of the masks', () => {
    const texts = lengths.filter((length) => length % 10 === 3).map(withBytes);
    for (const [index, modules] of ours(texts.map((text) => ({ mask: -1, text }))).entries())
      expect(Array.from({ length: 8 }, (_, mask) => others(texts[index] ?? '', mask))).toContain(modules);
  });

  it('is not made of more than fits', () => {
    expect(
      ours([
        { mask: -1, text: 'x'.repeat(214) },
        { mask: -1, text: 'x'.repeat(5000) },
      ]),
    ).toEqual(['too long', 'too long']);
  });
});
