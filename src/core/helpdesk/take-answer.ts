import { AppError } from '../../../shared/errors.ts';
import { delegateActor } from '../access/helped.ts';
import type { Candidate } from '../accounts/candidate.ts';
import { readLogEnd } from '../audit/log-end.ts';
import { recordEvent, recordEvents } from '../audit/record-event.ts';
import { factorsThatCount } from '../enrolment/factors-of.ts';
import type { Judgement } from '../factors/factor.ts';
import type { ActDeps } from '../journey/act.ts';
import { settleProofs } from '../journey/prove.ts';
import { shownOf } from '../journey/shown-proof.ts';
import { tellOfAttack } from '../journey/tell-of-attack.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { askedAtHelpdesk, callerOf, enrolledOf, requireCaller, requireStill } from './caller.ts';
import { MOST_TRIES } from './confirm-call.ts';
import { type AskedCaller, aboutCase, endCase, type HelpCase, moveCase } from './help-case.ts';
import { notingRefusal } from './note-refusal.ts';
import { findCase } from './own-cases.ts';
import { verifyBy } from './verify-by.ts';

/** What the agent types for the caller: a code, or an answer to each question in their order. */
export type Typed = { readonly code: string } | { readonly answers: readonly string[] };

/**
 * Takes what a caller has told the agent. It is counted before anybody judges it, on the case and against the person, and is never written
 * down. With enough of it there is a receipt; the third wrong one ends the case.
 * @throws AppError `case.unknown`, `case.passed`, `case.nothing-asked`, `case.way-refused`, `case.answer-wrong`, `case.too-often`, and as
 *   `requireMay`
 */
export function takeAnswer(deps: ActDeps, session: Session, id: string, typed: Typed): Promise<HelpCase> {
  return notingRefusal(deps, session, id, () => take(deps, session, id, typed));
}

async function take(deps: ActDeps, session: Session, id: string, typed: Typed): Promise<HelpCase> {
  const helpCase = await findCase(deps, session, id);
  const { asked } = helpCase.facts;
  const way = asked?.kind === 'questions' ? 'questions' : 'read-back';
  const helped = await requireCaller(deps, session, helpCase, way);
  if (asked === undefined || asked === null || asked.expiresAt <= deps.act.at) throw new AppError('case.nothing-asked');
  const factor = deps.factor(asked.kind);
  const answer = answerTo(asked, typed);
  // What cannot be right by its form alone costs no try, as everywhere.
  if (answer === null || !factor.canBe(answer as never)) throw new AppError('case.answer-unlike');
  const factors = (await factorsThatCount(deps, helped.account)).filter(({ kind }) => kind === asked.kind);
  const logEnd = await readLogEnd(deps.store);
  const counted = await count(deps, session, helpCase, factors);
  const given = { challengeId: asked.challenge, expected: asked.expected, answer: answer as never };
  const candidate = callerOf(helped);
  const judgement = await factor.judge({ ...given, enrolled: enrolledOf(candidate, factors) });
  const settled = await deps.store.transaction((store) =>
    settle(deps, store, session, counted, { asked, candidate, factors, judgement, logEnd }),
  );
  deps.wakeOutbox('notice');
  if (settled === null) throw new AppError('case.answer-wrong', { left: MOST_TRIES - counted.row.tries });
  return settled;
}

function answerTo({ kind, questions }: AskedCaller, typed: Typed): string | readonly string[] | null {
  if (kind !== 'questions') return 'code' in typed ? typed.code : null;
  return 'answers' in typed && typed.answers.length === questions.length ? typed.answers : null;
}

