import { type AccessDecision, can, type TargetFacts } from '../access/can.ts';
import { readActor, readTarget } from '../access/read-access-facts.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import type { HelpCase } from './help-case.ts';

/** An account as its directory has it now; null: it is gone. @throws AppError `directory.*` */
export async function readEntry(
  { directories }: Pick<ActDeps, 'directories'>,
  ref: AccountRef,
): Promise<{ directory: Directory; account: Account } | null> {
  const directory = directories.all().find(({ id }) => id === ref.directory);
  const account = (await directory?.readAccount(ref)) ?? null;
  return directory === undefined || account === null ? null : { directory, account };
}

interface JudgedAgent {
  readonly decision: AccessDecision;
  readonly target: TargetFacts;
  readonly person: { directory: Directory; account: Account };
}

/**
 * Whether the agent of a case may help its person so, as the directories and the roles say now, where no session of the agent asks.
 * @returns null: one of the two is gone
 * @throws AppError `directory.*`: it is not known
 */
export async function judgeAgent(deps: ActDeps, { agent, account, action }: HelpCase): Promise<JudgedAgent | null> {
  const { roles } = deps.configuration();
  const [by, person] = await Promise.all([readEntry(deps, agent), readEntry(deps, account)]);
  if (by === null || person === null) return null;
  const [actor, target] = await Promise.all([
    readActor(deps, by.directory, roles, by.account),
    readTarget(deps, person.directory, roles, person.account),
  ]);
  return { decision: can(roles, actor, action, target), target, person };
}
