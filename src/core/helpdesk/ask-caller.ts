import { AppError } from '../../../shared/errors.ts';
import { delegateActor } from '../access/helped.ts';
import { recordEvent } from '../audit/record-event.ts';
import { factorsThatCount } from '../enrolment/factors-of.ts';
import type { Question } from '../factors/factor.ts';
import type { ActDeps } from '../journey/act.ts';
import { kindsParameter } from '../notify/kinds-in-words.ts';
import { queueSecret, type SecretRequest } from '../notify/queue-secret.ts';
import { composeText } from '../notify/queue-sms.ts';
import { smsSegments } from '../notify/sms-length.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import type { Session } from '../sessions/session.ts';
import { callerOf, enrolledOf, mayMessage, messageTo, requireCaller, requireStill } from './caller.ts';
import { type AskedCaller, aboutCase, type HelpCase, moveCase, type TypedKind } from './help-case.ts';
import { knowsAnswers } from './knows-answers.ts';
import { notingRefusal } from './note-refusal.ts';
import { findCase } from './own-cases.ts';

/**
 * Asks the caller for something that the agent types for them: a code that is sent to what they have enrolled or that their authenticator
 * shows, or the answers to their questions, where the agent has not typed these before. Asking for something else takes back what was asked
 * before.
 * @throws AppError `case.unknown`, `case.passed`, `case.way-refused`, `case.nothing-enrolled`, `case.too-often`, and as `requireMay`
 */
export function askCaller(deps: ActDeps, session: Session, id: string, kind: TypedKind): Promise<HelpCase> {
  return notingRefusal(deps, session, id, () => ask(deps, session, id, kind));
}

async function ask(deps: ActDeps, session: Session, id: string, kind: TypedKind): Promise<HelpCase> {
  const helpCase = await findCase(deps, session, id);
  const way = kind === 'questions' ? 'questions' : 'read-back';
  const helped = await requireCaller(deps, session, helpCase, way);
  const { facts, row } = helpCase;
  const { resendAt = {}, readOut = [] } = facts;
  const factors = (await factorsThatCount(deps, helped.account)).filter((factor) => factor.kind === kind);
  // A kind that was read out already says nothing more: what is wanted is another.
  if (factors.length === 0 || readOut.includes(kind)) throw new AppError('case.nothing-enrolled');
  for (const questions of way === 'questions' ? factors : [])
    if (await knowsAnswers(deps.store, { agent: session.account, person: helpCase.account, questions }))
      throw new AppError('case.nothing-enrolled');
  const factor = deps.factor(kind);
  const challenge = randomId(deps.random);
  const question = await factor.ask(challenge, enrolledOf(callerOf(helped), factors));
  const questions = question.questions ?? [];
  if (way === 'questions' && questions.length < deps.configuration().helpdesk.questionsNeeded) throw new AppError('case.nothing-enrolled');
  const now = deps.act.at;
  if ((resendAt[kind] ?? 0) > now) throw new AppError('case.too-often');
  const [lifetime, wait] = [factor.lifetime(), factor.resendWait()];
  const asked: AskedCaller = {
    ...{ kind, challenge, expected: question.expected, questions },
    expiresAt: lifetime === null ? row.expiresAt : Math.min(row.expiresAt, now + lifetime),
  };
  const moved = await deps.store.transaction(async (store) => {
    await requireStill(deps, store, session, helpCase);
    const granted = await send(deps, store, session, helpCase, { question, asked, factors, language: helped.account.language });
    // Nothing was sent, and the case stays as it was; what the owner is told of it is kept.
    if (!granted) return null;
    await recordEvent(store, deps.clock, { type: 'case.asked', ...aboutCase(helpCase), actor: delegateActor(deps, session), factor: kind });
    const after = await moveCase(store, helpCase, {
      facts: { asked, ...(wait === null ? {} : { resendAt: { ...resendAt, [kind]: now + wait } }) },
    });
    if (after === null) throw new AppError('case.passed');
    return after;
  });
  deps.wakeOutbox('code');
  deps.wakeOutbox('notice');
  if (moved === null) throw new AppError('case.too-often');
  return moved;
}

interface Asking {
  question: Question;
  asked: AskedCaller;
  factors: FactorRow[];
  language: string | null;
}

/** Queues the messages, where the limits leave any. */
async function send(
  deps: ActDeps,
  store: Store,
  session: Session,
  helpCase: HelpCase,
  { question: { messages }, asked, factors, language: known }: Asking,
): Promise<boolean> {
  if (messages.length === 0) return true;
  const { parameters, ...whom } = messageTo(deps, helpCase, known);
  const minutes = Math.max(1, Math.floor((asked.expiresAt - deps.act.at) / 60_000));
  const about = { ...parameters, action: helpCase.action, ...kindsParameter(helpCase.facts.kinds), minutes };
  const requests = messages.map(({ channel, to, code }) => {
    const request: SecretRequest = { kind: 'call-code', to, ...whom, parameters: { ...about, code }, expiresAt: asked.expiresAt };
    return { channel, request };
  });
  // Of many kinds that are removed a text is as long as two.
  const texts = requests.reduce((sum, { channel, request }) => sum + (channel === 'sms' ? smsSegments(composeText(deps, request)) : 0), 0);
  if (!(await mayMessage(deps, store, session, { account: helpCase.account, factors, texts }))) return false;
  for (const { channel, request } of requests) await queueSecret(deps, store, channel, request);
  return true;
}
