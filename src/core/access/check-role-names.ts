import { isAppError } from '../../../shared/errors.ts';
import { withLines } from '../../../shared/fix-text.ts';
import type { Configuration } from '../configuration/document.ts';
import { type DocumentPath, formatPath } from '../configuration/format-path.ts';
import type { Directory } from '../ports/directory.ts';
import type { ConfiguredName } from '../ports/directory-health.ts';
import type { WantedName } from '../ports/membership.ts';
import { fold } from './can.ts';

/** A name of a role, and whether its directory has it. */
export type RoleName = ConfiguredName & { readonly directory: string };

interface Named {
  readonly directories?: readonly string[] | undefined;
  readonly places?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly accounts?: readonly string[] | undefined;
}

/**
 * Looks up every group, place and sign-in name that roles go by, in each directory in which it counts. A group that is missing makes it
 * unknown who is in it: nobody holds the role by it, and everybody there is out of reach of the others.
 * @returns in the order of the document; those of a directory that cannot be asked are not known, which is no better than missing
 */
export async function checkRoleNames(directories: readonly Directory[], { roles }: Pick<Configuration, 'roles'>): Promise<RoleName[]> {
  const parts: [Named, DocumentPath][] = roles.flatMap(({ heldBy, over }, index) => [
    [heldBy, ['roles', index, 'heldBy']] as [Named, DocumentPath],
    ...(over === undefined ? [] : [[over, ['roles', index, 'over']] as [Named, DocumentPath]]),
  ]);
  const looked = await Promise.all(
    parts.flatMap(([named, at]) =>
      directories.filter(({ id }) => named.directories?.includes(id) ?? true).map((directory) => checkPart(directory, named, at)),
    ),
  );
  return looked.flat();
}

async function checkPart(directory: Directory, named: Named, at: DocumentPath): Promise<RoleName[]> {
  const wanted = (kind: WantedName['kind'], list: 'places' | 'groups'): WantedName[] =>
    (named[list] ?? []).map((value, index) => ({ kind, value, setting: formatPath([...at, list, index]) }));
  const scopes = [...wanted('group', 'groups'), ...wanted('place', 'places')];
  const accounts = (named.accounts ?? []).map((value, index) => ({ value, setting: formatPath([...at, 'accounts', index]) }));
  const ask = async (asked: readonly { value: string; setting: string }[], work: () => Promise<ConfiguredName[]>): Promise<RoleName[]> => {
    if (asked.length === 0) return [];
    const names = await work().catch((error: unknown) => asked.map((name) => notAsked(name, error)));
    return names.map((name) => ({ ...name, directory: directory.id }));
  };
  return [
    ...(await ask(scopes, () => directory.lookUpNames(scopes))),
    ...(await ask(accounts, () => Promise.all(accounts.map((name) => lookUpAccount(directory, name))))),
  ];
}

/** A role is held by the sign-in name as the directory has it, not by another identifier of the account. */
async function lookUpAccount(directory: Directory, { value, setting }: { value: string; setting: string }): Promise<ConfiguredName> {
  const typed = directory.normaliseIdentifier(value);
  const found = typed === null ? [] : await directory.findAccounts(typed);
  if (found.some(({ login }) => fold(login) === fold(value))) return { setting, value, ok: true, text: 'found', fix: null };
  const [other] = found;
  if (other !== undefined) return { setting, value, ok: false, text: 'is no sign-in name', fix: `Write ${other.login} in ${setting}` };
  return { setting, value, ok: false, text: 'nobody with this sign-in name can be seen', fix: `Correct ${setting} or take it out` };
}

function notAsked({ value, setting }: { value: string; setting: string }, error: unknown): ConfiguredName {
  if (!isAppError(error)) throw error;
  const text = `could not be looked up (${error.code})`;
  return { setting, value, ok: false, text, fix: withLines('See that the directory answers', 'keyturn doctor') };
}
