import type { KeepingDirectory } from '../../core/embedded-people/kept-in.ts';
import type { EmbeddedAccountRow } from '../../core/ports/embedded-store.ts';
import type { CommandContext } from '../command-context.ts';
import { plainLine } from '../plain-text.ts';
import type { Runtime } from '../runtime.ts';

/** People that are read at once. */
const PAGE = 500;

/** Prints everybody whom Keyturn keeps in a directory, in the order of their sign-in names: what is known of them, and nothing of their passwords. */
export async function listKept(
  context: CommandContext,
  { store, clock }: Pick<Runtime, 'store' | 'clock'>,
  directory: KeepingDirectory,
  json: boolean,
): Promise<void> {
  let after: string | null = null;
  let count = 0;
  do {
    const rows: EmbeddedAccountRow[] = await store.embedded.search(directory.id, { text: '', filter: null, after, limit: PAGE });
    const managers = await store.embedded.findSome(
      directory.id,
      rows.flatMap(({ managerId }) => managerId ?? []),
    );
    const loginOf = new Map(managers.map(({ id, login }) => [id, login]));
    for (const row of rows) {
      const manager = row.managerId === null ? null : (loginOf.get(row.managerId) ?? null);
      await context.print(json ? JSON.stringify(present(row, manager)) : plainLine(describe(row, manager, clock.now())));
    }
    count += rows.length;
    after = rows.length === PAGE ? (rows.at(-1)?.id ?? null) : null;
  } while (after !== null);
  if (count === 0 && !json) await context.print(`Nobody is in ${directory.label}.`);
}

function present(row: EmbeddedAccountRow, manager: string | null): object {
  const { login, directory, id, displayName, givenName, surname, mail, mobile, employeeNumber, language, groups } = row;
  const { disabled, mustChange, lockedAt, expiresAt } = row;
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    ...{
      account: login,
      directory,
      id,
      name: displayName,
      givenName,
      surname,
      mail,
      phone: mobile,
      employeeNumber,
      language,
      manager,
      groups,
    },
    ...{ disabled, mustChange, lockedAt: time(lockedAt), expiresAt: time(expiresAt) },
  };
}

function describe(row: EmbeddedAccountRow, manager: string | null, now: number): string {
  const { login, displayName, mail, mobile, groups, disabled, mustChange, lockedAt, expiresAt } = row;
  return [
    login,
    displayName,
    mail,
    mobile,
    manager === null ? null : `manager ${manager}`,
    groups.length === 0 ? null : `groups ${groups.join(', ')}`,
    disabled ? 'disabled' : null,
    expiresAt !== null && expiresAt <= now ? 'past its end' : null,
    lockedAt === null ? null : 'locked',
    mustChange ? 'must change the password' : null,
  ]
    .filter((part) => part !== null)
    .join('  ');
}
