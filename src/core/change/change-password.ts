import type { FactorKind } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import type { ActDeps } from '../journey/act.ts';
import { judgeNewPassword } from '../password-policy/judge-new-password.ts';
import { mergeRules } from '../password-policy/merge.ts';
import { organisationRules } from '../password-policy/organisation-rules.ts';
import { rulesOf } from '../password-policy/rules-of.ts';
import type { AccountFacts } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import type { WriteResult } from '../writes/directory-write.ts';
import { prepareWrites } from '../writes/prepare-writes.ts';
import { runWrites } from '../writes/run-writes.ts';
import { checkCurrent } from './check-current.ts';
import { isTooSimilar } from './too-similar.ts';

/** What became of the wish for another password. `code` says why it was not set. */
export interface Change {
  outcome: 'changed' | 'refused' | 'failed' | 'unknown';
  code?: string;
  /** On the new password, where it is not acceptable. */
  verdicts?: PasswordVerdict[];
  /** Not before, where its age is what stands in the way; milliseconds since 1970. */
  changeableAt?: number;
}

/** What a new password of the account of a session must meet. @throws AppError `directory.*` */
export async function rulesForChange(
  deps: ActDeps,
  { account }: Session,
): Promise<AccountFacts & { rules: ReturnType<typeof mergeRules> }> {
  const facts = await deps.directories.get(account.directory).readFacts(account);
  const own = rulesOf(facts.policy, facts.account, facts.status, deps.act.at);
  return { ...facts, rules: mergeRules([own, organisationRules(deps.configuration().passwordRules, facts.account)]) };
}

/**
 * Sets another password for somebody who is signed in and gives the current one. It is judged by the same rules as every
 * password, and written as the person, so that the whole policy of the directory applies. All other sessions of the account end with it.
 * @throws AppError `session.for-enrolment-only`, `account.write-open`, `directory.*` when nothing could be begun
 */
export async function changePassword(deps: ActDeps, session: Session, given: { current: string; password: string }): Promise<Change> {
  requireFullRights(session);
  const { status, rules } = await rulesForChange(deps, session);
  const { verdicts, acceptable } = await judgeNewPassword(deps, given.password, rules);
  if (!acceptable) return { outcome: 'refused', verdicts };
  if (status.changeableAt !== null && status.changeableAt > deps.act.at) {
    return { outcome: 'refused', code: 'password.too-young', changeableAt: status.changeableAt };
  }
  const current = await checkCurrent(deps, session, given.current);
  if (current !== 'right') return { outcome: 'refused', code: 'password.old-wrong' };
  if (isTooSimilar(normalisePassword(given.current), normalisePassword(given.password))) {
    return { outcome: 'refused', code: 'password.too-similar' };
  }
  return write(deps, session, given);
}

async function write(deps: ActDeps, session: Session, given: { current: string; password: string }): Promise<Change> {
  const { prepared, barred } = await prepareWrites(deps, [session.account]);
  if (barred.length > 0) return { outcome: 'refused', code: 'password.change-not-allowed' };
  const request = {
    accounts: prepared,
    actor: sessionActor(deps.act, session),
    proof: [...new Set<FactorKind>([...session.proofs.map(({ kind }) => kind), 'password'])],
    journeyId: null,
    session: session.id,
    language: session.language,
    unlock: false,
    // Ended while the account was being read: whoever ended it meant this one too.
    consume: async (store: Store) => {
      const row = await store.sessions.findByToken(session.row.tokenDigest);
      if (row === null || row.endedAt !== null) throw new AppError('session.ended');
    },
    conclude: () => Promise.resolve(),
  };
  const [current, next] = [normalisePassword(given.current), normalisePassword(given.password)];
  const [result] = await runWrites(deps, 'change-password', request, (directory, { account }) =>
    directory.changePassword({ directory: account.directory, id: account.id }, current, next),
  );
  return result === undefined ? { outcome: 'failed' } : changeOf(result);
}

function changeOf({ status, reason, changeableAt }: WriteResult): Change {
  const when = changeableAt === undefined ? {} : { changeableAt };
  if (status === 'done') return { outcome: 'changed' };
  if (status === 'open' || status === 'unknown') return { outcome: 'unknown' };
  return { outcome: status, ...(reason === undefined ? {} : { code: reason }), ...when };
}
