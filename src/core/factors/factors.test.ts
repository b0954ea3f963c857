import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import { createManualClock } from '../../../test/manual-clock.ts';
import { factorRow, openTestStore, testKey } from '../../../test/store/fixture.ts';
import { createWebAuthn } from '../../identity/web-authn.ts';
import { createKeys } from '../../platform/derived-keys.ts';
import { systemRandom } from '../../platform/system-random.ts';
import { type ConfigurationDocument, configurationSchema } from '../configuration/document.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import type { EnrolledCandidate, FactorDeps, Judgement } from './factor.ts';
import { ASKED_FACTOR_KINDS, SIGN_IN_FACTOR_KINDS } from './kinds.ts';
import { createFactorRegistry } from './registry.ts';
import { currentTotp, nearestTimeStep } from './totp-factor.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore('sqlite::memory:', testKey('factors'));
});
afterAll(async () => {
  await store.close();
});

const clock = createManualClock();
const keys = createKeys(randomBytes(32));

function registryOf(factors: ConfigurationDocument['factors'] = {}) {
  const configuration = configurationSchema.parse({
    version: 1,
    organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
    directories: [{ id: 'people', kind: 'embedded', label: 'People' }],
    mail: { kind: 'capture' },
    factors,
  });
  return createFactorRegistry({
    ...nothingAsked,
    keys,
    clock,
    random: systemRandom,
    configuration: () => configuration,
    webAuthn: createWebAuthn(),
  });
}

/** None of these factors asks a directory: that takes one, and `test/scenarios/sign-in.test.ts` has it. */
const nothingAsked = {} as Pick<FactorDeps, 'store' | 'directories' | 'log' | 'slowHash'>;

const ref = (id: string, directory = 'people'): AccountRef => ({ directory, id });
const enrolled = (account: AccountRef, ...factors: Partial<FactorRow>[]): EnrolledCandidate => ({
  candidate: {
    ref: account,
    label: 'x',
    login: 'x',
    language: null,
    contacts: { email: [], sms: [] },
    facts: { directory: 'people', membership: { places: {}, groups: {} } },
    has: [],
  },
  factors: factors.map((factor) => factorRow({ directory: account.directory, accountId: account.id, ...factor })),
});

/** What is proven once it is settled; that a clock is off matters only where nothing is. */
async function settled(judging: Promise<Judgement>): Promise<{ proven: AccountRef[]; clockIsOff?: boolean }> {
  const { proofs, clockIsOff } = await judging;
  const proven: AccountRef[] = [];
  for (const { account, settle } of proofs) if (await settle(store)) proven.push(account);
  return { proven, ...(clockIsOff === undefined ? {} : { clockIsOff: clockIsOff && proven.length === 0 }) };
}

describe('the registry', () => {
  it('has a factor of each kind that is named after it, and no other', () => {
    const registry = registryOf();
    for (const kind of SIGN_IN_FACTOR_KINDS) expect(registry(kind).kind).toBe(kind);
    for (const kind of ASKED_FACTOR_KINDS) expect(registry(kind).kind).toBe(kind);
    expect(() => registry('manager' as FactorKind)).toThrow(
      expect.objectContaining({ code: 'internal.unexpected', details: { factor: 'manager' } }),
    );
  });

  it('has factors that are as they are configured', () => {
    const registry = registryOf({
      email: { codeLength: 7, lifetimeSeconds: 61, attempts: 3, resendWaitSeconds: 11 },
      totp: { attempts: 4 },
    });
    const [email, totp] = [registry('email'), registry('totp')];
    expect([email.shown('one'), email.maximumAttempts(), email.lifetime(), email.resendWait()]).toEqual([{ length: 7 }, 3, 61_000, 11_000]);
    expect([totp.shown('one'), totp.maximumAttempts(), totp.lifetime(), totp.resendWait()]).toEqual([{ length: 6 }, 4, null, null]);
    expect(['123 4567', '1234567', '123456', '12345678', 'abcdefg', ''].map(email.canBe)).toEqual([true, true, false, false, false, false]);
    for (const each of [email, totp, registry('sms')]) expect([each.prompt, each.form]).toEqual(['code', 'digits']);
    const sms = registryOf({ sms: { codeLength: 8, lifetimeSeconds: 90, attempts: 2, resendWaitSeconds: 20 } })('sms');
    expect([sms.shown('one'), sms.maximumAttempts(), sms.lifetime(), sms.resendWait()]).toEqual([{ length: 8 }, 2, 90_000, 20_000]);
    expect(['123 456', '123456', '1234567', '12345', 'abcdef', ''].map(totp.canBe)).toEqual([true, true, false, false, false, false]);
  });
});