/** Counts it as wrong until it is known to be right: whoever dies in between has used up a try. */
async function count(deps: ActDeps, session: Session, helpCase: HelpCase, factors: readonly FactorRow[]): Promise<HelpCase> {
  const targets = askedAtHelpdesk(helpCase.account, factors);
  const counted = await deps.store.transaction(async (store) => {
    const { granted } = await deps.guard.mayTry(store, targets, [], deps.act.address, false);
    if (!granted) return null;
    await deps.guard.countFailure(store, targets, [], deps.act.address);
    await requireStill(deps, store, session, helpCase);
    const moved = await moveCase(store, helpCase, { tries: helpCase.row.tries + 1 });
    if (moved === null) throw new AppError('case.passed');
    return moved;
  });
  if (counted === null) throw new AppError('case.too-often');
  return counted;
}

interface Judged {
  asked: AskedCaller;
  candidate: Candidate;
  factors: FactorRow[];
  judgement: Judgement;
  logEnd: number;
}

/** @returns the case as it then is; null: the answer was wrong */
async function settle(
  deps: ActDeps,
  store: Store,
  session: Session,
  helpCase: HelpCase,
  { asked, candidate, factors, judgement, logEnd }: Judged,
): Promise<HelpCase | null> {
  const targets = askedAtHelpdesk(helpCase.account, factors);
  // Counters before anything else is locked, as everywhere; one that was wrong is counted once more.
  await deps.guard.giveBackFailure(store, targets, [], deps.act.address);
  await requireStill(deps, store, session, helpCase);
  const about = aboutAnswer(deps, session, helpCase, asked);
  const proofs = await settleProofs(store, judgement);
  if (proofs.length === 0) {
    const { attacked } = await deps.guard.countFailure(store, targets, [], deps.act.address);
    if (attacked) await tellOfAttack(deps, store, { asked: targets, what: 'failures', language: session.language });
    await refuse(deps, store, helpCase, about);
    return null;
  }
  await recordEvent(store, deps.clock, { type: 'case.answer-accepted', ...about });
  // What was said before somebody wrote to the account was said about an account that is no more.
  if (await store.intents.wroteSince(helpCase.account, helpCase.facts.logEnd, { intent: '' })) throw new AppError('case.passed');
  const readOut = [...(helpCase.facts.readOut ?? []), asked.kind];
  const shown = { ...helpCase.facts.shown, [asked.kind]: shownOf(asked.kind, proofs, enrolledOf(candidate, factors), logEnd) };
  const answered: HelpCase = { ...helpCase, facts: { ...helpCase.facts, asked: null, readOut, shown } };
  const method = methodOf(deps, asked, readOut);
  const tries = helpCase.row.tries - 1;
  const moved =
    method === null
      ? await moveCase(store, answered, { tries })
      : await verifyBy(deps, store, answered, { method, tries, by: about.actor, shown, logEnd });
  if (moved === null) throw new AppError('case.passed');
  return moved;
}

/** How the caller is verified by all that they gave; null: by nothing yet, more codes are needed. */
function methodOf({ configuration }: ActDeps, { kind, questions }: AskedCaller, readOut: AskedCaller['kind'][]) {
  if (kind === 'questions') return { way: 'questions' as const, proofs: [kind], answered: questions.length };
  const proofs = readOut.filter((each) => each !== 'questions');
  return proofs.length < configuration().helpdesk.codesNeeded ? null : { way: 'read-back' as const, proofs };
}

/** The third wrong one ends the case. */
async function refuse(deps: ActDeps, store: Store, helpCase: HelpCase, about: ReturnType<typeof aboutAnswer>): Promise<void> {
  const triesLeft = MOST_TRIES - helpCase.row.tries;
  const refused = { type: 'case.answer-refused', ...about, triesLeft } as const;
  if (triesLeft > 0) return recordEvent(store, deps.clock, refused);
  const { factor: _, ...aboutEnd } = about;
  await recordEvents(store, deps.clock, refused, { type: 'case.closed', ...aboutEnd, because: 'too-many-tries' });
  if ((await endCase(store, helpCase, 'too-many-tries', deps.act.at)) === null) throw new AppError('case.passed');
}

function aboutAnswer(deps: ActDeps, session: Session, helpCase: HelpCase, { kind }: AskedCaller) {
  return { ...aboutCase(helpCase), actor: delegateActor(deps, session), factor: kind };
}
