import { type AppError, isAppError } from '../../../shared/errors.ts';
import type { AccountRef, Directory } from '../../core/ports/directory.ts';
import { type FoundAccount, findOneAccount, namedDirectories } from '../find-account.ts';
import { readLines } from '../read-lines.ts';
import { readText } from '../read-text.ts';

export interface Whom {
  readonly names: readonly string[];
  readonly file?: string;
  readonly group?: string;
  readonly everybody?: boolean;
  readonly directory?: string;
  /** Accounts that are known already, some at a time. */
  readonly accounts?: { each(visit: (account: AccountRef) => Promise<void>): Promise<void> };
}

/** What to do with each person, and with each name that leads to none. */
export interface WhomVisitor {
  onPerson(found: FoundAccount): Promise<void>;
  onProblem(place: string, problem: Pick<AppError, 'code'> & { detail: string }): Promise<void>;
}

/** What is a fault of one name; anything else ends the command. */
const OF_ONE_NAME = ['directory.account-missing', 'directory.ambiguous', 'directory.not-configured'] as const;

/**
 * Gives everybody who is meant to `visitor`, one after the other: those who are named, those of a file, those of a group (nested ones
 * included), or all. Holds no more of a file or a directory than a portion at a time. That somebody cannot be seen to be in the group is a
 * problem of its own: it is not known, and not "no".
 * @throws AppError `directory.*` when a directory does not answer any more
 */
export async function forWhom(directories: readonly Directory[], whom: Whom, visitor: WhomVisitor): Promise<void> {
  for (const name of whom.names) await visitName(directories, name, { place: name, directory: whom.directory }, visitor);
  if (whom.file !== undefined) await visitFile(directories, whom.file, whom.directory, visitor);
  await whom.accounts?.each((ref) => visitAccount(directories, ref, visitor));
  if (whom.group === undefined && whom.everybody !== true) return;
  for (const directory of namedDirectories(directories, whom.directory))
    await directory.forEachPerson(async (accounts) => {
      for (const account of accounts) {
        const isMeant =
          whom.group === undefined || (await directory.readMembership(account, { places: [], groups: [whom.group] })).groups[whom.group];
        if (isMeant === true) await visitor.onPerson({ account, directory });
        if (isMeant === null || isMeant === undefined)
          await visitor.onProblem(`${account.login} (${directory.label})`, {
            code: 'directory.no-right',
            detail: `not known whether in ${whom.group}`,
          });
      }
    });
}

/** One whose directory or entry is gone is told: nobody is forgotten in silence. */
async function visitAccount(directories: readonly Directory[], ref: AccountRef, visitor: WhomVisitor): Promise<void> {
  const directory = directories.find(({ id }) => id === ref.directory);
  const account = (await directory?.readAccount(ref)) ?? null;
  if (directory !== undefined && account !== null) return visitor.onPerson({ account, directory });
  await visitor.onProblem(`${ref.directory}/${ref.id}`, {
    code: directory === undefined ? 'directory.not-configured' : 'directory.account-missing',
    detail: ref.id,
  });
}

async function visitFile(
  directories: readonly Directory[],
  file: string,
  directory: string | undefined,
  visitor: WhomVisitor,
): Promise<void> {
  for await (const { number, text } of readLines(readText(file))) {
    const [name = '', named = ''] = (text ?? '').split(/[,;\t]/).map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
    const isHeader = number === 1 && name.toLowerCase() === 'account';
    if (isHeader || name === '') continue;
    await visitName(directories, name, { place: `line ${number}`, directory: named === '' ? directory : named }, visitor);
  }
}

async function visitName(
  directories: readonly Directory[],
  name: string,
  { place, directory }: { place: string; directory: string | undefined },
  visitor: WhomVisitor,
): Promise<void> {
  let found: FoundAccount;
  try {
    found = await findOneAccount(directories, name, directory);
  } catch (error) {
    if (!isAppError(error, ...OF_ONE_NAME)) throw error;
    return visitor.onProblem(place, { code: error.code, detail: name });
  }
  await visitor.onPerson(found);
}