describe('a code in a text message', () => {
  it('goes to every number once, as it is written, and proves whose number it is', async () => {
    const sms = registryOf()('sms');
    const people = [
      enrolled(ref('1'), { secret: '+4915112345678' }),
      enrolled(ref('2'), { secret: '+4915112345678' }, { secret: '+491729' }),
    ];
    const { expected, messages } = await sms.ask('challenge', people);
    expect(messages.map(({ channel, to, account }) => [channel, to, account])).toEqual([
      ['sms', '+4915112345678', ref('1')],
      ['sms', '+491729', ref('2')],
    ]);
    const { proofs } = await sms.judge({ challengeId: 'challenge', expected, answer: messages[0]?.code ?? '', enrolled: people });
    expect(proofs.map(({ account, factor }) => [account, factor])).toEqual([
      [ref('1'), people[0]?.factors[0]?.id],
      [ref('2'), people[1]?.factors[0]?.id],
    ]);
  });
});

describe('a mailed code', () => {
  const email = registryOf({ email: { codeLength: 6 } })('email');
  const check = async (challengeId: string, expected: string, answer: string, ...candidates: EnrolledCandidate[]) =>
    (await settled(email.judge({ challengeId, expected, answer, enrolled: candidates }))).proven;

  it('goes to every address once, however it is spelled, and proves all accounts that share it', async () => {
    const people = [
      enrolled(ref('1'), { secret: ' Ada@Home.Example.Test ' }, { secret: 'ada@work.example.test' }),
      enrolled(ref('1', 'others'), { secret: 'ada@home.example.test' }),
    ];
    const { expected, messages } = await email.ask('challenge', people);
    expect(messages).toEqual([
      { channel: 'mail', to: 'Ada@Home.Example.Test', code: expect.stringMatching(/^\d{6}$/), account: ref('1') },
      { channel: 'mail', to: 'ada@work.example.test', code: expect.stringMatching(/^\d{6}$/), account: ref('1') },
    ]);
    const [home = '', work = ''] = messages.map(({ code }) => code);
    expect(await check('challenge', expected, home, ...people)).toEqual([ref('1'), ref('1', 'others')]);
    expect(await check('challenge', expected, work, ...people)).toEqual([ref('1')]);
    // What is kept says nothing of the codes, nor of the addresses.
    for (const secret of [home, work, 'ada', 'Ada']) expect(expected).not.toContain(`"${secret}`);
  });

  it('is told as it was meant, and only of the challenge that it was sent for', async () => {
    const ada = enrolled(ref('1'), { secret: 'ada@example.test' });
    const { expected, messages } = await email.ask('challenge', [ada]);
    const code = messages[0]?.code ?? '';
    for (const spelling of [code, ` ${code.slice(0, 3)} ${code.slice(3)}\u200b`]) {
      expect(await check('challenge', expected, spelling, ada)).toEqual([ref('1')]);
    }
    expect(await check('other-challenge', expected, code, ada)).toEqual([]);
    for (const wrong of ['', code.slice(1), `${code}0`, String((Number(code) + 1) % 1_000_000).padStart(6, '0')]) {
      expect(await check('challenge', expected, wrong, ada), wrong).toEqual([]);
    }
  });

  it('proves nothing through an address that was taken away meanwhile, nor an account that is none of the journey any more', async () => {
    const ada = enrolled(ref('1'), { secret: 'ada@example.test' }, { secret: 'other@example.test' });
    const twin = enrolled(ref('2'), { secret: 'ada@example.test' });
    const { expected, messages } = await email.ask('challenge', [ada, twin]);
    const code = messages[0]?.code ?? '';
    const [first, second] = ada.factors as [FactorRow, FactorRow];
    expect(await check('challenge', expected, code, { ...ada, factors: [second] }, twin)).toEqual([ref('2')]);
    expect(await check('challenge', expected, code, { ...ada, factors: [first] })).toEqual([ref('1')]);
    // Another account that has taken the address over since then was not asked.
    expect(await check('challenge', expected, code, { ...twin, factors: [first] })).toEqual([]);
    expect(await check('challenge', expected, code)).toEqual([]);
  });

  it('for nobody is made all the same, and proves nothing', async () => {
    for (const nobody of [[], [enrolled(ref('1'))]]) {
      const { expected, messages } = await email.ask('challenge', nobody);
      expect(messages).toEqual([{ channel: 'mail', to: null, code: expect.stringMatching(/^\d{6}$/), account: null }]);
      expect(expected).toBe('[]');
      expect(await check('challenge', expected, messages[0]?.code ?? '', ...nobody)).toEqual([]);
    }
  });

  it('is kept as a digest for codes, which is of no use for anything else', async () => {
    const ada = enrolled(ref('1'), { secret: 'ada@example.test' });
    const { expected, messages } = await email.ask('challenge', [ada]);
    expect(messages, 'for one address').toHaveLength(1);
    expect(JSON.parse(expected)).toMatchObject([{ digest: keys.digest('code', `challenge|${messages[0]?.code}`) }]);
  });

  it('is not broken by a stored digest of another length', async () => {
    const ada = enrolled(ref('1'), { secret: 'ada@example.test' });
    const accounts = [{ ref: ref('1'), factor: ada.factors[0]?.id }];
    expect(await check('challenge', JSON.stringify([{ digest: 'short', accounts }]), '123456', ada)).toEqual([]);
  });
});

