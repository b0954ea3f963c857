import type { AppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Account, Directory } from '../ports/directory.ts';
import { isDirectoryTrouble } from './is-directory-trouble.ts';

/**
 * Asks all directories at once and waits for the last, whoever is found meanwhile: the time tells nothing of the name. One that cannot
 * be asked does not hold up the people of the others. Nobody is refused for it either, as long as another one answers: a refusal of
 * the names that nobody was found for would tell them apart from the others.
 *
 * @throws AppError `directory.*` or `configuration.invalid` when no directory can be asked
 */
export async function findEverywhere(
  deps: Pick<CoreDeps, 'directories' | 'log'>,
  typedName: string,
): Promise<{ found: { directory: Directory; account: Account }[]; unanswered: boolean }> {
  const directories = deps.directories.all();
  const answers = await Promise.allSettled(directories.map((directory) => findIn(directory, typedName)));
  const failures: AppError[] = [];
  const found = answers.flatMap((answer, index) => {
    if (answer.status === 'fulfilled') return answer.value;
    const error: unknown = answer.reason;
    if (!isDirectoryTrouble(error)) throw error;
    deps.log.error('directory.left-out', { directory: directories[index]?.id, error });
    failures.push(error);
    return [];
  });
  const [failure] = failures;
  if (failure !== undefined && failures.length === directories.length) throw failure;
  return { found, unanswered: failure !== undefined };
}

async function findIn(directory: Directory, typedName: string): Promise<{ directory: Directory; account: Account }[]> {
  return (await directory.findAccounts(typedName)).map((account) => ({ directory, account }));
}
