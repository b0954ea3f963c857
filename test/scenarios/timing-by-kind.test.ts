import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FactorKind } from '../../shared/api/journeys.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { madePasskey, passkeyCreation } from '../../src/core/enrolment/passkeys.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { issueTemporaryPass } from '../../src/core/enrolment/temporary-pass.ts';
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
import { areaUnderCurve } from './tell-apart.ts';

const LONG = process.env.KEYTURN_LONG !== undefined;
/** Every kind that may come first. */
const KINDS = (Object.keys(FACTOR_TRAITS) as FactorKind[]).filter((kind) => FACTOR_TRAITS[kind].opens);
const RECOVERY_KINDS = KINDS.filter((kind): kind is Exclude<FactorKind, 'password'> => kind !== 'password');
const CLASSES = ['known', 'unknown'] as const;
type Class = (typeof CLASSES)[number];
const MEASURES = ['start', 'choose', 'wrong'] as const;
type Measure = (typeof MEASURES)[number];

const NAMES = 8;
const AT_ONCE = 4;
const ROUNDS = LONG ? 600 : 7;
/** How far the area under the curve may be from what chance gives. */
const BOUND = 0.02;
/** How much of its own spread, which is about 0.41 / sqrt(n) with n samples of each class, it may be off besides: many are looked at. */
const SPREADS = LONG ? 2.5 : 4.5;
/** Less than what a timer of the machine itself may be off by: what is a difference and cannot be used, milliseconds. */
const NOTICEABLE = 1;
const plenty = { count: 1_000_000, countWithWork: 1_000_000 };
const ORIGIN = 'http://localhost';

interface Scene {
  keyturn: Keyturn;
  names: Record<Class, string[]>;
  /** One that nobody has enrolled. */
  foreign: SoftPasskey;
  close(): Promise<void>;
}

async function openScene(where: 'embedded' | 'openldap'): Promise<Scene> {
  const real: RealDirectory | null = where === 'openldap' ? await reachRealDirectory('openldap') : null;
  const keyturn = await startKeyturn({
    directories: [real?.section ?? embeddedSection('people', { lockoutThreshold: 0 })],
    configuration: {
      organisation: { name: 'Test', publicUrl: ORIGIN },
      guard: { ...GENEROUS_LIMITS, failuresPerAccount: plenty, failuresPerAccountOverall: plenty },
      recovery: {
        rules: [{ name: 'everybody', accepted: RECOVERY_KINDS.map((kind) => [kind]) }],
        holdMilliseconds: 120,
        settleMilliseconds: LONG ? 500 : 250,
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

type Samples = Record<Class, Record<Measure, number[]>>;
const noSamples = (): Samples => ({ known: { start: [], choose: [], wrong: [] }, unknown: { start: [], choose: [], wrong: [] } });

const WRONG: Partial<Record<FactorKind, string>> = {
  totp: '000000',
  'recovery-code': 'AAAAA-BBBBB-CCCCC-DDDDD',
  'temporary-pass': 'AAAA-BBBB-CCCC-DDDD',
};

/** One journey by a kind that comes first, as an outsider walks it: begins, chooses the kind, and gives a wrong answer. */
async function measure({ keyturn, names, foreign }: Scene, kind: FactorKind, who: Class, nth: number, into: Samples | null): Promise<void> {
  const goal = kind === 'password' ? 'sign-in' : 'reset-password';
  const keep = (what: Measure, milliseconds: number) => void into?.[who][what].push(milliseconds);
  const account = names[who][nth % NAMES];
  const startedAt = performance.now();
  const started = await request(keyturn.url, 'POST', '/journeys', { goal, account, locale: 'en', client: { kind: 'cli' } });
  keep('start', performance.now() - startedAt);
  const headers = { authorization: `Bearer ${started.body.token}` };
  const answer = (id: string | undefined, body: unknown) => request(keyturn.url, 'POST', `/journeys/current/steps/${id}`, body, headers);
  const chosen = await answer(started.body.step?.id, { option: kind });
  // The first answer is held back from the start on.
  keep('choose', performance.now() - startedAt);
  const { step } = chosen.body;
  if (step === undefined || step.kind === 'choose-factor') throw new Error(`${kind} was not asked for: ${JSON.stringify(chosen.body)}`);
  const wrong =
    step.kind === 'passkey'
      ? { credential: foreign.use(step.publicKey) }
      : step.kind === 'password'
        ? { password: 'Wrong-Passw0rd-1' }
        : { code: WRONG[kind] ?? '00000000' };
  const sentAt = performance.now();
  const reply = await answer(step.id, wrong);
  keep('wrong', performance.now() - sentAt);
  if (reply.status !== 200 || reply.body.step?.kind !== step.kind) throw new Error(`${kind}: ${JSON.stringify(reply.body)}`);
}

function shuffled<T>(values: readonly T[]): T[] {
  const placed = values.map((value) => ({ value, place: Math.random() }));
  return placed.toSorted((left, right) => left.place - right.place).map(({ value }) => value);
}

describe.each(LONG ? (['embedded', 'openldap'] as const) : (['embedded'] as const))('an outsider with a stop-watch, %s', (where) => {
  it(
    'cannot tell a name that is known from one that nobody has, whichever kind of proof comes first',
    async () => {
      const scene = await openScene(where);
      const samples = new Map(KINDS.map((kind) => [kind, noSamples()]));
      const one = KINDS.flatMap((kind) => CLASSES.map((who) => ({ kind, who })));
      try {
        for (let round = 0; round <= ROUNDS; round += 1) {
          // The first answers of a process compile code and open connections.
          const into = (kind: FactorKind) => (round === 0 ? null : (samples.get(kind) ?? null));
          const order = shuffled(
            Array.from({ length: AT_ONCE }, (_, place) => one.map((each) => ({ ...each, nth: round * AT_ONCE + place }))).flat(),
          );
          await Promise.all(order.map(({ kind, who, nth }) => measure(scene, kind, who, nth, into(kind))));
        }
      } finally {
        await scene.close();
      }
      const told = KINDS.flatMap((kind) =>
        MEASURES.map((what) => {
          const { known, unknown } = samples.get(kind) ?? noSamples();
          return { what: `${kind}, ${what}`, ...areaUnderCurve(known[what], unknown[what]) };
        }),
      );
      if (LONG)
        for (const { what, area, medians } of told)
          process.stderr.write(`${where} ${what}: ${area.toFixed(4)}, ${medians.toFixed(3)} ms\n`);
      expect(told).toHaveLength(KINDS.length * MEASURES.length);
      const allowed = BOUND + (SPREADS * 0.41) / Math.sqrt(ROUNDS * AT_ONCE);
      expect(told.filter(({ area, medians }) => Math.abs(area - 0.5) > allowed && (LONG || Math.abs(medians) > NOTICEABLE))).toEqual([]);
    },
    2 * 3_600_000,
  );
});
