/** attributeID of unicodePwd, the hash of the password (MS-ADA3; the prefix of its OID is entry 9 of every prefix table). */
const unicodePwd = 0x9_005a;

const headerSize = 16;
const entrySize = 48;

/**
 * How often the password of an account was written, from `replPropertyMetaData` (PROPERTY_META_DATA_VECTOR, MS-DRSR 5.162): the number
 * grows with each write by anybody on any domain controller and never shrinks, whereas pwdLastSet is 0 after each "must change".
 * null: the bytes are none, or no password was ever written.
 */
export function passwordVersion(bytes: Buffer | null): number | null {
  if (bytes === null || bytes.length < headerSize || bytes.readUInt32LE(0) !== 1) return null;
  const count = bytes.readUInt32LE(8);
  if (bytes.length < headerSize + count * entrySize) return null;
  for (let at = headerSize; at < headerSize + count * entrySize; at += entrySize) {
    if (bytes.readUInt32LE(at) === unicodePwd) return bytes.readUInt32LE(at + 4);
  }
  return null;
}
