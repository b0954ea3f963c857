import { AppError } from '../../../../shared/errors.ts';
import { barredError } from '../../access/barred-error.ts';
import { type Help, requireFresh } from '../../access/help.ts';
import { delegateActor, type HelpedWith, requireMay } from '../../access/helped.ts';
import { readBarred } from '../../accounts/judge-account.ts';
import { recordEvent } from '../../audit/record-event.ts';
import { requireOpen } from '../../enrolment/own-session.ts';
import type { ActDeps } from '../../journey/act.ts';
import { queueSecret, type SecretRequest } from '../../notify/queue-secret.ts';
import { composeText } from '../../notify/queue-sms.ts';
import { smsSegments } from '../../notify/sms-length.ts';
import type { FactorRow, Store } from '../../ports/store.ts';
import { randomCode, randomId, randomToken } from '../../random-id.ts';
import type { Session } from '../../sessions/session.ts';
import { isRaisedSince } from '../../threat/raised-since.ts';
import { mayMessage, messageTo } from '../caller.ts';
import { aboutCase, type HelpCase, moveCase } from '../help-case.ts';
import { maskContact } from '../mask-contact.ts';
import { findCase } from '../own-cases.ts';
import { requireApproverStands } from '../second-agent.ts';
import { basisFor, requireReceiptStands, warrantFor } from '../warrant.ts';
import { linkChannels, passwordChannels } from './channels.ts';
import { digestOfLink, type ResetLink } from './reset-link.ts';

const NUMBER_DIGITS = 4;

/** What an agent may choose from to give somebody a password. */
export interface ResetChoice {
  readonly ways: HelpedWith['resetBy'];
  /** Mailboxes and numbers for a link, as an agent may see them. */
  readonly channels: readonly Channel[];
  /** Numbers that a temporary password may be sent to. */
  readonly numbers: readonly Channel[];
}

export interface Channel {
  readonly id: string;
  readonly to: string;
  readonly over: 'email' | 'sms';
}

/**
 * How the password of the person of a case may be set, asked anew each time.
 * @throws AppError `case.unknown`, `case.passed` for one about something else, and as `requireMay`
 */
export async function resetChoice(deps: ActDeps, session: Session, id: string): Promise<ResetChoice> {
  const { account: ref, action } = await findCase(deps, session, id);
  if (action !== 'reset-password') throw new AppError('case.passed');
  const { account, resetBy } = await requireMay(deps, session, 'reset-password', ref);
  const [channels, numbers] = await Promise.all([linkChannels(deps, account, resetBy), passwordChannels(deps, account, resetBy)]);
  return { ways: resetBy, channels: channels.map(shown), numbers: numbers.map(shown) };
}

function shown({ id, kind, label }: FactorRow): Channel {
  return { id, to: maskContact(kind, label), over: kind === 'sms' ? 'sms' : 'email' };
}

/**
 * Sends the person of a case a link by which they set their own password, so that nobody tells anybody one. It rests on the receipt, which
 * is used up when a password is written by it; until then another link can be sent in its place, for as long as the receipt is good.
 * @param to a mailbox or a number, by its id
 * @returns the number that the agent reads out, which no message has
 * @throws AppError `case.reset-way-refused`, `case.channel-unknown`, `case.too-often` for a text message, `case.passed`, `case.receipt-needed`, and as `helpReset`
 */
export async function sendResetLink(deps: ActDeps, session: Session, helpCase: HelpCase, to: string): Promise<Help> {
  requireFresh(deps, session);
  const helped = await requireMay(deps, session, 'reset-password', helpCase.account);
  const mayLink = helped.resetBy.some((way) => way === 'link' || way === 'link-by-text');
  if (helpCase.action !== 'reset-password' || !mayLink) throw new AppError('case.reset-way-refused');
  const basis = await basisFor(deps, helped, { helpCase, unverified: false });
  // Nobody is sent to a page that would refuse them in the end.
  const asked = { goal: 'reset-password' as const, frozen: deps.store.freezes.isFrozen(helpCase.account) };
  const { reason } = await readBarred(deps, helped.directory, helped.account, asked);
  if (reason !== null) throw barredError(reason);
  const channel = (await linkChannels(deps, helped.account, helped.resetBy)).find(({ id }) => id === to);
  if (channel === undefined) throw new AppError('case.channel-unknown');
  const warrant = await warrantFor(deps, session, helped, basis);
  const secret = randomToken(deps.random);
  const link: ResetLink = {
    id: randomId(deps.random),
    digest: digestOfLink(deps, helpCase.row.id, secret),
    number: randomCode(deps.random, NUMBER_DIGITS),
    to: maskContact(channel.kind, channel.label),
    channel: channel.id,
    endsAt: deps.act.at + deps.configuration().helpdesk.linkMinutes * 60_000,
    opened: 0,
  };
  const request = linkMessage(deps, { helped, to: channel.secret, link, helpCase, secret });
  const isText = channel.kind === 'sms';
  const isSent = await deps.store.transaction(async (store) => {
    await requireOpen(deps, store, session);
    if (isText && !(await mayText(deps, store, session, { helpCase, channel, request }))) return false;
    const about = { ...aboutCase(helpCase), actor: delegateActor(deps, session) };
    await recordEvent(store, deps.clock, { type: 'case.link-sent', ...about, to: link.to, endsAt: link.endsAt });
    // After the log, whose end it locks: whoever freezes, links or writes is either seen, or comes after.
    if (await store.freezes.isFrozen(helpCase.account)) throw barredError('recovery-frozen');
    if (await store.freezes.isFrozen(session.account)) throw new AppError('access.refused');
    await requireApproverStands(store, warrant);
    await requireReceiptStands(deps, store, warrant);
    // The link would not work: it outlives the minutes of the receipt, and so is held to more.
    if (await isRaisedSince(store, helpCase.facts.threat)) throw new AppError('case.receipt-needed');
    if ((await moveCase(store, helpCase, { state: 'sent', facts: { link } })) === null) throw new AppError('case.passed');
    await queueSecret(deps, store, isText ? 'sms' : 'mail', request);
    return true;
  });
  deps.wakeOutbox('code');
  deps.wakeOutbox('notice');
  // Nothing was sent; what the owner is told of it is kept.
  if (!isSent) throw new AppError('case.too-often');
  return { outcome: 'done', link: { to: link.to, number: link.number }, endsAt: link.endsAt };
}

interface Sending {
  helped: HelpedWith;
  helpCase: HelpCase;
  to: string;
  link: ResetLink;
  secret: string;
}

/** The secret stands in the fragment, which no server is sent, and opening the page spends nothing: scanners of mails open every link. */
function linkMessage(deps: ActDeps, { helped, to, link, helpCase, secret }: Sending): SecretRequest {
  const { parameters, ...whom } = messageTo(deps, helpCase, helped.account.language);
  const { publicUrl } = deps.configuration().organisation;
  const address = `${publicUrl.replace(/\/+$/, '')}/helpdesk-link#${helpCase.row.id}.${secret}`;
  const given = { ...parameters, account: helped.account.login, endsAt: link.endsAt, link: address };
  return { kind: 'helpdesk-link', to, ...whom, parameters: given, expiresAt: link.endsAt };
}

/** By the limits of other texts; a link may be as long as several. */
function mayText(
  deps: ActDeps,
  store: Store,
  session: Session,
  { helpCase, channel, request }: { helpCase: HelpCase; channel: FactorRow; request: SecretRequest },
): Promise<boolean> {
  const texts = smsSegments(composeText(deps, request));
  return mayMessage(deps, store, session, { account: helpCase.account, factors: [channel], texts });
}
