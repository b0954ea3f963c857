import type { FactorKind } from '../../../shared/api/journeys.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import { accountKey } from '../accounts/candidate.ts';
import { readLogEnd } from '../audit/log-end.ts';
import type { ActDeps } from '../journey/act.ts';
import { judgeNewPassword } from '../password-policy/judge-new-password.ts';
import type { PreparedWrite } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import type { WriteResult } from '../writes/directory-write.ts';
import { prepareWrites } from '../writes/prepare-writes.ts';
import { runWrites } from '../writes/run-writes.ts';
import { checkCurrent } from './check-current.ts';
import { type OwnAccount, type OwnFacts, ownAccounts, readOwn, rulesForAll } from './own-accounts.ts';
import { isTooSimilar } from './too-similar.ts';

/** What became of the wish for another password, for one account. `code` says why it was not set. */
export interface Change {
  /** `not-begun`: nothing spoke against it, and another account kept all of it from being begun. */
  outcome: 'changed' | 'refused' | 'failed' | 'unknown' | 'not-begun';
  code?: string;
  /** Not before, where its age is what stands in the way; milliseconds since 1970. */
  changeableAt?: number;
}

export interface AccountChange extends Change {
  /** `own`, or the id of the link. */
  id: string;
  /** Empty where the directory does not say. */
  label: string;
}

export interface Changes {
  /** On the new password, where it is not acceptable. */
  verdicts?: PasswordVerdict[];
  results: AccountChange[];
}

/** The current password of each account, and one new password for all of them. */
export interface WantedChange {
  password: string;
  accounts: readonly { account: string; current: string }[];
}

/** What a new password of these accounts of somebody who is signed in must meet. @throws AppError `directory.*`, `people.not-linked` */
export async function rulesForChange(
  deps: ActDeps,
  session: Session,
  ids: readonly string[],
): Promise<{ accounts: OwnFacts[]; rules: ReturnType<typeof rulesForAll> }> {
  const own = await ownAccounts(deps.store, session, ids, deps.act.at);
  const accounts = await Promise.all(own.map((each) => readOwn(deps, each)));
  return { accounts, rules: rulesForAll(deps, accounts) };
}

/**
 * Sets another password for accounts of somebody who is signed in and gives the current one of each. It is judged by the same rules as every
 * password, those of all the accounts together, and written as the person, so that the whole policy of each directory applies. All other
 * sessions of the accounts end with it.
 *
 * Nothing is begun while something is known to stand in the way of one of them. Once it is begun each has its own outcome.
 * @throws AppError `session.for-enrolment-only`, `people.not-linked`, `account.write-open`, `directory.*` when nothing could be begun
 */
export async function changePassword(deps: ActDeps, session: Session, wanted: WantedChange): Promise<Changes> {
  requireFullRights(session);
  const own = await ownAccounts(
    deps.store,
    session,
    wanted.accounts.map(({ account }) => account),
    deps.act.at,
  );
  const read = await readAll(deps, own);
  const accounts = read.flatMap((each) => ('facts' in each ? [each.facts] : []));
  if (accounts.length < own.length) return { results: read.map((each) => ('facts' in each ? notBegun(each.facts) : each.failed)) };
  const { verdicts, acceptable } = await judgeNewPassword(deps, wanted.password, rulesForAll(deps, accounts));
  if (!acceptable) return { verdicts, results: accounts.map((account) => ({ ...nameOf(account), outcome: 'refused' })) };
  const logEnd = await readLogEnd(deps.store);
  const prepared = new Map<string, PreparedWrite>();
  const problems: (Change | null)[] = [];
  for (const account of accounts) problems.push(await problemOf(deps, session, account, wanted, prepared));
  if (problems.some((problem) => problem !== null)) {
    return { results: accounts.map((account, index) => ({ ...notBegun(account), ...problems[index] })) };
  }
  return write(deps, session, { accounts, prepared: [...prepared.values()], wanted, logEnd });
}

type Read = { facts: OwnFacts } | { failed: AccountChange };

/** @throws AppError `directory.*` where there is one account alone */
async function readAll(deps: ActDeps, own: readonly OwnAccount[]): Promise<Read[]> {
  return Promise.all(
    own.map(async (each): Promise<Read> => {
      try {
        return { facts: await readOwn(deps, each) };
      } catch (error) {
        if (own.length === 1 || !isAppError(error) || !error.code.startsWith('directory.')) throw error;
        return { failed: { id: each.id, label: '', outcome: 'failed', code: error.code } };
      }
    }),
  );
}

