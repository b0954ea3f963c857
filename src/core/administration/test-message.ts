import type { TestedMail, TestedText, TestTextRequest } from '../../../shared/api/test-message.ts';
import type { MailPreviewRequest } from '../../../shared/api/words-preview.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { factorsThatCount } from '../enrolment/factors-of.ts';
import { mailAddressKey } from '../enrolment/mail-address.ts';
import { countTestMessage } from '../enrolment/own-address-limits.ts';
import { ownAccount } from '../enrolment/own-proofs.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import { readPhoneNumber } from '../enrolment/phone-number.ts';
import { maskContact } from '../helpdesk/mask-contact.ts';
import type { ActDeps } from '../journey/act.ts';
import { slowDown } from '../journey/start-journey.ts';
import { sampleMail } from '../notify/preview-mail.ts';
import { troubleOf } from '../notify/trouble-of.ts';
import type { Trouble } from '../ports/directory-finder.ts';
import type { Channels } from '../ports/platform.ts';
import { randomId } from '../random-id.ts';
import type { Session } from '../sessions/session.ts';

export interface TestDeps extends ActDeps {
  readonly channels: () => Channels;
}

/** Who wants to see whether something arrives: somebody who could put it into force. */
interface Tester {
  readonly session: Session;
  readonly actor: Actor;
}

/**
 * Sends a mail in words that are not saved, with sample values, to an address of the administrator's own that counts: words that nobody
 * has put into force go to nobody else. Its subject says that it is a test.
 * @param to id of a proof of their own
 * @throws AppError `message.address-not-own`, `guard.slow-down`, `session.ended`, `directory.*`
 */
export async function testMail(
  deps: TestDeps,
  tester: Tester,
  { to: proof, ...wanted }: MailPreviewRequest & { readonly to: string },
): Promise<TestedMail> {
  const { problems, own } = sampleMail(deps, wanted);
  if (own === null) return { problems, sent: false, trouble: null };
  const to = await ownAddress(deps, tester, 'email', proof);
  const subject = deps.texts.translate(wanted.language, 'mail.test.subject', { subject: own.subject });
  const send = () => deps.channels().mailer.send({ ...own, subject, to, messageId: randomId(deps.random) });
  const trouble = await tried(deps, tester, { kind: 'email', to, of: wanted.notice }, send);
  return { problems, sent: trouble === null, trouble };
}

/**
 * Sends a text by one gateway of the configuration in force, and by no other, to a number of the administrator's own or one that they
 * typed. Only what is in force is tried: one that is not would have secrets of this machine sent where somebody likes.
 * @throws AppError `sms.gateway-unknown`, `message.address-not-own`, `enrolment.number-invalid`, `guard.slow-down`, `session.ended`,
 * `directory.*`
 */
export async function testText(deps: TestDeps, tester: Tester, { gateway, to: given }: TestTextRequest): Promise<TestedText> {
  const { sms } = deps.configuration();
  const { sms: sender } = deps.channels();
  const names = sms?.kind === 'http' ? sms.gateways.map(({ name }) => name) : sms === undefined ? [] : [CAPTURE];
  if (sender === null || !names.includes(gateway)) throw new AppError('sms.gateway-unknown', { gateway });
  const to = 'proof' in given ? await ownAddress(deps, tester, 'sms', given.proof) : typedNumber(deps, given.number);
  const text = deps.texts.translate(tester.session.language, 'sms.test', { gateway });
  const send = () => sender.sendBy(gateway, { to, text, messageId: randomId(deps.random) });
  const trouble = await tried(deps, tester, { kind: 'sms', to, of: gateway }, send);
  return { sent: trouble === null, trouble };
}

/** What stands in for a gateway in demo mode. */
const CAPTURE = 'capture';

/** @throws AppError `message.address-not-own`, `directory.*` */
async function ownAddress(deps: TestDeps, { session }: Tester, kind: 'email' | 'sms', id: string): Promise<string> {
  // Who was let in for an emergency is nobody of any directory.
  const own = session.rights === 'emergency' ? [] : await factorsThatCount(deps, await ownAccount(deps, session));
  const found = own.find((factor) => factor.kind === kind && factor.id === id);
  if (found === undefined) throw new AppError('message.address-not-own');
  return found.secret;
}

/** @throws AppError `enrolment.number-invalid` */
function typedNumber({ configuration }: TestDeps, typed: string): string {
  const read = readPhoneNumber(typed, configuration().sms?.countries ?? []);
  if ('problem' in read) throw new AppError('enrolment.number-invalid', read);
  return read.number;
}

/** Counts it, writes it down, and does it: in this order, so that nothing leaves that nobody finds again. */
async function tried(
  deps: TestDeps,
  { session, actor }: Tester,
  { kind, to, of }: { kind: 'email' | 'sms'; to: string; of: string },
  send: () => Promise<void>,
): Promise<Trouble | null> {
  const key = kind === 'email' ? mailAddressKey(to) : to;
  const retryAt = await countTestMessage(deps, deps.store, session, { kind, key });
  if (retryAt !== null) throw slowDown(deps.act, retryAt);
  const about = { actor, session: session.id, channel: kind, to: maskContact(kind, to), of };
  await deps.store.transaction(async (store) => {
    await recordEvent(store, deps.clock, { type: 'message.tested', ...about });
    await requireOpen(deps, store, session);
  });
  const trouble = await troubleOf(send);
  if (trouble !== null)
    await deps.store.transaction((store) =>
      recordEvent(store, deps.clock, { type: 'message.test-failed', ...about, problem: trouble.code }),
    );
  return trouble;
}
