import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { createManualClock } from '../../../test/manual-clock.ts';
import { factorRow, intentRow, openTestStore, testKey } from '../../../test/store/fixture.ts';
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
import type { EnrolledCandidate, FactorDeps, Judgement, Question } from './factor.ts';
import { createLinkedAccountFactor } from './linked-account-factor.ts';

const PASSWORD = 'Right-Passw0rd-\u00e9';
const HOUR = 3_600_000;
const clock = createManualClock();
const logged: { event: string; fields: unknown }[] = [];
const log = { error: (event: string, fields: unknown) => void logged.push({ event, fields }) } as unknown as Log;
const configuration = configurationSchema.parse({
  version: 1,
  organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
  directories: ['people', 'cloud'].map((id) => ({
    ...{ id, kind: 'embedded', label: `Directory ${id}` },
    ...{ protected: { groups: ['Admins'] }, policy: { maximumAgeDays: 30, lockoutThreshold: 3 } },
  })),
  mail: { kind: 'capture' },
  factors: { coolDownHours: 48, linkedAccount: { attempts: 4 } },
});

let store: Store;
let directories: Map<string, Directory>;
beforeAll(async () => {
  store = await openTestStore('sqlite::memory:', testKey('linked-account-factor'));
  const open = (settings: DirectorySettingsOf<'embedded'>) => createEmbeddedDirectory(settings, { clock, accounts: store.embedded });
  directories = new Map(configuration.directories.map((each) => [each.id, open(each as DirectorySettingsOf<'embedded'>)]));
});
afterAll(() => store.close());
beforeEach(() => {
  logged.length = 0;
});

type Changes = Record<string, Partial<Directory>>;
/** Where directories are as told, which are the real ones otherwise. */
function factorWith(changes: Changes = {}) {
  const changed = [...directories].map(([id, directory]) => ({ ...directory, ...changes[id] }));
  const get = (id: string) => changed.find((directory) => directory.id === id) as Directory;
  return createLinkedAccountFactor({
    ...{ store, clock, log, configuration: () => configuration, keys: createKeys(randomBytes(32)) },
    directories: { get, all: () => changed },
  } as unknown as FactorDeps);
}

interface Person {
  readonly ref: AccountRef;
  readonly login: string;
  readonly key: string;
}
async function person(more: Partial<NewEmbeddedAccount> = {}): Promise<Person> {
  const passwordSetAt = clock.now() - 96 * HOUR;
  const account = { directory: 'cloud', login: `p${randomUUID()}`, displayName: 'P', password: PASSWORD, passwordSetAt, ...more };
  const { directory, id, login } = await createEmbeddedAccount({ accounts: store.embedded, clock, random: systemRandom }, account);
  return { ref: { directory, id }, login, key: `${directory}/${id}` };
}

async function wasReset({ ref }: Person, at: number): Promise<void> {
  await store.intents.insert(intentRow({ directory: ref.directory, accountId: ref.id, createdAt: at }));
}

const OWN = { directory: 'people', id: 'own' };
/** An account with a link to each of these. */
const linkedTo = (others: readonly Pick<Person, 'ref'>[], ref: AccountRef = OWN): EnrolledCandidate => ({
  candidate: { ref } as EnrolledCandidate['candidate'],
  factors: others.map(({ ref: { directory, id } }) => factorRow({ directory, accountId: id, kind: 'linked-account' })),
});
const ask = async (enrolled: EnrolledCandidate[], changes?: Changes): Promise<Question> => factorWith(changes).ask('c1', enrolled);
const judge = (
  enrolled: EnrolledCandidate[],
  { key }: Pick<Person, 'key'>,
  { password = PASSWORD, expected = [key], changes = {} }: { password?: string; expected?: string[]; changes?: Changes } = {},
): Promise<Judgement> =>
  factorWith(changes).judge({ challengeId: 'c1', expected: JSON.stringify(expected), answer: { account: key, password }, enrolled });

const usable = ({ key, login, ref }: Person) => ({ id: key, label: `${login} (Directory ${ref.directory})` });
const failing = (error: Error) => () => Promise.reject(error);
const answering = (outcome: VerifyOutcome): Changes => ({ cloud: { verifyPassword: () => Promise.resolve(outcome) } });
const NOT_ASKED = { proofs: [], asked: { trouble: 'not-asked', answered: true } };
const NOT_ANSWERED = { proofs: [], asked: { trouble: 'unanswered', answered: false } };
const SILENT = new AppError('directory.unreachable');

it('is asked for by the password of an account that is named, sends nothing, and has the attempts that are configured', () => {
  const factor = factorWith();
  expect([factor.kind, factor.prompt, factor.form, factor.shown('c1')]).toEqual(['linked-account', 'linked-password', 'letters', {}]);
  expect([factor.maximumAttempts(), factor.lifetime(), factor.resendWait()]).toEqual([4, null, null]);
  expect(factor.canBe({ account: '', password: '' })).toBe(true);
});

