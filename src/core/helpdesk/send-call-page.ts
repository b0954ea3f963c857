import { AppError } from '../../../shared/errors.ts';
import { delegateActor } from '../access/helped.ts';
import { recordEvent } from '../audit/record-event.ts';
import { factorsThatCount } from '../enrolment/factors-of.ts';
import type { ActDeps } from '../journey/act.ts';
import { queueSecret } from '../notify/queue-secret.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { mayMessage, messageTo, requireCaller, requireStill } from './caller.ts';
import { aboutCase, type HelpCase, moveCase } from './help-case.ts';
import { notingRefusal } from './note-refusal.ts';
import { findCase } from './own-cases.ts';

/** Times that the address is sent in one case, and how long until the next one; milliseconds. */
const MOST = 3;
const WAIT = 60_000;

/** Over what the address goes to the caller. */
export type PageChannel = 'email' | 'sms';

/**
 * Sends the caller the address of the page on which they prove who they are, to what they have enrolled. It holds no secret and opens
 * nothing: whoever reads it comes to the page that everybody can open, and has to prove who they are and to hear the number as before.
 * The owner of an account that somebody else is calling about learns of it.
 * @throws AppError `case.unknown`, `case.passed`, `case.nothing-enrolled`, `case.too-often`, and as `requireMay`
 */
export function sendCallPage(deps: ActDeps, session: Session, id: string, channel: PageChannel): Promise<HelpCase> {
  return notingRefusal(deps, session, id, () => send(deps, session, id, channel));
}

async function send(deps: ActDeps, session: Session, id: string, channel: PageChannel): Promise<HelpCase> {
  const helpCase = await findCase(deps, session, id);
  const { account } = await requireCaller(deps, session, helpCase, null);
  const factors = (await factorsThatCount(deps, account)).filter(({ kind }) => kind === channel);
  if (factors.length === 0) throw new AppError('case.nothing-enrolled');
  const { times = 0, at = 0 } = helpCase.facts.page ?? {};
  const now = deps.act.at;
  if (times >= MOST || at + WAIT > now) throw new AppError('case.too-often');
  const moved = await deps.store.transaction(async (store) => {
    await requireStill(deps, store, session, helpCase);
    // Nothing was sent, and the case stays as it was; what the owner is told of it is kept.
    if (!(await queue(deps, store, session, { helpCase, factors, channel, language: account.language }))) return null;
    const about = { ...aboutCase(helpCase), actor: delegateActor(deps, session) };
    await recordEvent(store, deps.clock, { type: 'case.page-sent', ...about, factor: channel });
    const after = await moveCase(store, helpCase, { facts: { page: { times: times + 1, at: now, channel } } });
    if (after === null) throw new AppError('case.passed');
    return after;
  });
  deps.wakeOutbox('code');
  deps.wakeOutbox('notice');
  if (moved === null) throw new AppError('case.too-often');
  return moved;
}

interface Sending {
  helpCase: HelpCase;
  factors: FactorRow[];
  channel: PageChannel;
  /** Of the owner, where the directory knows it. */
  language: string | null;
}

/** Queues the messages, where the limits leave any. */
async function queue(deps: ActDeps, store: Store, session: Session, sending: Sending): Promise<boolean> {
  const { helpCase, factors, channel } = sending;
  const texts = channel === 'sms' ? factors.length : 0;
  if (!(await mayMessage(deps, store, session, { account: helpCase.account, factors, texts }))) return false;
  const { parameters, ...whom } = messageTo(deps, helpCase, sending.language);
  const link = `${deps.configuration().organisation.publicUrl.replace(/\/+$/, '')}/call`;
  const over = channel === 'email' ? 'mail' : 'sms';
  for (const { secret: to } of factors) {
    const request = { kind: 'call-page' as const, to, ...whom, parameters: { ...parameters, link }, expiresAt: helpCase.row.expiresAt };
    await queueSecret(deps, store, over, request);
  }
  return true;
}
