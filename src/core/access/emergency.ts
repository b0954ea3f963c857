import { EMERGENCY_AUTHOR } from '../../../shared/emergency-author.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { supportContact } from '../configuration/support-contact.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { KeptPasskey } from '../factors/passkey.ts';
import type { ActDeps } from '../journey/act.ts';
import type { MailKind } from '../notify/mail-parts.ts';
import { queueMail } from '../notify/queue-mail.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { EmergencyRow } from '../ports/emergency-store.ts';
import type { SessionRow } from '../ports/session-store.ts';
import type { Store } from '../ports/store.ts';
import { randomId, randomToken } from '../random-id.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';
import { type GivenProof, type Session, type SessionFacts, sessionOf } from '../sessions/session.ts';

/** How long a session of an emergency lasts at most; milliseconds. Its holder comes back by the passkey. */
const LASTS = 30 * 60_000;

/** No directory can be called so: what is kept for an emergency is nobody's account. */
const NOWHERE = ':emergency';

/** What is kept sealed of an emergency. */
export interface EmergencyFacts {
  author: string;
  reason: string;
  passkey: { kept: KeptPasskey; signCount: number } | null;
}

/** One emergency, for those who are to know of it. Times are milliseconds since 1970. */
export interface Emergency {
  readonly id: string;
  readonly author: string;
  readonly reason: string;
  readonly madeAt: number;
  /** null: nobody has opened the link yet, and it waits until `expiresAt`. */
  readonly openedAt: number | null;
  readonly expiresAt: number;
  readonly hasPasskey: boolean;
}

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'keys' | 'texts' | 'configuration'>;

/** Whose session it is. */
export function emergencyAccount(id: string): AccountRef {
  return { directory: NOWHERE, id };
}

export function factsOfEmergency({ facts }: EmergencyRow): EmergencyFacts {
  return JSON.parse(facts) as EmergencyFacts;
}

/** Those that are in use, and those whose link waits; newest first. */
export async function readEmergencies({ store, clock }: Pick<CoreDeps, 'store' | 'clock'>): Promise<Emergency[]> {
  return (await store.emergencies.current(clock.now())).map((row) => {
    const { author, reason, passkey } = factsOfEmergency(row);
    const { id, createdAt: madeAt, openedAt, expiresAt } = row;
    return { id, author, reason, madeAt, openedAt, expiresAt, hasPasskey: passkey !== null };
  });
}

/**
 * Makes a link that lets in one administrator who needs no directory and no role: for when nobody can get in otherwise. It is good once
 * and for some minutes; one that was made before and waits still is worth nothing any more. Its secret is in the fragment, which no
 * server is sent, and only a digest of it is kept.
 * @param asked.lifetime milliseconds
 */
export async function makeEmergencyLink(
  deps: Deps,
  asked: { author: string; reason: string; lifetime: number },
): Promise<{ address: string; expiresAt: number }> {
  const { author, reason } = asked;
  const [id, secret, now] = [randomId(deps.random), randomToken(deps.random), deps.clock.now()];
  const expiresAt = now + asked.lifetime;
  const facts: EmergencyFacts = { author, reason, passkey: null };
  const row = { id, linkDigest: deps.keys.digest('emergency-link', secret), version: 1, createdAt: now, expiresAt };
  const actor: Actor = { kind: 'operator', client: 'cli' };
  await deps.store.transaction(async (store) => {
    // The log first: it holds the turn of everybody who opens, makes or retires one.
    await recordEvent(store, deps.clock, { type: 'emergency.link-made', id, actor, author, reason, expiresAt });
    const waiting = (await store.emergencies.current(now)).filter(({ openedAt }) => openedAt === null);
    for (const each of waiting) await retire(deps, store, each, { actor, author, because: 'replaced' });
    await store.emergencies.insert({ ...row, openedAt: null, credential: null, retiredAt: null, facts: JSON.stringify(facts) });
    await tell(deps, store, 'emergency-made', facts);
  });
  const publicUrl = deps.configuration().organisation.publicUrl.replace(/\/+$/, '');
  return { address: `${publicUrl}/admin#${secret}`, expiresAt };
}

/**
 * Opens the link, for exactly one caller, and signs them in to make a passkey: nothing else can be done before.
 * @returns the token of the session, kept only as a digest
 * @throws AppError `emergency.link-invalid` for one that never was, was opened, retired, replaced, or is over
 */
export async function openEmergency(deps: ActDeps, secret: string, client: SessionFacts['client']): Promise<OpenedEmergency> {
  const linkDigest = deps.keys.digest('emergency-link', secret);
  const found = await deps.store.emergencies.findByLink(linkDigest);
  if (found === null) throw new AppError('emergency.link-invalid');
  return refusedInTheLog(deps, found, client, () =>
    enter(deps, found, { client, proofs: [], type: 'emergency.opened' }, async (store) => {
      const row = await store.emergencies.findByLink(linkDigest);
      // Stryker disable next-line ConditionalExpression: it was found before; the compiler wants it said
      const isGood = row !== null && row.openedAt === null && row.retiredAt === null && row.expiresAt > deps.act.at;
      if (!isGood || !(await store.emergencies.change(row, { openedAt: deps.act.at }))) throw new AppError('emergency.link-invalid');
      await tell(deps, store, 'emergency-opened', factsOfEmergency(row));
    }),
  );
}