const nameOf = ({ id, label }: OwnFacts) => ({ id, label });
const notBegun = (account: OwnFacts): AccountChange => ({ ...nameOf(account), outcome: 'not-begun' });

/** What stands in the way of one account; null: nothing, and it is among the prepared ones. */
async function problemOf(
  deps: ActDeps,
  session: Session,
  { id, ref, status }: OwnFacts,
  { password, accounts }: WantedChange,
  prepared: Map<string, PreparedWrite>,
): Promise<Change | null> {
  // Stryker disable next-line ConditionalExpression: null is not later than anything; the compiler wants it said
  if (status.changeableAt !== null && status.changeableAt > deps.act.at) {
    return { outcome: 'refused', code: 'password.too-young', changeableAt: status.changeableAt };
  }
  // Stryker disable next-line OptionalChaining,StringLiteral: each was named with one; the compiler wants it said
  const given = accounts.find(({ account }) => account === id)?.current ?? '';
  if ((await checkCurrent(deps, session, ref, given)) !== 'right') return { outcome: 'refused', code: 'password.old-wrong' };
  if (isTooSimilar(normalisePassword(given), normalisePassword(password))) return { outcome: 'refused', code: 'password.too-similar' };
  const { prepared: ready, barred } = await prepareWrites(deps, [ref]);
  if (barred.length > 0) return { outcome: 'refused', code: 'password.change-not-allowed' };
  for (const one of ready) prepared.set(id, one);
  return null;
}

async function write(
  deps: ActDeps,
  session: Session,
  {
    accounts,
    prepared,
    wanted,
    logEnd,
  }: { accounts: readonly OwnFacts[]; prepared: readonly PreparedWrite[]; wanted: WantedChange; logEnd: number },
): Promise<Changes> {
  const ids = accounts.map(({ id }) => id);
  const request = {
    accounts: prepared,
    logEnd,
    actor: sessionActor(deps.act, session),
    proof: [...new Set<FactorKind>([...session.proofs.map(({ kind }) => kind), 'password'])],
    journeyId: null,
    session: session.id,
    language: session.language,
    unlock: false,
    // Ended, or parted, while the accounts were being read: whoever did that meant this one too.
    consume: async (store: Store) => {
      const row = await store.sessions.findByToken(session.row.tokenDigest);
      if (row === null || row.endedAt !== null) throw new AppError('session.ended');
      await ownAccounts(store, session, ids, deps.act.at);
    },
    // Stryker disable next-line ArrowFunction: nothing is done either way
    conclude: () => Promise.resolve(),
  };
  const given = new Map(wanted.accounts.map(({ account, current }) => [account, normalisePassword(current)]));
  // Stryker disable next-line StringLiteral: each was named with one; the compiler wants it said
  const currents = new Map(accounts.map(({ id, ref }) => [accountKey(ref), given.get(id) ?? '']));
  const results = await runWrites(deps, 'change-password', request, (directory, { account }) => {
    const ref = { directory: account.directory, id: account.id };
    // Stryker disable next-line StringLiteral: each was named with one; the compiler wants it said
    return directory.changePassword(ref, currents.get(accountKey(ref)) ?? '', normalisePassword(wanted.password));
  });
  const byAccount = new Map(results.map((result) => [accountKey(result.intent.account), result]));
  return { results: accounts.map((account) => ({ ...nameOf(account), ...changeOf(byAccount.get(accountKey(account.ref))) })) };
}

function changeOf(result: WriteResult | undefined): Change {
  // Stryker disable next-line all: there is one for each account; the compiler wants it said
  if (result === undefined) return { outcome: 'failed' };
  const { status, reason, changeableAt } = result;
  const when = changeableAt === undefined ? {} : { changeableAt };
  if (status === 'done') return { outcome: 'changed' };
  if (status === 'open' || status === 'unknown') return { outcome: 'unknown' };
  // Stryker disable next-line ConditionalExpression,ObjectLiteral: there is always one; the compiler wants it said
  return { outcome: status, ...(reason === undefined ? {} : { code: reason }), ...when };
}