describe('of the other accounts of a person', () => {
  it('each that may be asked about is named once, in the order of the links', async () => {
    const [one, two] = [await person(), await person({ directory: 'people' })];
    const question = await ask([linkedTo([two, one, two]), linkedTo([one], { directory: 'people', id: 'twin' })]);
    expect(question).toEqual({
      ...{ expected: JSON.stringify([two.key, one.key]), messages: [] },
      accounts: { usable: [usable(two), usable(one)], unanswered: false },
    });
  });

  it('there are none where nobody has linked any', async () => {
    for (const nobody of [[], [linkedTo([])]]) {
      expect(await ask(nobody)).toEqual({ expected: '[]', messages: [], accounts: { usable: [], unanswered: false } });
    }
  });

  it('only those are unanswered whose directory is in trouble, of which the operator hears', async () => {
    const [one, two] = [await person(), await person({ directory: 'people' })];
    for (const error of [SILENT, new AppError('configuration.secret-missing')]) {
      logged.length = 0;
      const question = await ask([linkedTo([one, two])], { cloud: { readStanding: failing(error) } });
      expect(question).toMatchObject({ expected: JSON.stringify([two.key]), accounts: { usable: [usable(two)], unanswered: true } });
      expect(logged).toEqual([{ event: 'password.not-judged', fields: { directory: 'cloud', error } }]);
      expect(await judge([linkedTo([one])], one, { changes: { cloud: { readAccount: failing(error) } } })).toEqual(NOT_ANSWERED);
    }
  });

  it('a fault that is no directory’s comes out', async () => {
    const one = await person();
    for (const error of [new TypeError('a fault'), new AppError('store.unavailable'), new AppError('internal.unexpected')]) {
      await expect(ask([linkedTo([one])], { cloud: { readAccount: failing(error) } })).rejects.toBe(error);
      await expect(judge([linkedTo([one])], one, { changes: { cloud: { verifyPassword: failing(error) } } })).rejects.toBe(error);
    }
    expect(logged).toEqual([]);
  });

  it.each<[string, Partial<NewEmbeddedAccount>, (one: Person) => Promise<unknown>]>([
    ['is disabled', { disabled: true }, () => Promise.resolve()],
    ['is past its end', { expiresAt: 1 }, () => Promise.resolve()],
    ['is protected', { groups: ['Admins'] }, () => Promise.resolve()],
    ['is frozen', {}, ({ ref }) => store.freezes.freeze(ref, 'not-me', clock.now())],
    ['had its password reset just now', {}, (one) => wasReset(one, clock.now())],
    ['had its password reset within the time that is waited', {}, (one) => wasReset(one, clock.now() - 48 * HOUR + 1)],
  ])('one that %s is not asked about, and its right password proves nothing', async (_what, more, befalls) => {
    const one = await person(more);
    await befalls(one);
    expect(await ask([linkedTo([one])])).toEqual({ expected: '[]', messages: [], accounts: { usable: [], unanswered: false } });
    expect(await judge([linkedTo([one])], one)).toEqual(NOT_ASKED);
    expect(logged).toEqual([]);
  });

  it('one that is gone, or whose directory is configured no more, is not asked about', async () => {
    for (const ref of [
      { directory: 'cloud', id: 'gone' },
      { directory: 'school', id: 'x' },
    ]) {
      const key = `${ref.directory}/${ref.id}`;
      expect((await ask([linkedTo([{ ref }])])).accounts).toEqual({ usable: [], unanswered: false });
      expect(await judge([linkedTo([{ ref }])], { key })).toEqual(NOT_ASKED);
    }
  });

  it('one is asked about again once the time after a reset is over', async () => {
    const one = await person();
    await wasReset(one, clock.now() - 48 * HOUR);
    expect((await ask([linkedTo([one])])).accounts).toMatchObject({ usable: [usable(one)] });
  });

  it('one is asked about whose password was set past Keyturn long ago, or changed through it with the old one, and no other', async () => {
    const lately = clock.now() - 40 * HOUR;
    /** When the one before was set, as the directory told then, and how it ended. */
    const changed = async (by: number, before: number | null = 0, status: 'done' | 'failed' = 'done', one?: Person) => {
      const whose = one ?? (await person({ passwordSetAt: lately }));
      const { directory, id: accountId } = whose.ref;
      const row = intentRow({ directory, accountId, verb: 'change-password', createdAt: by });
      const times = { leaseUntil: 0, settledAt: 0, givenUpAt: 0 };
      const facts = {
        id: row.id,
        verb: 'change-password',
        proof: ['password'],
        account: whose.ref,
        window: times,
        readAt: by,
        server: 's',
        before: { passwordSetAt: before },
      };
      await store.intents.insert({ ...row, facts: JSON.stringify(facts) });
      await store.intents.close(row.id, status, by);
      return whose;
    };
    const kept = await changed(lately);
    const twice = await changed(lately - HOUR, 0, 'done', await changed(lately, lately - HOUR));
    // Whoever has set it just before can change it as its owner would.
    const setBefore = await changed(lately, lately - HOUR);
    const setBetween = await changed(lately - 2 * HOUR, 0, 'done', await changed(lately, lately - HOUR));
    const others = [await changed(lately - HOUR), await changed(lately, null), await changed(lately, 0, 'failed')];
    const set = await person({ passwordSetAt: lately });
    const { accounts } = await ask([linkedTo([kept, twice, setBefore, setBetween, ...others, set])]);
    expect(accounts).toMatchObject({ usable: [usable(kept), usable(twice)], unanswered: false });
  });

  it('one is asked about whose directory does not tell when a password was set, only where the operator states whose it is', async () => {
    const one = await person();
    const cloud = directories.get('cloud') as Directory;
    const readStanding: Directory['readStanding'] = async (account) => {
      const { status, protection } = await cloud.readStanding(account);
      return { status: { ...status, passwordSetAt: null }, protection };
    };
    const stated = { ...cloud.abilities, untoldPasswordsAreOwn: true as const };
    expect((await ask([linkedTo([one])], { cloud: { readStanding } })).accounts).toMatchObject({ usable: [] });
    expect(await judge([linkedTo([one])], one, { changes: { cloud: { readStanding } } })).toEqual(NOT_ASKED);
    expect((await ask([linkedTo([one])], { cloud: { readStanding, abilities: stated } })).accounts).toMatchObject({
      usable: [usable(one)],
    });
  });
});

