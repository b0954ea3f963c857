import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes the list of common passwords that the strength estimate knows to a file, one a line, as `passwordRules.dictionary` reads it: a
 * trial shows the refusal that NIST SP 800-63B-4 3.1.1.2 asks for without a list to be fetched first.
 *
 * @param folder of the demo's data
 * @returns absolute path of the file
 */
export async function writeCommonPasswords(folder: string): Promise<string> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const file = join(folder, 'common-passwords.txt');
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${Object.values(dictionary['passwords-common'] ?? []).join('\n')}\n`);
  return file;
}
