import type { Attestation, CreationOptions } from '../../../shared/api/web-authn.ts';
import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import {
  credentialDigest,
  type KeptPasskey,
  PASSKEY_ALGORITHMS,
  PASSKEY_PATIENCE,
  passkeyOf,
  relyingPartyOf,
  userHandleOf,
} from '../factors/passkey.ts';
import type { ActDeps } from '../journey/act.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import type { CeremonyProblem } from '../ports/web-authn.ts';
import { randomId, randomToken } from '../random-id.ts';
import { addFactor } from './add-factor.ts';
import { countBegun } from './count-begun.ts';
import { addressesAmong, endSessionsOfChanged, takeTurn } from './enrol-factors.ts';

const HOUR = 3_600_000;
/** Answers that one ceremony takes. */
const ATTEMPTS = 3;

/** What the answer must be to, sealed. `purpose` keeps it from being taken for a question of a recovery. */
interface Expected {
  purpose: 'enrol';
  account: AccountRef;
  challenge: string;
}

const PROBLEMS: Readonly<Record<CeremonyProblem, ErrorCode>> = {
  malformed: 'passkey.malformed',
  'wrong-challenge': 'passkey.out-of-date',
  'wrong-origin': 'passkey.wrong-site',
  'wrong-rp-id': 'passkey.wrong-site',
  'user-not-verified': 'passkey.user-not-verified',
  'wrong-signature': 'passkey.malformed',
};

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'keys' | 'configuration' | 'webAuthn'>;

/** Whose passkey it becomes. `login` and `displayName` are what their devices show beside it. */
export interface PasskeyOwner {
  account: AccountRef;
  login: string;
  displayName: string;
}

/**
 * Begins the making of a passkey for a person who has just proven who they are (WebAuthn 7.1): discoverable, with user verification, and
 * not on a device that has one of theirs already.
 * @param journey whose proof it rests on; the ceremony ends with it
 * @throws AppError `guard.slow-down`
 */
export async function beginPasskey(
  deps: Deps & Pick<ActDeps, 'act'>,
  { account, login, displayName }: PasskeyOwner,
  journey: { id: string; expiresAt: number },
): Promise<{ ceremony: string; publicKey: CreationOptions }> {
  await countBegun(deps, deps.store, journey.id);
  const { rpId } = relyingPartyOf(deps.configuration());
  const [ceremony, challenge] = [randomId(deps.random), randomToken(deps.random)];
  const expected: Expected = { purpose: 'enrol', account, challenge };
  const present = (await deps.store.factors.ofAccount(account)).filter(({ kind }) => kind === 'passkey').map(passkeyOf);
  await deps.store.challenges.insert({
    id: ceremony,
    journeyId: journey.id,
    kind: 'passkey',
    expected: JSON.stringify(expected),
    attempts: 0,
    maximumAttempts: ATTEMPTS,
    expiresAt: Math.min(journey.expiresAt, deps.act.at + PASSKEY_PATIENCE),
    consumedAt: null,
  });
  const except = present.filter((kept) => kept.rpId === rpId);
  return { ceremony, publicKey: passkeyCreation(deps, { account, login, displayName }, challenge, except) };
}

/** What a browser is asked to make: discoverable, with user verification, and not on a device that has one of `except`. */
export function passkeyCreation(
  { configuration, keys }: Pick<Deps, 'configuration' | 'keys'>,
  { account, login, displayName }: PasskeyOwner,
  challenge: string,
  except: readonly Pick<KeptPasskey, 'id'>[],
): CreationOptions {
  const { organisation } = configuration();
  return {
    rp: { id: relyingPartyOf(configuration()).rpId, name: organisation.name },
    user: { id: userHandleOf(keys, account), name: login, displayName },
    challenge,
    pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key' as const, alg })),
    timeout: PASSKEY_PATIENCE,
    excludeCredentials: except.map(({ id }) => ({ type: 'public-key' as const, id })),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
  };
}

/**
 * What an authenticator made, if it is an answer to this challenge, and by what it is found again.
 * @throws AppError `passkey.*`
 */
export async function madePasskey(
  { configuration, keys, webAuthn }: Pick<Deps, 'configuration' | 'keys' | 'webAuthn'>,
  challenge: string,
  answer: Attestation,
): Promise<{ kept: KeptPasskey; credential: string; signCount: number }> {
  const party = relyingPartyOf(configuration());
  const verdict = await webAuthn.verifyAttestation({ challenge, ...party }, answer);
  if ('problem' in verdict) throw new AppError(PROBLEMS[verdict.problem], { problem: verdict.problem });
  const { id, publicKey, signCount, transports, synced } = verdict.made;
  const kept = { id, publicKey, rpId: party.rpId, transports: [...transports], synced };
  return { kept, credential: credentialDigest(keys, id), signCount };
}

export interface FinishPasskey {
  account: AccountRef;
  journey: string;
  ceremony: string;
  /** What the person calls it. */
  name: string;
  answer: Attestation;
  actor: Actor;
  /** Sessions that go on: the one in which it is made. */
  sessions?: readonly string[];
  /** Where the directory knows none for the owner. */
  language: string;
  /** From when on it counts, milliseconds since 1970; after the cool-down unless told. */
  countsFrom?: number;
  /** When the request came. */
  now: number;
}

/**
 * Ends the making of a passkey. It counts for a recovery once its cool-down is over; all addresses that were known before are told at
 * once, and whoever it was not stops it from there.
 * @param spend takes away the right on which it rests, in the same transaction; throws where somebody was quicker
 * @throws AppError `passkey.*`, and whatever `spend` throws
 */
export async function finishPasskey(deps: Deps, asked: FinishPasskey, spend: (store: Store) => Promise<void>): Promise<FactorRow> {
  const { account, now } = asked;
  const challenge = await deps.store.challenges.attempt(asked.ceremony, now);
  const expected = challenge?.kind === 'passkey' && challenge.journeyId === asked.journey ? readExpected(challenge.expected) : null;
  if (expected === null || !isSame(expected.account, account)) throw new AppError('passkey.out-of-date');
  const { kept, credential, signCount } = await madePasskey(deps, expected.challenge, asked.answer);
  const countsFrom = asked.countsFrom ?? now + deps.configuration().factors.coolDownHours * HOUR;
  return deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    if (!(await store.challenges.consume(asked.ceremony, now))) throw new AppError('passkey.out-of-date');
    await spend(store);
    if ((await store.factors.byCredential(credential)) !== null) throw new AppError('passkey.present');
    const told = addressesAmong(await store.factors.ofAccount(account), now);
    const row = await addFactor(deps, store, {
      ...{ account, kind: 'passkey', label: asked.name, source: 'self', countsFrom },
      secret: JSON.stringify(kept),
      passkey: { credential, rpId: kept.rpId, signCount },
    });
    const { actor, language } = asked;
    await recordEvent(store, deps.clock, {
      type: 'factor.enrolled',
      ...{ account, factor: 'passkey', id: row.id, source: 'self', author: 'self', actor, countsFrom },
    });
    await endSessionsOfChanged(deps, store, account, asked);
    await queueNotice(deps, store, { kind: 'factor-added', account, language, factor: 'passkey', ...told, countsFrom });
    return row;
  });
}

/** null: it is a question of another kind. */
function readExpected(text: string): Expected | null {
  const expected = JSON.parse(text) as Partial<Expected>;
  return expected.purpose === 'enrol' ? (expected as Expected) : null;
}

function isSame(one: AccountRef, other: AccountRef): boolean {
  return one.directory === other.directory && one.id === other.id;
}
