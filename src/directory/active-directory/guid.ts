/**
 * objectGUID as text, the first three fields little-endian (MS-DTYP 2.3.4.2 and 2.3.4.3): the spelling that AD tools show.
 * null: not 16 bytes.
 */
export function guidToText(bytes: Buffer): string | null {
  if (bytes.length !== 16) return null;
  const hex = Buffer.concat([
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8),
  ]).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The bytes of a GUID in text; null when it is none. */
export function guidToBytes(text: string): Buffer | null {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return null;
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/**
 * Addresses an entry by its GUID where a DN is expected (MS-ADTS 3.1.1.3.1.2.4): it stays right when the entry is moved or renamed
 * between finding and writing. Only for text that {@link guidToBytes} accepts.
 */
export function guidDn(text: string): string {
  return `<GUID=${text}>`;
}
