import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileVersion } from '../installer/file-version.ts';
import { built } from './built.ts';

/** Where the build leaves what ships; KEYTURN_WINDOWS_FILES names another folder, for example with signed programs. */
export const releaseFolder = process.env.KEYTURN_WINDOWS_FILES ?? built.release;

/** The files that the installer brings, in the order of their names. */
export const payloadNames = ['KeyturnCredentialProvider.dll', 'KeyturnEvents.dll', 'KeyturnKiosk.exe', 'KeyturnLogonHost.exe'] as const;

/** Copies the programs to `folder` with another version in their version resources, as the next release would have it. */
export function copyWithVersion(folder: string, version: string): void {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  for (const name of payloadNames) {
    const bytes = readFileSync(join(releaseFolder, name));
    const start = bytes.indexOf(Buffer.from('bd04effe00000100', 'hex'));
    bytes.writeUInt32LE(major * 65_536 + minor, start + 8);
    bytes.writeUInt32LE(patch * 65_536, start + 12);
    if (fileVersion(bytes, name) !== `${version}.0`) throw new Error(`${name}: the version did not change`);
    writeFileSync(join(folder, name), bytes);
  }
}

/** Names and bytes of a folder's files, as hexadecimal text. */
export function contentOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString('hex')]),
  );
}
