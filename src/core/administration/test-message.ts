import type { TestedMail, TestedText, TestTextRequest } from '../../../shared/api/test-message.ts';
import type { MailPreviewRequest } from '../../../shared/api/words-preview.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CheckContext } from '../configuration/check-context.ts';
import type { SmsSettings } from '../configuration/sms-section.ts';
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
import type { Channels, SmsSender, TrySms } from '../ports/platform.ts';
import { randomId } from '../random-id.ts';
import type { Session } from '../sessions/session.ts';
import { judgeChange } from './judge-change.ts';

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

/** What a gateway that is not in force is tried with. */
export interface TestTextDeps extends TestDeps {
  readonly trySms: TrySms;
  readonly checkContext: CheckContext;
}

/**
 * Sends a text by one gateway, and by no other, to a number of the administrator's own or one that they typed. One that is not in force is
 * judged as if it were to be, with its whole configuration: nothing of this machine leaves for it that does not go there now, and what it
 * needs besides is given with the request.
 * @throws AppError `sms.gateway-unknown`, `message.address-not-own`, `enrolment.number-invalid`, `guard.slow-down`, `session.ended`,
 * `directory.*`; for a draft `configuration.not-in-order`, `configuration.read-only`, `configuration.conflict`
 */
export async function testText(deps: TestTextDeps, tester: Tester, { gateway, to: given, draft }: TestTextRequest): Promise<TestedText> {
  const { sms, sender, at } = draft === undefined ? inForce(deps) : await ofDraft(deps, draft);
  const names = sms?.kind === 'http' ? sms.gateways.map(({ name }) => name) : sms === undefined ? [] : [CAPTURE];
  if (sender === null || !names.includes(gateway)) throw new AppError('sms.gateway-unknown', { gateway });
  const to = 'proof' in given ? await ownAddress(deps, tester, 'sms', given.proof) : typedNumber(given.number, sms?.countries ?? []);
  const text = deps.texts.translate(tester.session.language, 'sms.test', { gateway });
  const send = () => sender.sendBy(gateway, { to, text, messageId: randomId(deps.random) });
  const trouble = await tried(deps, tester, { kind: 'sms', to, of: gateway, ...at(gateway) }, send);
  return { sent: trouble === null, trouble };
}

interface Gateways {
  readonly sms: SmsSettings | undefined;
  readonly sender: SmsSender | null;
  /** Where one is that is not in force. */
  at(gateway: string): { at?: string };
}

function inForce({ configuration, channels }: TestDeps): Gateways {
  return { sms: configuration().sms, sender: channels().sms, at: () => ({}) };
}

async function ofDraft(deps: TestTextDeps, { secrets = [], ...wanted }: NonNullable<TestTextRequest['draft']>): Promise<Gateways> {
  if (deps.configuration().administration.readOnlyInBrowser) throw new AppError('configuration.read-only');
  // What goes where now is told by what is in force: an older version may have sent a secret to a place that has it no more.
  const current = await deps.store.configurations.current();
  if (current?.version !== wanted.base)
    throw new AppError('configuration.conflict', { expected: wanted.base, current: current?.version ?? 0 });
  const given = new Map(secrets.map(({ reference, value }) => [reference, value]));
  const { configuration } = await judgeChange(deps, deps.checkContext, wanted, new Set(given.keys()));
  if (configuration === null) throw new AppError('configuration.not-in-order');
  const { sms } = configuration;
  if (sms?.kind !== 'http') return { sms, sender: null, at: () => ({}) };
  const originOf = (name: string) => sms.gateways.find((one) => one.name === name)?.url;
  return {
    sms,
    sender: deps.trySms(sms, given),
    at(gateway) {
      const url = originOf(gateway);
      return url === undefined ? {} : { at: new URL(url).origin };
    },
  };
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
function typedNumber(typed: string, countries: readonly string[]): string {
  const read = readPhoneNumber(typed, countries);
  if ('problem' in read) throw new AppError('enrolment.number-invalid', read);
  return read.number;
}

/** Counts it, writes it down, and does it: in this order, so that nothing leaves that nobody finds again. */
async function tried(
  deps: TestDeps,
  { session, actor }: Tester,
  { kind, to, of, at }: { kind: 'email' | 'sms'; to: string; of: string; at?: string },
  send: () => Promise<void>,
): Promise<Trouble | null> {
  const key = kind === 'email' ? mailAddressKey(to) : to;
  const retryAt = await countTestMessage(deps, deps.store, session, { kind, key });
  if (retryAt !== null) throw slowDown(deps.act, retryAt);
  const about = { actor, session: session.id, channel: kind, to: maskContact(kind, to), of, ...(at === undefined ? {} : { at }) };
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
