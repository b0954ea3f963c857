import type { FactorKind } from '../../../shared/api/journeys.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { WithheldReason } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { supportContact } from '../configuration/support-contact.ts';
import type { EnrolledCandidate, SecretMessage } from '../factors/factor.ts';
import { ownerLanguage } from '../notify/owner-language.ts';
import { queueSecret } from '../notify/queue-secret.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { askedFrom } from './asked-from.ts';
import { type EnrolledFor, enrolledFor } from './enrolled-for.ts';
import { askedOf } from './guard-targets.ts';
import type { AskedFactor, JourneyState, LoadedJourney } from './journey-state.ts';
import { tellOfAttack } from './tell-of-attack.ts';

/** Messages that one journey may ask for, for one factor. */
const SENDINGS_PER_JOURNEY = 4;

export interface PlannedChallenge {
  asked: AskedFactor;
  /** Somebody, or nobody in the same way, is sent a message. */
  sends: boolean;
  /** There is nothing that could be shown now, and why; for who has proven something alone. */
  nothing?: 'unanswered' | 'unusable';
  /** Writes challenge and messages; to be run in the transaction that advances the journey. */
  write(store: Store): Promise<void>;
}

/**
 * Plans a challenge of one kind: a code for each enrolled address, or a turn at the authenticator. Attempts already used
 * on an earlier challenge of the same kind stay used: a new code never gives new guesses (NIST SP 800-63B-4 3.1.3).
 *
 * In a transaction with its `store` only for kinds that send nothing: budgets of messages are counted before any other row is locked.
 * @param known everything that is enrolled, where it was read already
 */
export async function openChallenge(
  deps: ActDeps,
  store: Store,
  journey: LoadedJourney,
  kind: FactorKind,
  known?: EnrolledFor,
): Promise<PlannedChallenge> {
  const { state, row } = journey;
  const factor = deps.factor(kind);
  const before = state.asked[kind];
  const used = before === undefined ? 0 : ((await store.challenges.find(before.challengeId))?.attempts ?? 0);
  const named = new Set((state.candidates ?? []).map(({ ref }) => accountKey(ref)));
  const everything = known ?? (await enrolledFor(deps, state));
  const enrolled = everything.ofKind(kind).filter(({ candidate }) => named.has(accountKey(candidate.ref)));
  const challengeId = randomId(deps.random);
  const { expected, messages, questions, accounts } = await factor.ask(challengeId, enrolled);
  const asked = askedOf(deps, state);
  const { granted, attacked } =
    messages.length > 0 ? await deps.guard.spend(store, 'messages', asked, state.hasWorked) : { granted: false, attacked: false };
  const isKnown = asked.length > 0 && asked.every((one) => one.isKnown);
  const withinBill = await mayText(deps, store, { messages, granted, isKnown });
  const maySend = granted && withinBill;
  const now = deps.act.at;
  const lifetime = factor.lifetime();
  const expiresAt = Math.min(row.expiresAt, lifetime === null ? row.expiresAt : now + lifetime);
  const sendings = (before?.sendings ?? 0) + 1;
  const wait = factor.resendWait();
  const maximumAttempts = factor.maximumAttempts();
  const askedFactor: AskedFactor = {
    challengeId,
    sentAt: messages.length > 0 ? now : null,
    resendAt: wait === null || sendings >= SENDINGS_PER_JOURNEY ? null : now + wait,
    expiresAt,
    sendings,
    attemptsLeft: Math.max(0, maximumAttempts - used),
    ...(questions === undefined ? {} : { questions }),
    ...(accounts === undefined ? {} : { accounts: accounts.usable }),
  };
  const write: PlannedChallenge['write'] = async (writing) => {
    await writing.challenges.insert({
      id: challengeId,
      journeyId: row.id,
      kind,
      expected,
      attempts: used,
      maximumAttempts,
      expiresAt,
      consumedAt: null,
    });
    for (const message of messages) {
      const language = ownerLanguage(deps, languageOf(state, message.account));
      const parameters = codeParameters(deps, state, { code: message.code, lifetime: lifetime ?? 0, language });
      const to = maySend ? message.to : null;
      const directory = message.account?.directory ?? null;
      await queueSecret(deps, writing, message.channel, { kind: 'code', to, directory, language, parameters, expiresAt });
    }
    if (attacked) await tellOfAttack(deps, writing, { asked, what: 'messages', language: state.language });
    if (messages.length > 0) {
      const about = { journey: row.id, actor: journeyActor(deps.act, state), factor: kind };
      const accounts = enrolled.map(({ candidate }) => candidate.ref);
      const reason = withheldBecause(enrolled, granted, withinBill);
      if (reason === null) await recordEvent(writing, deps.clock, { type: 'journey.code-sent', ...about, accounts });
      else await recordEvent(writing, deps.clock, { type: 'journey.code-withheld', ...about, accounts, reason });
    }
  };
  const isNothing = accounts !== undefined && accounts.usable.length === 0;
  const nothing = isNothing ? { nothing: accounts.unanswered ? ('unanswered' as const) : ('unusable' as const) } : {};
  return { asked: askedFactor, sends: messages.length > 0, ...nothing, write };
}

/** Why nobody is sent a code, while the page says the same as always; null: somebody is. */
function withheldBecause(enrolled: readonly EnrolledCandidate[], granted: boolean, withinBill: boolean): WithheldReason | null {
  if (enrolled.length === 0) return 'leads-nowhere';
  if (enrolled.every(({ factors }) => factors.length === 0)) return 'not-enrolled';
  if (!granted) return 'too-many-messages';
  return withinBill ? null : 'too-many-texts';
}

/** Texts cost money: only those that would leave count, and a name that leads nowhere asks the same counter for none. */
async function mayText(
  deps: ActDeps,
  store: Store,
  { messages, granted, isKnown }: { messages: readonly SecretMessage[]; granted: boolean; isKnown: boolean },
): Promise<boolean> {
  const texts = messages.filter(({ channel }) => channel === 'sms');
  if (texts.length === 0) return true;
  return deps.guard.spendTexts(store, granted ? texts.filter(({ to }) => to !== null).length : 0, isKnown);
}

function languageOf(state: JourneyState, account: AccountRef | null): string | null {
  if (account === null) return null;
  return (state.candidates ?? []).find(({ ref }) => accountKey(ref) === accountKey(account))?.language ?? null;
}

function codeParameters(
  deps: ActDeps,
  state: JourneyState,
  { code, lifetime, language }: { code: string; lifetime: number; language: string },
): Record<string, string | number> {
  const { organisation } = deps.configuration();
  return {
    code,
    goal: state.goal,
    minutes: Math.round(lifetime / 60_000),
    organisation: organisation.name,
    contact: supportContact(deps.configuration(), language),
    ...askedFrom(journeyActor(deps.act, state), deps.act.at),
  };
}
