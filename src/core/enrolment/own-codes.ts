import { Secret } from 'otpauth';
import { AppError } from '../../../shared/errors.ts';
import { plainCode } from '../../../shared/plain-code.ts';
import { accountKey } from '../accounts/candidate.ts';
import { supportContact } from '../configuration/support-contact.ts';
import { isEqual } from '../factors/constant-time.ts';
import { nearestTimeStep } from '../factors/totp-factor.ts';
import type { ActDeps } from '../journey/act.ts';
import { askedFrom } from '../journey/asked-from.ts';
import { slowDown } from '../journey/start-journey.ts';
import { queueSecret } from '../notify/queue-secret.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { randomCode, randomId } from '../random-id.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import type { Session } from '../sessions/session.ts';
import type { NewFactor } from './add-factor.ts';
import { countBegun } from './count-begun.ts';
import { countEnrolled, enrolFactors } from './enrol-factors.ts';
import { mailAddressKey, readMailAddress } from './mail-address.ts';
import { countOwnCode } from './own-address-limits.ts';
import { type OwnKind, requireAddable } from './own-proofs.ts';
import { addedByOwner, requireMayAdd } from './own-session.ts';
import { readPhoneNumber } from './phone-number.ts';
import { issueRecoveryCodes } from './recovery-codes.ts';
import { newSeed, otpauthAddress } from './totp-seed.ts';

/** How long a code may take to be typed. */
const PATIENCE = 15 * 60_000;
/** Codes that one ceremony takes. */
const ATTEMPTS = 5;
/** Proofs that one account may have of a kind. */
const MOST = 10;

/** Kinds whose codes are sent to an address. */
type AddressKind = 'email' | 'sms';
const CHANNELS = { email: 'mail', sms: 'sms' } as const;

/** What is waited for, sealed. `purpose` keeps it from being taken for a question of a recovery. */
type Expected = { purpose: 'own-code'; account: AccountRef; session: string } & (
  | { kind: 'totp'; seed: string }
  | { kind: AddressKind; address: string; digest: string }
);

/** A proof that waits for its first code. */
export interface Ceremony {
  ceremony: string;
  expiresAt: number;
}

/**
 * Makes a seed for an authenticator. It is kept once a code of it was given.
 * @throws AppError `session.*`, `enrolment.kind-not-asked`, `enrolment.too-many`, `guard.slow-down`
 */
export async function beginTotp(deps: ActDeps, session: Session): Promise<Ceremony & { seed: string; address: string }> {
  await requireRoom(deps, session, 'totp');
  await countBegun(deps, deps.store, session.row.journeyId);
  const seed = newSeed(deps.random);
  const begun = await begin(deps, deps.store, session, () => ({ kind: 'totp', seed }));
  return { ...begun, seed, address: otpauthAddress(seed, { issuer: deps.configuration().organisation.name, account: session.login }) };
}

/**
 * Sends a code to a mail address or a mobile number. It is kept once that code was given back: it is the person's own then.
 * @throws AppError `session.*`, `enrolment.kind-not-asked`, `enrolment.too-many`, `enrolment.address-invalid`, `enrolment.number-invalid`,
 * `guard.slow-down`
 */
export async function beginAddress(
  deps: ActDeps,
  session: Session,
  { kind, typed }: { kind: AddressKind; typed: string },
): Promise<Ceremony & { address: string }> {
  await requireRoom(deps, session, kind);
  const { address, key } = readAddress(deps, kind, typed);
  const code = randomCode(deps.random, deps.configuration().factors[kind].codeLength);
  // What is counted stays counted, also where it is refused: the refusal is thrown once it is written.
  const begun = await deps.store.transaction(async (store) => {
    const retryAt = await countOwnCode(deps, store, session, { kind, key });
    if (retryAt !== null) return { retryAt };
    const made = await begin(deps, store, session, (ceremony) => ({
      ...{ kind, address, digest: deps.keys.digest('code', `${ceremony}|${code}`) },
    }));
    const parameters = {
      ...{ code, goal: 'enrol', minutes: Math.round(PATIENCE / 60_000), organisation: deps.configuration().organisation.name },
      contact: supportContact(deps.configuration(), session.language),
      ...askedFrom(sessionActor(deps.act, session), deps.act.at),
    };
    await queueSecret(deps, store, CHANNELS[kind], {
      kind: 'code',
      to: address,
      directory: session.account.directory,
      language: session.language,
      parameters,
      expiresAt: made.expiresAt,
    });
    return { ...made, address };
  });
  if ('retryAt' in begun) throw slowDown(deps.act, begun.retryAt);
  return begun;
}

/** @throws AppError `enrolment.address-invalid`, `enrolment.number-invalid` */
function readAddress({ configuration }: ActDeps, kind: AddressKind, typed: string): { address: string; key: string } {
  if (kind === 'email') {
    const address = readMailAddress(typed);
    if (address === null) throw new AppError('enrolment.address-invalid');
    return { address, key: mailAddressKey(address) };
  }
  const read = readPhoneNumber(typed, configuration().sms?.countries ?? []);
  if ('problem' in read) throw new AppError('enrolment.number-invalid', read);
  return { address: read.number, key: read.number };
}

