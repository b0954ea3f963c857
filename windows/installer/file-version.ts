/**
 * The version of a Windows program, as four numbers: dwFileVersionMS and -LS of the VS_FIXEDFILEINFO in its version resource.
 * Throws an `Error` if the file has none. Windows Installer compares it to decide which of two files is the newer one.
 */
export function fileVersion(file: Buffer, name: string): string {
  // dwSignature and dwStrucVersion 1.0, the fixed start of the structure.
  const start = file.indexOf(Buffer.from('bd04effe00000100', 'hex'));
  if (start < 0) throw new Error(`${name} has no version resource`);
  const high = file.readUInt32LE(start + 8);
  const low = file.readUInt32LE(start + 12);
  return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.');
}