/** Writes down what is refused of an emergency that there is or was: a link that is opened twice was seen by somebody else. */
export async function refusedInTheLog<T>(deps: ActDeps, { id }: EmergencyRow, client: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isAppError(error)) throw error;
    const actor = emergencyActor(deps, id, client);
    await deps.store.transaction((store) => recordEvent(store, deps.clock, { type: 'emergency.refused', id, actor, problem: error.code }));
    throw error;
  }
}

export interface OpenedEmergency {
  token: string;
  session: Session;
}

/**
 * Opens a session of an emergency, in the transaction of what gives the right to it.
 * @param spend takes that right; throws where there is none
 */
export async function enter(
  deps: ActDeps,
  { id }: EmergencyRow,
  how: { client: SessionFacts['client']; proofs: readonly GivenProof[]; type: 'emergency.opened' | 'emergency.signed-in' },
  spend: (store: Store) => Promise<void>,
): Promise<OpenedEmergency> {
  const token = randomToken(deps.random);
  const session = randomId(deps.random);
  const { at, address } = deps.act;
  const language = deps.act.language ?? deps.configuration().organisation.defaultLanguage;
  const facts: SessionFacts = { proofs: how.proofs, address, client: how.client, login: EMERGENCY_AUTHOR, language };
  const row: SessionRow = {
    ...{ id: session, tokenDigest: deps.keys.digest('session-token', token), journeyId: randomId(deps.random) },
    ...{ directory: NOWHERE, accountId: id, rights: 'emergency', facts: JSON.stringify(facts) },
    ...{ createdAt: at, endsAt: at + LASTS, seenAt: at, endedAt: null, endedBecause: null, roles: [], rolesReadAt: null },
  };
  await deps.store.transaction(async (store) => {
    await recordEvent(store, deps.clock, { type: how.type, id, session, actor: emergencyActor(deps, id, how.client) });
    await spend(store);
    await store.sessions.insert(row);
  });
  deps.wakeOutbox('notice');
  deps.log.warn('emergency.in-use', { emergency: id });
  return { token, session: sessionOf(row) };
}

/** Who acts in an emergency, for the audit log. */
export function emergencyActor({ act }: ActDeps, id: string, client: string): Actor {
  return { kind: 'emergency', account: accountKey(emergencyAccount(id)), address: act.address, client };
}

/**
 * Ends every emergency: links, passkeys and sessions are worth nothing any more.
 * @returns how many there were
 */
export async function retireEmergencies(deps: Deps, author: string): Promise<number> {
  const actor: Actor = { kind: 'operator', client: 'cli' };
  let retired = 0;
  // One after the other, each with its event first, which holds the turn: what is opened meanwhile is seen by the next look.
  for (let [next] = await deps.store.emergencies.current(deps.clock.now()); next !== undefined; retired += 1) {
    const { id } = next;
    await deps.store.transaction((store) => retireOne(deps, store, id, { actor, author, because: 'retired' }));
    [next] = await deps.store.emergencies.current(deps.clock.now());
  }
  return retired;
}

interface Retirement {
  actor: Actor;
  author: string;
  because: 'retired' | 'replaced' | 'passkey-cloned';
}

/** Ends one, in a transaction of the caller, and tells who is to know. */
export async function retireOne(deps: Deps, store: Store, id: string, how: Retirement): Promise<void> {
  await recordEvent(store, deps.clock, { type: 'emergency.retired', id, ...how });
  const row = await store.emergencies.find(id);
  if (row === null || row.retiredAt !== null) return;
  await store.emergencies.change(row, { retiredAt: deps.clock.now(), credential: null });
  await endAllSessions(deps, store, emergencyAccount(id), { because: 'emergency-retired', actor: how.actor });
  await tell(deps, store, 'emergency-retired', factsOfEmergency(row));
}

/** The same of a link that waits and is replaced: nobody was let in by it, so nobody is told. */
async function retire(deps: Deps, store: Store, row: EmergencyRow, how: Retirement): Promise<void> {
  await recordEvent(store, deps.clock, { type: 'emergency.retired', id: row.id, ...how });
  await store.emergencies.change(row, { retiredAt: deps.clock.now() });
}

type Told = Extract<MailKind, `emergency-${string}`>;

/** Those whom the configuration names are told by mail; what an attacker with the console did must not stay unseen. */
async function tell(deps: Deps, store: Store, kind: Told, { author, reason }: EmergencyFacts): Promise<void> {
  const { organisation } = deps.configuration();
  if (organisation.alarmAddress === undefined) return;
  const language = organisation.defaultLanguage;
  const contact = supportContact(deps.configuration(), language);
  const parameters = { author, reason, happenedAt: deps.clock.now(), organisation: organisation.name, contact };
  await queueMail(deps, store, { lane: 'notice', to: organisation.alarmAddress, kind, directory: null, language, parameters });
}
