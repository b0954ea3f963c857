import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { createManualClock } from '../../../test/manual-clock.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import { createEmbeddedAccount, type NewEmbeddedAccount } from '../../directory/embedded/create-embedded-account.ts';
import { createEmbeddedDirectory } from '../../directory/embedded/create-embedded-directory.ts';
import { createKeys } from '../../platform/derived-keys.ts';
import { systemRandom } from '../../platform/system-random.ts';
import type { DirectorySettingsOf } from '../configuration/directory-section.ts';
import { configurationSchema } from '../configuration/document.ts';
import type { AccountRef, Directory } from '../ports/directory.ts';
import type { Log } from '../ports/platform.ts';
import type { Store } from '../ports/store.ts';
import type { VerifyOutcome } from '../ports/verify-outcome.ts';
import type { EnrolledCandidate, FactorDeps, Judgement } from './factor.ts';
import { createPasswordFactor } from './password-factor.ts';

const PASSWORD = 'Right-Passw0rd-1';
const DAY = 86_400_000;
const clock = createManualClock();
const logged: { event: string; fields: unknown }[] = [];
const log = { error: (event: string, fields: unknown) => void logged.push({ event, fields }) } as unknown as Log;

let store: Store;
let directories: Map<string, Directory>;
beforeAll(async () => {
  store = await openTestStore('sqlite::memory:', testKey('password-factor'));
  const { directories: sections } = configurationSchema.parse({
    version: 1,
    organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
    directories: ['people', 'others'].map((id) => ({
      id,
      kind: 'embedded',
      label: id,
      policy: { maximumAgeDays: 30, lockoutThreshold: 3 },
    })),
    mail: { kind: 'capture' },
  });
  const open = (settings: DirectorySettingsOf<'embedded'>) => createEmbeddedDirectory(settings, { clock, accounts: store.embedded });
  directories = new Map(sections.map((settings) => [settings.id, open(settings as DirectorySettingsOf<'embedded'>)]));
});
afterAll(() => store.close());

/** Judged where directories are as told, which are the real ones otherwise. */
function judge(password: string, accounts: readonly AccountRef[], changes: Record<string, Partial<Directory>> = {}): Promise<Judgement> {
  const changed = new Map([...directories].map(([id, directory]) => [id, { ...directory, ...changes[id] }]));
  const get = (id: string) => changed.get(id) as Directory;
  const factor = createPasswordFactor({
    ...{ store, clock, log, keys: createKeys(randomBytes(32)) },
    directories: { get, all: () => [...changed.values()] },
  } as unknown as FactorDeps);
  const enrolled = accounts.map((ref) => ({ candidate: { ref }, factors: [] }) as unknown as EnrolledCandidate);
  return factor.judge({ challengeId: randomUUID(), expected: '[]', answer: password, enrolled });
}

async function person(more: Partial<NewEmbeddedAccount> = {}): Promise<AccountRef> {
  const account = { directory: 'people', login: `p${randomUUID()}`, displayName: 'P', password: PASSWORD, ...more };
  const { directory, id } = await createEmbeddedAccount({ accounts: store.embedded, clock, random: systemRandom }, account);
  return { directory, id };
}

const trouble = () => Promise.reject(new AppError('directory.unreachable'));
/** A server that answers so, whatever the password is. */
const answering = (outcome: VerifyOutcome) => ({ verifyPassword: () => Promise.resolve(outcome) });
const none = { trouble: 'none', answered: true };

it('a password is asked for as it is, sends nothing, and has the attempts that are configured', () => {
  const configuration = () => ({ factors: { password: { attempts: 7 } } });
  const factor = createPasswordFactor({ configuration } as unknown as FactorDeps);
  expect([factor.kind, factor.prompt, factor.form, factor.shown('c1')]).toEqual(['password', 'password', 'letters', {}]);
  expect([factor.maximumAttempts(), factor.lifetime(), factor.resendWait(), factor.canBe('')]).toEqual([7, null, null, true]);
  expect(factor.ask('c1', [])).toEqual({ expected: '[]', messages: [] });
});

