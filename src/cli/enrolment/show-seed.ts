import { renderUnicodeCompact } from 'uqr';

/** A seed for the terminal: as a QR code, in groups to type, and as the address that the code holds. */
export function showSeed(seed: string, otpauth: string): string {
  const groups = seed.match(/.{1,4}/g)?.join(' ') ?? seed;
  return [
    '',
    'Scan this with the authenticator app, or type the key into it. It is not shown again.',
    '',
    renderUnicodeCompact(otpauth, { border: 2 }),
    '',
    `  Key: ${groups}`,
    `  ${otpauth}`,
    '',
    '',
  ].join('\n');
}
