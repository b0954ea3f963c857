import { Document } from 'yaml';
import type { JudgedSetUp } from '../core/set-up/finish.ts';

/**
 * What is answered of a set-up, as a file that `keyturn config check` reads: its comment names what is not answered yet, and from where
 * the secrets are read, which it does not have.
 */
export function setUpFile({ sections, missing, secrets }: JudgedSetUp): string {
  const lines = [
    ...(missing.length === 0
      ? []
      : [
          'Answered until now in the set-up of Keyturn. Not answered yet, so not in this file',
          '(where the check of the configuration does not ask for it, its default counts):',
          ...missing.map((path) => `  ${path}`),
        ]),
    ...(secrets.length === 0 ? [] : ['Secrets are not in this file. They are read from:']),
    ...secrets.map(({ path, reference }) => `  ${path}: ${reference}`),
  ];
  const file = new Document(sections);
  if (lines.length > 0) file.commentBefore = lines.map((line) => ` ${line}`).join('\n');
  return file.toString();
}
