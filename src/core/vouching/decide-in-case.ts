import { AppError, isAppError } from '../../../shared/errors.ts';
import { reasonToBar } from '../accounts/judge-account.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent, recordEvents } from '../audit/record-event.ts';
import { isEqual } from '../factors/constant-time.ts';
import { aboutCase, endCase, type HelpCase, helpCaseOf, moveCase } from '../helpdesk/help-case.ts';
import { verifyBy } from '../helpdesk/verify-by.ts';
import type { ActDeps } from '../journey/act.ts';
import { vouchedFor } from '../journey/shown-proof.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import { isSamePerson } from '../people/is-same-person.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { VouchRow } from '../ports/vouch-store.ts';
import type { Session } from '../sessions/session.ts';
import { VOUCH_TRIES, vouchFacts } from './vouch-facts.ts';

/** The case that waits for a request; null: it has moved on, or is none. */
export async function waitingCaseOf({ store, act }: Pick<ActDeps, 'store' | 'act'>, row: VouchRow): Promise<HelpCase | null> {
  const facts = vouchFacts(row);
  const found = 'case' in facts ? await store.cases.find(facts.case) : null;
  if (found === null) return null;
  const helpCase = helpCaseOf(found);
  const waits = found.state === 'open' && found.expiresAt > act.at && helpCase.facts.vouch?.request === row.id;
  return waits ? helpCase : null;
}

/** The person as they are now, and the agent another one than who vouches. @throws AppError `vouch.not-possible`, `directory.*` */
export async function judgeCase(deps: ActDeps, session: Session, { account, agent }: HelpCase): Promise<void> {
  for (const other of [agent, account])
    if (await isSamePerson(deps.store, session.account, other)) throw new AppError('vouch.not-possible');
  const directory = deps.directories.get(account.directory);
  const person = await directory.readAccount(account);
  if (person === null || (await isBarred(deps, directory, person))) throw new AppError('vouch.not-possible');
}

/** What its directory hides bars it. */
async function isBarred({ store }: ActDeps, directory: Directory, person: Account): Promise<boolean> {
  const [{ status, protection }, frozen] = await Promise.all([directory.readStanding(person), store.freezes.isFrozen(person)]);
  try {
    return reasonToBar(directory, status, protection, frozen) !== null;
  } catch (error) {
    if (isAppError(error, 'directory.no-right')) return true;
    throw error;
  }
}

/** What every event about the request tells. */
interface AboutRequest {
  readonly request: string;
  readonly case: string;
  readonly agent: ReturnType<typeof aboutCase>['agent'];
  readonly account: AccountRef;
  readonly by: AccountRef;
  readonly session: string;
  readonly actor: Actor;
}

export interface AnsweredCase {
  readonly row: VouchRow;
  readonly helpCase: HelpCase;
  readonly about: AboutRequest;
}

/**
 * The digits that were typed, in the transaction that has counted them: right ones make the receipt, and the third wrong ones end the
 * request. The case goes on by another way then.
 * @returns tries that are left; null: they were right
 * @throws AppError `vouch.over`, `journey.step-passed` where the case has moved on meanwhile
 */
export async function decideCase(
  deps: ActDeps,
  store: Store,
  session: Session,
  { row, helpCase, about }: AnsweredCase,
  { counted, typed, logEnd }: { counted: VouchRow; typed: string; logEnd: number },
): Promise<number | null> {
  if (isEqual(vouchFacts(row).digits, typed)) {
    if (!(await store.vouches.close(row.id, 'approved', deps.act.at))) throw new AppError('vouch.over');
    const factors = session.proofs.map(({ kind, at }) => ({ kind, at }));
    await recordEvent(store, deps.clock, { type: 'vouch.approved', ...about, factors });
    const by = { login: session.login, account: session.account };
    const method = { way: 'manager' as const, proofs: ['manager' as const], request: row.id, by };
    const shown = { manager: [vouchedFor(row.id, session.account)] };
    if ((await verifyBy(deps, store, helpCase, { method, by: about.actor, shown, logEnd })) === null)
      throw new AppError('journey.step-passed');
    return null;
  }
  if (counted.tries < VOUCH_TRIES) return VOUCH_TRIES - counted.tries;
  await store.vouches.close(row.id, 'refused', deps.act.at);
  await recordEvent(store, deps.clock, { type: 'vouch.refused', ...about, because: 'digits-wrong' });
  const { vouch } = helpCase.facts;
  if (vouch !== undefined) await moveCase(store, helpCase, { facts: { vouch: { ...vouch, isRefused: true } } });
  return 0;
}

/** "I did not expect this": somebody else may be on the telephone. The case ends, and the person is told. @throws AppError as `decideCase` */
export async function refuseCase(deps: ActDeps, store: Store, session: Session, { row, helpCase, about }: AnsweredCase): Promise<void> {
  if (!(await store.vouches.close(row.id, 'refused', deps.act.at))) throw new AppError('vouch.over');
  const closed = { type: 'case.closed', ...aboutCase(helpCase), actor: about.actor, because: 'not-vouched' } as const;
  await recordEvents(store, deps.clock, { type: 'vouch.refused', ...about, because: 'not-expected' }, closed);
  if ((await endCase(store, helpCase, 'not-vouched', deps.act.at)) === null) throw new AppError('journey.step-passed');
  await queueNotice(deps, store, { kind: 'vouch-refused', account: helpCase.account, language: session.language });
}
