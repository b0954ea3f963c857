import { printedFix, shellWord } from '../../../shared/fix-text.ts';
import type { LinkedBlock } from '../../core/freeze/release-recovery.ts';
import type { Directory } from '../../core/ports/directory.ts';

/**
 * Lines that tell which linked accounts keep the owner of an account from recovering it, and how each is released.
 * @param complete makes a command one for this installation
 */
export async function describeLinked(
  directories: readonly Directory[],
  linked: readonly LinkedBlock[],
  complete: (line: string) => string,
): Promise<string[]> {
  const told = await Promise.all(
    linked.map(async ({ account, frozen, pausedUntil }) => {
      const directory = directories.find(({ id }) => id === account.directory);
      const login = await loginOf(directory, account);
      const what = [
        frozen ? 'is frozen: somebody said "this was not me"' : '',
        pausedUntil > 0
          ? `has had too many wrong proofs: those of strangers are worth nothing until ${new Date(pausedUntil).toISOString()}`
          : '',
      ].filter((part) => part !== '');
      const name = login === null ? `${account.directory}/${account.id}` : `${login} (${directory?.label})`;
      const sentence = `the linked account ${name} ${what.join(', and ')}`;
      if (login === null) return [`  ${sentence}. Its directory does not tell of it now`];
      const command = `keyturn recovery release ${shellWord(login)} --directory ${shellWord(account.directory)} --reason REASON`;
      return [`  ${sentence}.`, ...printedFix({ sentence: 'Make sure who has it, then release it', lines: [complete(command)] }, '  ')];
    }),
  );
  return told.flat();
}

/** null: its directory is not configured, does not answer, or has it no more. */
async function loginOf(directory: Directory | undefined, account: LinkedBlock['account']): Promise<string | null> {
  const found = await directory?.readAccount(account).catch(() => null);
  return found?.login ?? null;
}
