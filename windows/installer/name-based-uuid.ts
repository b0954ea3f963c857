import { createHash } from 'node:crypto';

/** Namespace of the installer's codes. It never changes: the product code of a version must stay what it was. */
const namespace = Buffer.from('4e5f1a6b8d2c4f0e9b7a3c6d5e8f1a20', 'hex');

/** A UUID made from a name (RFC 9562 section 5.5, version 5), in the braces and capitals that Windows Installer wants. */
export function nameBasedUuid(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex').toUpperCase();
  return `{${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}}`;
}