const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const PERIOD = 30_000;
const codeAt = (steps: number, seed = SEED) => currentTotp(seed, clock.now() + steps * PERIOD).code;

describe('an authenticator', () => {
  const totp = registryOf({ totp: { skewSteps: 1 } })('totp');
  const check = (answer: string, ...candidates: EnrolledCandidate[]) =>
    settled(totp.judge({ challengeId: 'challenge', expected: '[]', answer, enrolled: candidates }));
  /** Somebody new with an authenticator. */
  async function person(changes: Partial<FactorRow> = {}): Promise<{ one: EnrolledCandidate; read(): Promise<FactorRow> }> {
    const account = ref(randomUUID());
    const one = enrolled(account, { secret: SEED, ...changes });
    for (const factor of one.factors) await store.factors.insert(factor);
    return {
      one,
      async read() {
        const [row] = await store.factors.ofAccount(account);
        if (row === undefined) throw new Error('gone');
        return row;
      },
    };
  }

  it('is asked without a message', () => {
    expect(totp.ask('challenge', [])).toEqual({ expected: '[]', messages: [] });
  });

  it('shows what RFC 6238 says, until the period ends', () => {
    const now = 1_111_111_109_000;
    const device = new TOTP({ secret: Secret.fromBase32(SEED), algorithm: 'SHA1', digits: 6, period: 30 });
    expect(currentTotp(SEED, now)).toEqual({ code: device.generate({ timestamp: now }), expiresAt: 1_111_111_110_000 });
    expect(currentTotp(SEED, 1_111_111_110_000).expiresAt).toBe(1_111_111_140_000);
    // Appendix B, the last six digits of its eight.
    const example = Secret.fromUTF8('12345678901234567890').base32;
    const wanted = [
      [59, '287082'],
      [1_111_111_109, '081804'],
      [1_111_111_111, '050471'],
      [1_234_567_890, '005924'],
      [2_000_000_000, '279037'],
    ] as const;
    for (const [seconds, code] of wanted) expect(currentTotp(example, seconds * 1000).code).toBe(code);
  });

  it.each([
    [-2, 'off'],
    [-1, 'proven'],
    [0, 'proven'],
    [1, 'proven'],
    [2, 'off'],
    [6, 'off'],
    [-6, 'off'],
    [7, 'wrong'],
    [-7, 'wrong'],
  ] as const)('that is %i steps ahead is %s', async (ahead, outcome) => {
    const { one, read } = await person();
    const wanted = {
      proven: { proven: [one.candidate.ref], clockIsOff: false },
      off: { proven: [], clockIsOff: true },
      wrong: { proven: [], clockIsOff: false },
    };
    expect(await check(codeAt(ahead), one)).toEqual(wanted[outcome]);
    expect(await read()).toMatchObject(outcome === 'proven' ? { driftSteps: ahead } : { driftSteps: 0, lastTimeStep: null });
  });

  it('whose clock drifts is followed by one step each time, up to two minutes', async () => {
    for (const direction of [1, -1]) {
      const { one, read } = await person();
      for (const [ahead, learnt] of [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
        [5, 4],
        [5, 4],
      ] as const) {
        clock.advance(20 * PERIOD);
        const candidate = { ...one, factors: [await read()] };
        expect(await check(codeAt(direction * ahead), candidate)).toEqual({ proven: [one.candidate.ref], clockIsOff: false });
        expect((await read()).driftSteps).toBe(direction * learnt);
      }
      clock.advance(20 * PERIOD);
      expect(await check(codeAt(direction * 6), { ...one, factors: [await read()] })).toEqual({ proven: [], clockIsOff: true });
    }
  });

  it('gives each code once, and none before it', async () => {
    const { one } = await person();
    const [earlier, code] = [codeAt(-1), codeAt(0)];
    expect((await check(code, one)).proven).toHaveLength(1);
    expect(await check(code, one)).toEqual({ proven: [], clockIsOff: false });
    expect(await check(earlier, one)).toEqual({ proven: [], clockIsOff: false });
    clock.advance(PERIOD);
    expect((await check(codeAt(0), one)).proven).toHaveLength(1);
  });

  it('proves the accounts that have it, among several and beside others, and says nothing of a clock then', async () => {
    const [first, second, third] = [
      await person(),
      await person(),
      await person({ secret: 'KRSXG5CTMVRXEZLUKN2XAZLSKNSWG4TF', driftSteps: 0 }),
    ];
    clock.advance(20 * PERIOD);
    const both = await check(codeAt(0), first.one, third.one, second.one);
    expect(both).toEqual({ proven: [first.one.candidate.ref, second.one.candidate.ref], clockIsOff: false });
    clock.advance(20 * PERIOD);
    // For the one it is right, for the other's clock it is off.
    const drifted = await person({ driftSteps: 4 });
    expect(await check(codeAt(0), drifted.one, first.one)).toEqual({ proven: [first.one.candidate.ref], clockIsOff: false });
  });

  it('takes a code as it was meant, and nothing that is none', async () => {
    const { one } = await person();
    clock.advance(20 * PERIOD);
    const code = codeAt(0);
    for (const none of ['', '12345', '1234567', 'abcdef', `${code}0`, `x${code}`])
      expect((await check(none, one)).proven, none).toEqual([]);
    expect((await check(` ${code.slice(0, 3)}-${code.slice(3)}`, one)).proven).toHaveLength(1);
  });

  it('of nobody is compared all the same, and proves nothing', async () => {
    const digests: string[] = [];
    const factor = createFactorRegistry({
      ...nothingAsked,
      keys: {
        ...keys,
        digest(purpose, value) {
          digests.push(`${purpose} ${value}`);
          return keys.digest(purpose, value);
        },
      },
      clock,
      random: systemRandom,
      configuration: () => {
        throw new Error('nothing is configured');
      },
      webAuthn: createWebAuthn(),
    })('totp');
    for (const nobody of [[], [enrolled(ref('1'))]]) {
      const asked = factor.judge({ challengeId: 'challenge', expected: '[]', answer: '123456', enrolled: nobody });
      expect(await asked).toEqual({ proofs: [], clockIsOff: false });
    }
    expect(digests).toEqual(['decoy challenge', 'decoy challenge']);
  });
});

