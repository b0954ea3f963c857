import { randomUUID } from 'node:crypto';
import type { FactorKind, Step } from '../../shared/api/journeys.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { madePasskey, passkeyCreation } from '../../src/core/enrolment/passkeys.ts';
import { randomReadable } from '../../src/core/enrolment/readable-secret.ts';
import { issueRecoveryCodes, RECOVERY_CODE_LENGTH } from '../../src/core/enrolment/recovery-codes.ts';
import { issueTemporaryPass, TEMPORARY_PASS_LENGTH } from '../../src/core/enrolment/temporary-pass.ts';
import { newSeed } from '../../src/core/enrolment/totp-seed.ts';
import { FACTOR_TRAITS } from '../../src/core/factors/kinds.ts';
import { randomToken } from '../../src/core/random-id.ts';
import { newLogin } from '../conformance/samples.ts';
import { createSoftPasskey, type SoftPasskey } from '../servers/soft-passkey.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request } from './journey-client.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

/** Every kind that may come first. */
export const KINDS = (Object.keys(FACTOR_TRAITS) as FactorKind[]).filter((kind) => FACTOR_TRAITS[kind].opens);
const RECOVERY_KINDS = KINDS.filter((kind): kind is Exclude<FactorKind, 'password'> => kind !== 'password');
export const CLASSES = ['known', 'unknown'] as const;
export type Class = (typeof CLASSES)[number];
export const MEASURES = ['start', 'choose', 'wrong'] as const;
export type Measure = (typeof MEASURES)[number];

/** People, and names that nobody has. */
export const NAMES = 8;
const plenty = { count: 1_000_000, countWithWork: 1_000_000 };
const ORIGIN = 'http://localhost';

/** People who have every kind of proof that may come first, as many names that nobody has, and a Keyturn over them. */
export interface Scene {
  keyturn: Keyturn;
  names: Record<Class, string[]>;
  /** One that nobody has enrolled. */
  foreign: SoftPasskey;
  close(): Promise<void>;
}

export async function openScene(
  where: 'embedded' | 'openldap',
  held: { holdMilliseconds: number; settleMilliseconds: number },
): Promise<Scene> {
  const real: RealDirectory | null = where === 'openldap' ? await reachRealDirectory('openldap') : null;
  const keyturn = await startKeyturn({
    directories: [real?.section ?? embeddedSection('people', { lockoutThreshold: 0 })],
    configuration: {
      organisation: { name: 'Test', publicUrl: ORIGIN },
      guard: { ...GENEROUS_LIMITS, failuresPerAccount: plenty, failuresPerAccountOverall: plenty },
      recovery: {
        rules: [{ name: 'everybody', accepted: RECOVERY_KINDS.map((kind) => [kind]) }],
        ...held,
      },
      signIn: { enabled: true },
      sms: { kind: 'capture', countries: ['DE'] },
    },
  });
  const names = { known: Array.from({ length: NAMES }, () => newLogin()), unknown: Array.from({ length: NAMES }, () => newLogin()) };
  for (const [nth, login] of names.known.entries()) {
    if (real === null) await addPerson(keyturn, login);
    else await real.createPerson({ login });
    await enrolEverything(keyturn, login, nth);
  }
  const foreign = createSoftPasskey(ORIGIN);
  const nobody = { account: { directory: 'people', id: randomUUID() }, login: 'nobody', displayName: 'nobody' };
  foreign.make(passkeyCreation(keyturn.deps, nobody, randomToken(keyturn.deps.random), []));
  return {
    keyturn,
    names,
    foreign,
    async close() {
      await keyturn.close();
      await real?.proxy.stop();
    },
  };
}

