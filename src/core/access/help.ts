import { AppError, isAppError } from '../../../shared/errors.ts';
import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import { readLogEnd } from '../audit/log-end.ts';
import { recordEvent } from '../audit/record-event.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import { inGroups, randomReadable } from '../enrolment/readable-secret.ts';
import { type PasswordNumber, passwordNumber } from '../helpdesk/reset-link/send-password.ts';
import { backingOf, basisFor, type InCase, settleWarrant, useWarrant, type Warrant, warrantFor } from '../helpdesk/warrant.ts';
import type { ActDeps } from '../journey/act.ts';
import { judgeNewPassword } from '../password-policy/judge-new-password.ts';
import { mergeRules } from '../password-policy/merge.ts';
import { organisationRules } from '../password-policy/organisation-rules.ts';
import { rulesOf } from '../password-policy/rules-of.ts';
import type { AccountRef, PreparedWrite } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { resetPassword } from '../reset/reset-password.ts';
import { allGivenAnew, requireFreshProof } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { unlockAccount } from '../unlock/unlock-account.ts';
import type { WriteRequest, WriteResult } from '../writes/directory-write.ts';
import { prepareWrites } from '../writes/prepare-writes.ts';
import { barredError, barredReason } from './barred-error.ts';
import { delegateActor, type Helped, type HelpedWith, refuseAfterAll, requireMay } from './helped.ts';

/** What became of it. `code` says why it was not done. */
export interface Help {
  outcome: 'done' | 'refused' | 'failed' | 'unknown';
  code?: string;
  verdicts?: PasswordVerdict[];
  /** The password that was made. */
  password?: string;
  mustChange?: boolean;
  /** The link that was sent: where, as an agent may see it, and the number to read out. */
  link?: { to: string; number: string };
  /** Where the password that was made was sent, as an agent may see it; it is told to nobody then. */
  sentTo?: string;
  /** The temporary pass that was issued. Until when it, or the link, is good; milliseconds since 1970. */
  pass?: string;
  /** How many proofs were removed. */
  removed?: number;
  endsAt?: number;
}

/** How fresh the proofs of who acts must be; milliseconds. */
const FRESH_FOR = 5 * 60_000;

/**
 * Unlocks somebody else's account, by a role: as their direct manager, or else in a case.
 * @throws AppError `session.step-up-needed`, `access.refused`, `account.write-open`, `case.*` as `basisFor` and `warrantFor`, and as `requireMay`
 */
export async function helpUnlock(deps: ActDeps, session: Session, ref: AccountRef, inCase?: InCase): Promise<Help> {
  requireFresh(deps, session);
  const helped = await requireMay(deps, session, 'unlock-account', ref);
  return notingWithoutCase(deps, session, helped, { action: 'unlock-account', inCase }, async () => {
    const basis = await basisFor(deps, helped, inCase);
    if (helped.takesSecond) await requireWritable(deps, helped);
    const warrant = await warrantFor(deps, session, helped, basis);
    return helpOf(await write(deps, session, helped, warrant, (request) => unlockAccount(deps, request)));
  });
}

/** For a reset: the password where one is given, and the number of theirs, by its id, that one which is made is sent to. */
interface AskedReset {
  readonly password?: string | undefined;
  readonly sendTo?: string | undefined;
}

/**
 * Sets a password for somebody else, by a role; they must choose their own at the next sign-in. One is made where none is given.
 * @param sendTo a number of theirs, by its id, that it is sent to; without one it is told to who acts
 * @throws AppError `case.reset-way-refused`, `case.channel-unknown`, `case.too-often`, and as `helpUnlock`
 */
export async function helpReset(deps: ActDeps, session: Session, ref: AccountRef, asked: AskedReset, inCase?: InCase): Promise<Help> {
  requireFresh(deps, session);
  const helped = await requireMay(deps, session, 'reset-password', ref);
  const work = () => reset(deps, session, helped, asked, inCase);
  return notingWithoutCase(deps, session, helped, { action: 'reset-password', inCase }, work);
}

async function reset(
  deps: ActDeps,
  session: Session,
  helped: HelpedWith,
  { password: given, sendTo }: AskedReset,
  inCase: InCase | undefined,
): Promise<Help> {
  // In no case only managers act, who tell it themselves.
  const way = sendTo === undefined ? 'told' : 'sent-by-text';
  if (inCase !== undefined ? !helped.resetBy.includes(way) : way !== 'told') throw new AppError('case.reset-way-refused');
  const basis = await basisFor(deps, helped, inCase);
  const number = inCase === undefined || sendTo === undefined ? null : await passwordNumber(deps, session, helped, { inCase, sendTo });
  const password = number === null && given !== undefined ? given : newPassword(deps);
  const verdicts = await refusedBy(deps, helped, password);
  if (verdicts !== null) return { outcome: 'refused', verdicts };
  if (helped.takesSecond) await requireWritable(deps, helped);
  const warrant = await warrantFor(deps, session, helped, basis);
  await number?.pay();
  const unlock = deps.configuration().recovery.unlockOnReset;
  const [result] = await write(deps, session, helped, warrant, (request) =>
    resetPassword(deps, { ...withPasswordText(request, number, password), password, unlock, mustChange: true }),
  );
  const help = helpOf(result === undefined ? [] : [result]);
  if (help.outcome !== 'done') return help;
  const mustChange = result?.unmet?.includes('must-change') !== true;
  if (number !== null) {
    deps.wakeOutbox('code');
    return { ...help, mustChange, sentTo: number.to };
  }
  return { ...help, mustChange, ...(given === undefined ? { password } : {}) };
}