/**
 * Takes the first code of what was begun, and keeps the proof. Each code counts before it is compared.
 * @throws AppError `session.*`, `enrolment.code-wrong`, `enrolment.ceremony-over`, `enrolment.present`, `enrolment.too-many`,
 * `guard.slow-down`
 */
export async function confirmCode(
  deps: ActDeps,
  session: Session,
  { ceremony, code, name }: { ceremony: string; code: string; name: string },
): Promise<FactorRow> {
  requireMayAdd(deps, session);
  const challenge = await deps.store.challenges.attempt(ceremony, deps.act.at);
  const expected = challenge === null ? null : readExpected(challenge.expected);
  if (expected === null || expected.session !== session.id || accountKey(expected.account) !== accountKey(session.account))
    throw new AppError('enrolment.ceremony-over');
  const proven = judge(deps, ceremony, expected, plainCode(code));
  if (proven === null) throw new AppError('enrolment.code-wrong');
  const { kind } = expected;
  const by = await addedByOwner(deps, session, async (store) => {
    if (!(await store.challenges.consume(ceremony, deps.act.at))) throw new AppError('enrolment.ceremony-over');
    // Several may have been begun while there was room for one.
    await requireFewer({ store }, session, kind);
  });
  const [secret, label] = expected.kind === 'totp' ? [expected.seed, name] : [expected.address, expected.address];
  const wanted = { kind, label, secret, source: 'self', ...proven };
  const { added } = await enrolFactors(deps, session.account, [wanted], by);
  const [row] = added;
  if (row === undefined) throw new AppError('enrolment.present');
  return row;
}

/**
 * Makes ten new recovery codes in place of those that there are.
 * @returns the codes, which nobody can show again, and from when on they count
 * @throws AppError `session.*`, `enrolment.kind-not-asked`, `guard.slow-down`
 */
export async function makeOwnCodes(deps: ActDeps, session: Session): Promise<{ codes: string[]; countsFrom: number }> {
  requireMayAdd(deps, session);
  requireAddable(deps.configuration(), session, 'recovery-code');
  const by = await addedByOwner(deps, session);
  return { codes: await issueRecoveryCodes(deps, session.account, 'self', by), countsFrom: by.countsFrom };
}

/** @throws AppError `session.*`, `enrolment.kind-not-asked`, `enrolment.too-many` */
export async function requireRoom(deps: ActDeps, session: Session, kind: Exclude<OwnKind, 'recovery-code'>): Promise<void> {
  requireMayAdd(deps, session);
  requireAddable(deps.configuration(), session, kind);
  await requireFewer(deps, session, kind);
}

/** @throws AppError `enrolment.too-many` */
export async function requireFewer(deps: Pick<ActDeps, 'store'>, { account }: Session, kind: OwnKind): Promise<void> {
  if ((await countEnrolled(deps, account, kind)) >= MOST) throw new AppError('enrolment.too-many', { most: MOST });
}

type Waited = { kind: 'totp'; seed: string } | { kind: AddressKind; address: string; digest: string };

async function begin(deps: ActDeps, store: Store, session: Session, waited: (ceremony: string) => Waited): Promise<Ceremony> {
  const ceremony = randomId(deps.random);
  const wanted = waited(ceremony);
  const expiresAt = deps.act.at + PATIENCE;
  const expected: Expected = { purpose: 'own-code', account: session.account, session: session.id, ...wanted };
  await store.challenges.insert({
    ...{ id: ceremony, journeyId: session.row.journeyId, kind: wanted.kind, expected: JSON.stringify(expected) },
    ...{ attempts: 0, maximumAttempts: ATTEMPTS, expiresAt, consumedAt: null },
  });
  return { ceremony, expiresAt };
}

/** null: the code is wrong. An authenticator whose clock is too far off for a recovery is not kept. */
function judge(deps: ActDeps, ceremony: string, expected: Expected, code: string): Pick<NewFactor, 'timeStep'> | null {
  if (expected.kind === 'totp') {
    const found = nearestTimeStep(Secret.fromBase32(expected.seed), code, deps.clock.now(), 0);
    return found === null || Math.abs(found.ahead) > deps.configuration().factors.totp.skewSteps ? null : { timeStep: found };
  }
  return isEqual(expected.digest, deps.keys.digest('code', `${ceremony}|${code}`)) ? {} : null;
}

/** null: it is a question of another kind. */
function readExpected(text: string): Expected | null {
  const expected: unknown = JSON.parse(text);
  return typeof expected === 'object' && expected !== null && 'purpose' in expected && expected.purpose === 'own-code'
    ? (expected as Expected)
    : null;
}