describe('the nearest time step', () => {
  const device = Secret.fromBase32(SEED);

  it('is, of two that have the same code by chance, the one nearer to where the clock is known to be', () => {
    const [earlier, later, code] = [376_430, 376_433, '294748'];
    for (const step of [earlier, later]) expect(currentTotp(SEED, step * PERIOD).code).toBe(code);
    for (const current of [earlier, earlier + 1, later, later + 2]) {
      for (let drift = -4; drift <= 4; drift += 1) {
        const shown = current + drift;
        const step = Math.abs(earlier - shown) < Math.abs(later - shown) ? earlier : later;
        expect(nearestTimeStep(device, code, current * PERIOD, drift)).toEqual({ step, ahead: step - current });
      }
    }
  });

  it('is the earlier of two that have the same code by chance and are equally near', () => {
    const [earlier, current, later] = [8755, 8758, 8761];
    for (const step of [earlier, later]) expect(currentTotp(SEED, step * PERIOD).code).toBe('468595');
    expect(nearestTimeStep(device, '468595', current * PERIOD, 0)).toEqual({ step: earlier, ahead: -3 });
  });

  it('is that of the code, wherever within reach it is, seen from wherever the clock is known to be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 100_000_000 }),
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: -4, max: 4 }),
        (current, ahead, drift) => {
          const { code } = currentTotp(SEED, (current + ahead) * PERIOD);
          const found = nearestTimeStep(device, code, current * PERIOD + 12_345, drift);
          // Another step near it may have the same code by chance; the nearer one is meant then.
          const same = Array.from({ length: 13 }, (_, index) => index - 6).filter(
            (at) => currentTotp(SEED, (current + at) * PERIOD).code === code,
          );
          const [nearest] = same.toSorted((left, right) => Math.abs(left - drift) - Math.abs(right - drift));
          expect(found).toEqual(nearest === undefined ? null : { step: current + nearest, ahead: nearest });
        },
      ),
    );
  });
});