/** What a temporary password is sent by, when it is set. */
function withPasswordText(request: WriteRequest, number: PasswordNumber | null, password: string): WriteRequest {
  if (number === null) return request;
  return {
    ...request,
    conclude: async (store, results) => {
      await request.conclude(store, results);
      // Where it is not known whether it was set nobody is sent one.
      if (results[0]?.status === 'done') await number.send(store, password);
    },
  };
}

/**
 * Does what is asked without a case, or in one. Whoever needs a case and comes without one, and of whom they would help that their account
 * is closed, is written down: what is refused in a case is written down there.
 * @throws AppError as `work`
 */
async function notingWithoutCase<T>(
  deps: ActDeps,
  session: Session,
  helped: HelpedWith,
  { action, inCase }: { action: PersonPermission; inCase: InCase | undefined },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = isAppError(error, 'case.receipt-needed') ? ('receipt-needed' as const) : barredReason(error);
    if (inCase === undefined && reason !== null) {
      const account = { directory: helped.account.directory, id: helped.account.id };
      const about = { actor: delegateActor(deps, session), session: session.id };
      const reasons = [{ account, action, reason }];
      await deps.store.transaction((store) => recordEvent(store, deps.clock, { type: 'access.refused', ...about, reasons }));
    }
    throw error;
  }
}

/** All kinds that the session rests on, given anew. @throws AppError `session.step-up-needed`, `session.for-enrolment-only` */
export function requireFresh({ act, configuration }: ActDeps, session: Session): void {
  requireFreshProof(act, session, allGivenAnew(configuration(), session, FRESH_FOR));
}

/** 80 random bits to be read out, with letters of both sizes, digits and signs. */
function newPassword({ random }: ActDeps): string {
  return `Kt-${inGroups(randomReadable(random, 16))}-x7`;
}

async function refusedBy(deps: ActDeps, { directory, account }: Helped, password: string): Promise<PasswordVerdict[] | null> {
  const facts = await refuseAfterAll(() => directory.readFacts(account));
  const own = rulesOf(facts.policy, facts.account, facts.status, deps.act.at);
  const rules = mergeRules([own, organisationRules(deps.configuration().passwordRules, facts.account)]);
  const { verdicts, acceptable } = await judgeNewPassword(deps, password, rules);
  return acceptable ? null : verdicts;
}

/** Read on the server that will write: what forbids it there forbids it. @throws AppError as `barredError`, `access.refused`, `directory.*` */
async function preparedFor(deps: ActDeps, ref: AccountRef): Promise<PreparedWrite[]> {
  const { prepared, barred } = await refuseAfterAll(() => prepareWrites(deps, [ref]));
  const [first] = barred;
  if (first !== undefined) throw barredError(first.reason);
  return prepared;
}

/** That an account could be written to now, before a second agent is asked. @throws AppError as `preparedFor` */
async function requireWritable(deps: ActDeps, { account: { directory, id } }: Helped): Promise<void> {
  await preparedFor(deps, { directory, id });
  if (await deps.store.freezes.isFrozen({ directory, id })) throw barredError('recovery-frozen');
}

async function write(
  deps: ActDeps,
  session: Session,
  { account }: Helped,
  warrant: Warrant,
  execute: (request: WriteRequest) => Promise<WriteResult[]>,
): Promise<WriteResult[]> {
  const ref = { directory: account.directory, id: account.id };
  const logEnd = await readLogEnd(deps.store);
  const prepared = await preparedFor(deps, ref);
  return execute({
    accounts: prepared,
    logEnd,
    actor: delegateActor(deps, session),
    proof: [...new Set(session.proofs.map(({ kind }) => kind))],
    journeyId: null,
    language: session.language,
    ...backingOf(warrant),
    consume: async (store: Store, intents) => {
      await requireOpen(deps, store, session);
      if (await store.freezes.isFrozen(ref)) throw barredError('recovery-frozen');
      if (await store.freezes.isFrozen(session.account)) throw new AppError('access.refused');
      await useWarrant(deps, store, session, warrant, intents);
    },
    conclude: (store, results) => settleWarrant(deps, store, session, warrant, results),
  });
}

function helpOf([result]: readonly WriteResult[]): Help {
  if (result === undefined) return { outcome: 'failed' };
  const { status, reason } = result;
  if (status === 'open' || status === 'unknown') return { outcome: 'unknown' };
  return { outcome: status, ...(status === 'done' || reason === undefined ? {} : { code: reason }) };
}