async function enrolEverything({ deps }: Keyturn, login: string, nth: number): Promise<void> {
  const [found] = await deps.directories.get('people').findAccounts(login);
  if (found === undefined) throw new Error(`no ${login}`);
  const account = { directory: found.directory, id: found.id };
  const own = { account, label: 'own', source: 'test' };
  await addFactor(deps, deps.store, { ...own, kind: 'email', secret: `${login}@home.example` });
  await addFactor(deps, deps.store, { ...own, kind: 'sms', secret: `+4915112345${String(nth).padStart(3, '0')}` });
  await addFactor(deps, deps.store, { ...own, kind: 'totp', secret: newSeed(deps.random) });
  const by = { author: 'test', reason: 'test', language: 'en', lane: 'bulk' as const };
  await issueRecoveryCodes(deps, account, 'test', by);
  await issueTemporaryPass(deps, account, { hours: 24, longestHours: 24, once: false }, by);
  const [passkey, challenge] = [createSoftPasskey(ORIGIN), randomToken(deps.random)];
  const { kept, credential, signCount } = await madePasskey(
    deps,
    challenge,
    passkey.make(passkeyCreation(deps, { account, login, displayName: login }, challenge, [])),
  );
  const made = { credential, rpId: kept.rpId, signCount };
  await addFactor(deps, deps.store, { ...own, kind: 'passkey', secret: JSON.stringify(kept), passkey: made });
}

/** An answer to what is asked that has the form of a right one, and is wrong. */
function wrongAnswer({ keyturn, foreign }: Scene, kind: FactorKind, step: Step): unknown {
  if (step.kind === 'passkey') return { credential: foreign.use(step.publicKey) };
  if (step.kind === 'password') return { password: 'Wrong-Passw0rd-1' };
  const { random } = keyturn.deps;
  if (kind === 'recovery-code') return { code: randomReadable(random, RECOVERY_CODE_LENGTH) };
  if (kind === 'temporary-pass') return { code: randomReadable(random, TEMPORARY_PASS_LENGTH) };
  return { code: kind === 'totp' ? '000000' : '00000000' };
}

type Told = (what: Measure, milliseconds: number) => void | Promise<void>;

/** A journey that stands at the question for a proof. */
interface AtQuestion {
  journey: string;
  token: string;
  answerWrongly(): Promise<void>;
}

/** Begins a journey as an outsider does, and chooses a kind that comes first. */
export async function walkToQuestion(
  scene: Scene,
  { kind, who, nth }: { kind: FactorKind; who: Class; nth: number },
  told: Told = () => {},
): Promise<AtQuestion> {
  const { url } = scene.keyturn;
  const goal = kind === 'password' ? 'sign-in' : 'reset-password';
  const account = scene.names[who][nth % scene.names[who].length];
  const startedAt = performance.now();
  const started = await request(url, 'POST', '/journeys', { goal, account, locale: 'en', client: { kind: 'cli' } });
  await told('start', performance.now() - startedAt);
  const { token = '', journey = '' } = started.body;
  const headers = { authorization: `Bearer ${token}` };
  const answer = (id: string | undefined, body: unknown) => request(url, 'POST', `/journeys/current/steps/${id}`, body, headers);
  const chosen = await answer(started.body.step?.id, { option: kind });
  // The first answer is held back from the start on.
  await told('choose', performance.now() - startedAt);
  const { step } = chosen.body;
  if (step === undefined || step.kind === 'choose-factor') throw new Error(`${kind} was not asked for: ${JSON.stringify(chosen.body)}`);
  const body = wrongAnswer(scene, kind, step);
  return {
    journey,
    token,
    async answerWrongly() {
      const sentAt = performance.now();
      const reply = await answer(step.id, body);
      await told('wrong', performance.now() - sentAt);
      if (reply.status !== 200 || reply.body.step?.kind !== step.kind) throw new Error(`${kind}: ${JSON.stringify(reply.body)}`);
    },
  };
}

/**
 * One journey by a kind that comes first, as an outsider walks it: begins, chooses the kind, and gives a wrong answer.
 * @param told hears how long each of them took, milliseconds
 */
export async function walkOutside(scene: Scene, walker: { kind: FactorKind; who: Class; nth: number }, told?: Told): Promise<void> {
  const { answerWrongly } = await walkToQuestion(scene, walker, told);
  await answerWrongly();
}
