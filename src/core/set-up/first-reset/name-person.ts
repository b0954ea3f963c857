import type { UnfitReason } from '../../../../shared/api/first-reset.ts';
import { AppError } from '../../../../shared/errors.ts';
import { mayHold } from '../../access/can.ts';
import { readTarget } from '../../access/read-access-facts.ts';
import { findEverywhere } from '../../accounts/find-everywhere.ts';
import { isDirectoryTrouble } from '../../accounts/is-directory-trouble.ts';
import { readBarred } from '../../accounts/judge-account.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { ActDeps } from '../../journey/act.ts';
import type { Account, Directory } from '../../ports/directory.ts';
import { actorOf } from '../set-up.ts';
import { type FoundFirstReset, keep, requireFirstReset } from './first-reset.ts';

/** How many names one set-up looks up: enough for typing errors, and no way to ask who is there, who is protected and who holds a role. */
const MOST_NAMINGS = 20;

/** Why an account is not led to a reset here. `detail`: what protects it, or what the directory does not tell. */
export interface Unfit {
  readonly reason: UnfitReason;
  readonly detail: string | null;
}

/**
 * Takes down who is to try a reset: somebody whom the directory knows once, who may be recovered and holds no role. Nothing is changed for
 * them, and an earlier link is over.
 * @returns why they may not, or that enough names were looked up; null: they may
 * @throws AppError as `requireFirstReset`; `set-up.conflict`
 */
export async function nameTestPerson(deps: ActDeps, tokens: readonly string[], name: string): Promise<Unfit | null> {
  const before = await requireFirstReset(deps, tokens);
  if (before.firstReset.link?.writer !== undefined) throw new AppError('set-up.conflict');
  if ((before.firstReset.namings ?? 0) >= MOST_NAMINGS) return { reason: 'names-used-up', detail: null };
  const found = await countNaming(deps, before);
  const looked = await look(deps, name);
  if ('reason' in looked) {
    const { account, reason, detail } = looked;
    const about = account === undefined ? {} : { account: { directory: account.directory, id: account.id } };
    await deps.store.transaction((store) =>
      recordEvent(store, deps.clock, { type: 'set-up.reset-refused', actor: actorOf(deps), reason, ...about }),
    );
    return { reason, detail };
  }
  const { directory, id, login, displayName } = looked.account;
  const { link: _, ...rest } = found.firstReset;
  const named = { row: found.row, firstReset: { ...rest, person: { directory, id, login, name: displayName ?? login } } };
  await deps.store.transaction(async (store) => {
    await recordEvent(store, deps.clock, { type: 'set-up.reset-named', account: { directory, id }, actor: actorOf(deps) });
    if (!(await keep(store, named, {}))) throw new AppError('set-up.conflict');
  });
  return null;
}

/**
 * Counts before the directories are asked, so that many at once are no more than one after the other.
 * @throws AppError `set-up.conflict` when somebody was quicker
 */
async function countNaming({ store }: ActDeps, { row, firstReset }: FoundFirstReset): Promise<FoundFirstReset> {
  const namings = (firstReset.namings ?? 0) + 1;
  if (!(await keep(store, { row, firstReset }, { namings }))) throw new AppError('set-up.conflict');
  return { row: { ...row, version: row.version + 1 }, firstReset: { ...firstReset, namings } };
}

async function look(deps: ActDeps, name: string): Promise<(Unfit & { account?: Account }) | { account: Account }> {
  try {
    const { found, unanswered } = await findEverywhere(deps, name);
    const [first, ...others] = found;
    if (others.length > 0) return { reason: 'several', detail: null };
    // Whoever does not answer may know another person by that name.
    if (unanswered) return { reason: 'directory-trouble', detail: null };
    if (first === undefined) return { reason: 'unknown-account', detail: null };
    const unfit = await judgeTestPerson(deps, first.directory, first.account);
    return unfit === null ? { account: first.account } : { ...unfit, account: first.account };
  } catch (error) {
    if (!isDirectoryTrouble(error)) throw error;
    const { problem } = error.details;
    return { reason: 'directory-trouble', detail: typeof problem === 'string' ? problem : error.code };
  }
}

/**
 * Why an account is none to try with, as the directory says now: it is barred from every recovery, or its owner holds a role by it or by
 * another account of theirs, or nobody knows whether they do. Whoever got such a password would have what the role may do.
 * @throws AppError `directory.*`: it is not known
 */
export async function judgeTestPerson(deps: ActDeps, directory: Directory, account: Account): Promise<Unfit | null> {
  const { roles } = deps.configuration();
  const frozen = deps.store.freezes.isFrozen(account);
  const [barred, facts] = await Promise.all([
    readBarred(deps, directory, account, { goal: 'reset-password', frozen }),
    readTarget(deps, directory, roles, account),
  ]);
  if (barred.reason !== null) return { reason: barred.reason as UnfitReason, detail: barred.detail };
  return roles.some((role) => mayHold(role, facts)) ? { reason: 'role', detail: null } : null;
}
