import type { Assertion, Attestation, CreationOptions } from '../../../shared/api/web-authn.ts';
import { AppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import { madePasskey, passkeyCreation } from '../enrolment/passkeys.ts';
import { credentialDigest, relyingPartyOf, userHandleOf } from '../factors/passkey.ts';
import { isCloned, PROBLEMS } from '../factors/passkey-factor.ts';
import type { ActDeps } from '../journey/act.ts';
import { isTicket, questionOf, spendTicket } from '../journey/passkey-ticket.ts';
import type { EmergencyRow } from '../ports/emergency-store.ts';
import type { Session, SessionFacts } from '../sessions/session.ts';
import {
  type EmergencyFacts,
  emergencyAccount,
  emergencyActor,
  enter,
  factsOfEmergency,
  type OpenedEmergency,
  refusedInTheLog,
  retireOne,
} from './emergency.ts';

/** One question for one session: an emergency takes one passkey, so it is answered rightly once at most. */
const challengeOf = ({ keys }: ActDeps, session: Session) => keys.digest('passkey-challenge', `emergency|${session.id}`);

/** What the browser is asked to make. @throws AppError `access.management-refused` in any other session */
export function beginEmergencyPasskey(deps: ActDeps, session: Session, name: string): CreationOptions {
  requireEmergencySession(session);
  const owner = { account: session.account, login: name, displayName: name };
  return passkeyCreation(deps, owner, challengeOf(deps, session), []);
}

/**
 * Keeps the passkey of an emergency, which counts at once. One for each.
 * @throws AppError `passkey.*`, `passkey.present` where there is one already, `session.ended` once it is retired,
 *   `access.management-refused` in any other session
 */
export async function finishEmergencyPasskey(deps: ActDeps, session: Session, answer: Attestation): Promise<void> {
  requireEmergencySession(session);
  const { kept, credential, signCount } = await madePasskey(deps, challengeOf(deps, session), answer);
  const { id } = session.account;
  await deps.store.transaction(async (store) => {
    const actor = emergencyActor(deps, id, session.client);
    await recordEvent(store, deps.clock, { type: 'emergency.passkey-made', id, session: session.id, actor });
    const row = await store.emergencies.find(id);
    if (row === null || row.retiredAt !== null) throw new AppError('session.ended');
    if (row.credential !== null) throw new AppError('passkey.present');
    const facts: EmergencyFacts = { ...factsOfEmergency(row), passkey: { kept, signCount } };
    if (!(await store.emergencies.change(row, { credential, facts: JSON.stringify(facts) }))) throw new AppError('session.ended');
  });
}

function requireEmergencySession({ rights }: Session): void {
  if (rights !== 'emergency') throw new AppError('access.management-refused');
}

/**
 * Lets the administrator of an emergency come back by their passkey.
 * @throws AppError `passkey.*`; `passkey.unknown` for every one that is none of an emergency that is in use
 */
export async function returnToEmergency(
  deps: ActDeps,
  { ticket, credential }: { ticket: string; credential: Assertion },
  client: SessionFacts['client'],
): Promise<OpenedEmergency> {
  if (!isTicket(deps, ticket, deps.act.at)) throw new AppError('passkey.out-of-date');
  const row = await deps.store.emergencies.findByCredential(credentialDigest(deps.keys, credential.id));
  if (row === null) throw new AppError('passkey.unknown');
  return refusedInTheLog(deps, row, client, () => comeBack(deps, row, { ticket, credential }, client));
}

async function comeBack(
  deps: ActDeps,
  row: EmergencyRow,
  { ticket, credential }: { ticket: string; credential: Assertion },
  client: SessionFacts['client'],
): Promise<OpenedEmergency> {
  const { passkey } = factsOfEmergency(row);
  if (row.retiredAt !== null || passkey === null) throw new AppError('passkey.unknown');
  const asked = { challenge: deps.keys.digest('passkey-challenge', questionOf(ticket)), ...relyingPartyOf(deps.configuration()) };
  const verdict = await deps.webAuthn.verifyAssertion(asked, passkey.kept, credential);
  if ('problem' in verdict) throw new AppError(PROBLEMS[verdict.problem]);
  if (credential.response.userHandle !== userHandleOf(deps.keys, emergencyAccount(row.id))) throw new AppError('passkey.unknown');
  // Before the counter is looked at: an answer that is sent a second time has not grown either, and is no copy.
  const isFirst = await deps.store.transaction((store) => spendTicket(store, deps, ticket, deps.act.at));
  if (!isFirst) throw new AppError('passkey.out-of-date');
  if (isCloned(passkey.signCount, verdict.signCount)) {
    // A copy of it is somewhere, and nobody can say which one is the administrator's (WebAuthn Level 3, 7.2 step 22).
    const how = { actor: emergencyActor(deps, row.id, client), author: 'Keyturn', because: 'passkey-cloned' } as const;
    await deps.store.transaction((store) => retireOne(deps, store, row.id, how));
    deps.wakeOutbox('notice');
    throw new AppError('passkey.unknown');
  }
  const proofs = [{ kind: 'passkey' as const, at: deps.act.at }];
  return enter(deps, row, { client, proofs, type: 'emergency.signed-in' }, async (store) => {
    const facts: EmergencyFacts = { ...factsOfEmergency(row), passkey: { ...passkey, signCount: verdict.signCount } };
    // Retired, or come back to by somebody else, since it was read.
    if (!(await store.emergencies.change(row, { facts: JSON.stringify(facts) }))) throw new AppError('passkey.unknown');
  });
}