describe('the password of another account', () => {
  it('proves every account to which that one is linked, by the link of each, and none besides', async () => {
    const [one, other] = [await person(), await person()];
    const both = [linkedTo([other, one]), linkedTo([one], { directory: 'people', id: 'twin' }), linkedTo([other], one.ref)];
    const { proofs, asked } = await judge(both, one);
    expect(asked).toBeUndefined();
    expect(proofs.map(({ account, factor }) => [account, factor])).toEqual([
      [OWN, both[0]?.factors[1]?.id],
      [{ directory: 'people', id: 'twin' }, both[1]?.factors[0]?.id],
    ]);
    expect(await proofs[0]?.settle(store)).toBe(true);
  });

  it('is one however its letters were put together', async () => {
    const one = await person();
    expect((await judge([linkedTo([one])], one, { password: PASSWORD.normalize('NFD') })).proofs).toHaveLength(1);
  });

  it('that is wrong proves nothing, and nothing is told of it', async () => {
    const one = await person();
    expect(await judge([linkedTo([one])], one, { password: 'Wrong-Passw0rd-1' })).toEqual({ proofs: [] });
  });

  it('proves nothing where the account was not asked about, or was parted meanwhile', async () => {
    const [one, other] = [await person(), await person()];
    expect(await judge([linkedTo([one, other])], one, { expected: [other.key] })).toEqual({ proofs: [] });
    expect(await judge([linkedTo([one])], one, { expected: [] })).toEqual({ proofs: [] });
    expect(await judge([linkedTo([other])], one)).toEqual({ proofs: [] });
    expect(await judge([], one)).toEqual({ proofs: [] });
  });

  it('is not asked of a directory that would lock the account for a wrong one', async () => {
    const one = await person();
    for (let times = 0; times < 2; times += 1)
      expect(await judge([linkedTo([one])], one, { password: 'Wrong-Passw0rd-1' })).toEqual({ proofs: [] });
    expect(await judge([linkedTo([one])], one)).toEqual(NOT_ASKED);
  });

  it('that is set anew while the server is asked about it proves nothing', async () => {
    const one = await person();
    const verifyPassword: Directory['verifyPassword'] = async () => {
      await wasReset(one, clock.now());
      return { valid: true, warning: 'none' };
    };
    expect(await judge([linkedTo([one])], one, { changes: { cloud: { verifyPassword } } })).toEqual({ proofs: [] });
  });

  it('that a server could not judge is told apart from a wrong one', async () => {
    const one = await person();
    expect(await judge([linkedTo([one])], one, { changes: { cloud: { verifyPassword: failing(SILENT) } } })).toEqual(NOT_ANSWERED);
    expect(logged).toEqual([{ event: 'password.not-judged', fields: { directory: 'cloud', error: SILENT } }]);
  });

  it.each<[VerifyOutcome, number]>([
    [{ valid: true, warning: 'none' }, 1],
    [{ valid: true, warning: 'grace' }, 1],
    [{ valid: false, reason: 'credentials.password-expired', passwordWasRight: true }, 1],
    [{ valid: false, reason: 'credentials.password-expired', passwordWasRight: false }, 0],
    // Somebody else may have set it.
    [{ valid: false, reason: 'credentials.must-change', passwordWasRight: true }, 0],
    [{ valid: true, warning: 'must-change' }, 0],
    [{ valid: false, reason: 'credentials.locked', passwordWasRight: true }, 0],
  ])('answered by %j gives %i proofs', async (outcome, proofs) => {
    const one = await person();
    const told = await judge([linkedTo([one])], one, { changes: answering(outcome) });
    expect([told.proofs.length, told.asked]).toEqual([proofs, undefined]);
  });
});
