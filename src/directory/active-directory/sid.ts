/** objectSid as text, S-1-5-21-... (MS-DTYP 2.4.2.1 and 2.4.2.2); null when the bytes are no SID. */
export function sidToText(bytes: Buffer): string | null {
  const count = bytes[1];
  if (bytes[0] !== 1 || count === undefined || bytes.length !== 8 + count * 4) return null;
  const parts = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + index * 4));
  return ['S-1', bytes.readUIntBE(2, 6), ...parts].join('-');
}