describe('a password, as its directory judges it', () => {
  it.each<[string, Partial<NewEmbeddedAccount>, object]>([
    ['is a proof', {}, { asked: none }],
    ['that must be changed is a proof, and says so', { mustChange: true }, { renew: 'must-change', asked: none }],
    ['that has expired is a proof, and says so', { passwordSetAt: clock.now() - 31 * DAY }, { renew: 'expired', asked: none }],
    ['of a disabled account is none, and tells why', { disabled: true }, { proofs: [], asked: { ...none, barred: 'account-disabled' } }],
    [
      'of one past its end is none, and tells why',
      { expiresAt: clock.now() - DAY },
      { proofs: [], asked: { ...none, barred: 'account-expired' } },
    ],
  ])('%s', async (_, more, expected) => {
    const account = await person(more);
    const { renew, ...rest } = expected as { renew?: string; proofs?: []; asked: object };
    const told = await judge(PASSWORD, [account]);
    expect(told).toMatchObject(rest);
    expect(told.asked, 'and nothing is barred where no reason is told').toStrictEqual(rest.asked);
    if (rest.proofs === undefined) {
      expect(told.proofs.map((proof) => [proof.account, proof.renew, proof.factor])).toEqual([
        [account, renew, `password people/${account.id}`],
      ]);
      expect(await told.proofs[0]?.settle(store)).toBe(true);
    }
    // A wrong one tells nothing of it.
    expect(await judge('Wrong-Passw0rd-1', [account])).toEqual({ proofs: [], asked: none });
  });

  it.each<[VerifyOutcome, string | undefined]>([
    [{ valid: true, warning: 'none' }, undefined],
    [{ valid: true, warning: 'expires-soon' }, undefined],
    [{ valid: true, warning: 'grace' }, 'expired'],
    [{ valid: true, warning: 'must-change' }, 'must-change'],
    [{ valid: false, reason: 'credentials.must-change', passwordWasRight: true }, 'must-change'],
    [{ valid: false, reason: 'credentials.password-expired', passwordWasRight: true }, 'expired'],
  ])('answered by %j is right, and to be changed: %s', async (outcome, renew) => {
    const account = await person();
    const { proofs, asked } = await judge('x', [account], { people: answering(outcome) });
    expect(proofs.map((proof) => proof.renew)).toEqual([renew]);
    expect(asked).toEqual(none);
  });

  it.each<VerifyOutcome>([
    { valid: false, reason: 'credentials.must-change', passwordWasRight: false },
    { valid: false, reason: 'credentials.password-expired', passwordWasRight: false },
    { valid: false, reason: 'credentials.disabled', passwordWasRight: false },
    { valid: false, reason: 'credentials.account-expired', passwordWasRight: false },
    { valid: false, reason: 'credentials.locked', passwordWasRight: true },
    { valid: false, reason: 'credentials.not-allowed-now', passwordWasRight: true },
  ])('answered by %j is wrong, and nothing is told', async (outcome) => {
    expect(await judge('x', [await person()], { people: answering(outcome) })).toEqual({ proofs: [], asked: none });
  });

  it('is that of the accounts for which it is right, of several that were named', async () => {
    const [one, other] = [await person(), await person({ directory: 'others', password: 'Another-Passw0rd-2' })];
    expect((await judge('Another-Passw0rd-2', [one, other])).proofs.map(({ account }) => account)).toEqual([other]);
  });

  it('is a wrong one where one of several accounts was tried, though another was not', async () => {
    const [near, other] = [await person(), await person({ directory: 'others' })];
    for (let times = 0; times < 2; times += 1) await judge('Wrong-Passw0rd-1', [near]);
    expect(await judge('Wrong-Passw0rd-1', [near, other])).toEqual({ proofs: [], asked: none });
  });

  it('that no server could judge is told apart from a wrong one, also where another one has answered', async () => {
    const account = await person();
    const down = { verifyPassword: trouble, verifyNobody: trouble };
    logged.length = 0;
    expect((await judge(PASSWORD, [account], { people: down })).asked).toEqual({ trouble: 'unanswered', answered: true });
    expect(logged).toMatchObject([{ event: 'password.not-judged', fields: { directory: 'people' } }]);
    expect((await judge(PASSWORD, [account], { people: down, others: down })).asked).toEqual({ trouble: 'unanswered', answered: false });
    expect((await judge(PASSWORD, [account], { others: down })).asked).toEqual({ trouble: 'unanswered', answered: true });
    expect((await judge(PASSWORD, [], { people: down, others: down })).asked).toEqual({ trouble: 'unanswered', answered: false });
    await expect(judge(PASSWORD, [account], { people: { verifyPassword: () => Promise.reject(new Error('bug')) } })).rejects.toThrow('bug');
  });

  it('is not asked for where it could lock, or where that is not told, of which the operator hears', async () => {
    const account = await person();
    for (let times = 0; times < 2; times += 1) await judge('Wrong-Passw0rd-1', [account]);
    logged.length = 0;
    expect(await judge(PASSWORD, [account])).toEqual({ proofs: [], asked: { trouble: 'not-asked', answered: true } });
    expect(logged).toEqual([]);
    const readFacts: Directory['readFacts'] = async (ref) => {
      const facts = await (directories.get('people') as Directory).readFacts(ref);
      return { ...facts, status: { ...facts.status, locked: null } };
    };
    const fresh = await person();
    expect((await judge(PASSWORD, [fresh], { people: { readFacts } })).asked).toEqual({ trouble: 'not-asked', answered: true });
    expect(logged).toEqual([{ event: 'password.not-tried', fields: { directory: 'people', reason: 'lock-out not told' } }]);
  });

  it('is asked of every directory once, wherever the name has an account, and whether that one may be tried', async () => {
    const asked: string[] = [];
    const watching = (id: string): Partial<Directory> => {
      const real = directories.get(id) as Directory;
      return {
        verifyPassword(ref, password) {
          asked.push(`${id} ${password}`);
          return real.verifyPassword(ref, password);
        },
        verifyNobody(password) {
          asked.push(`${id} ${password}`);
          return real.verifyNobody(password);
        },
      };
    };
    const near = await person();
    for (let times = 0; times < 2; times += 1) await judge('Wrong-Passw0rd-1', [near]);
    const somebody = (directory: string) => person({ directory });
    const notTried = { trouble: 'not-asked', answered: true };
    for (const [named, told] of [
      [[], none],
      [[await somebody('people')], none],
      [[await somebody('others')], none],
      [[await somebody('people'), await somebody('others')], none],
      [[near], notTried],
      [[near, await somebody('others')], none],
    ] as const) {
      asked.length = 0;
      const judged = await judge('x', named, { people: watching('people'), others: watching('others') });
      expect(judged).toEqual({ proofs: [], asked: told });
      expect(asked.toSorted()).toEqual(['others x', 'people x']);
    }
  });
});
