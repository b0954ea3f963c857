import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { type AccessWorld, ADDRESS, openAccessWorld } from '../../../test/access-world.ts';
import type { AccountRef, Directory, WriteOutcome } from '../ports/directory.ts';
import type { VerifyOutcome } from '../ports/verify-outcome.ts';
import type { Session } from '../sessions/session.ts';
import { type Changes, changePassword, rulesForChange, type WantedChange } from './change-password.ts';

const NEXT = 'Quite-another-Passw0rd';
const CURRENT = 'Spool-grapple-over-12';
let world: AccessWorld;
let account: AccountRef;
let session: Session;
let written: string[];
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(async () => {
  world.changeBack();
  world.clock.advance(60_000);
  world.configure({});
  account = await world.person();
  session = await world.signIn(account);
  written = [];
  for (const id of ['people', 'cloud'] as const) {
    const right = (password: string): VerifyOutcome =>
      password === CURRENT ? { valid: true, warning: 'none' } : { valid: false, reason: 'credentials.wrong', passwordWasRight: false };
    writing(id, { done: true, server: id });
    world.change(id, { verifyPassword: (_ref, password) => Promise.resolve(right(password)) });
  }
});

/** What comes of a change at a directory. The password that is there is not looked at: to make its hash takes long. */
function writing(id: 'people' | 'cloud', outcome: WriteOutcome | Error): void {
  world.change(id, {
    changePassword(ref, current, password) {
      written.push(`${ref.directory}/${ref.id} ${current} ${password}`);
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  });
}
const change = (changes: Partial<WantedChange> = {}, by = session): Promise<Changes> =>
  changePassword(world.deps(), by, { password: NEXT, accounts: [{ account: 'own', current: CURRENT }], ...changes });
/** An account that is linked, and what stands for it. */
async function linked(): Promise<{ id: string; ref: AccountRef }> {
  const ref = await world.person({ directory: 'cloud' });
  await world.link(account, ref);
  const [link] = await world.store.people.linkedTo(account);
  return { id: link?.id ?? '', ref };
}
const both = (id: string, current = CURRENT) => ({
  accounts: [
    { account: 'own', current: CURRENT },
    { account: id, current },
  ],
});
const eventsOf = async (type: string) =>
  (await world.events()).filter((event) => event.type === type && (event.account as AccountRef).id === account.id);
const label = expect.stringMatching(/ \((people|cloud)\)$/);
const own = { id: 'own', label };
const status = (of: AccountRef, changes: object): Partial<Directory> => {
  const real = world.deps().directories.get(of.directory);
  return {
    async readFacts(ref) {
      const facts = await real.readFacts(ref);
      return ref.id === of.id ? { ...facts, status: { ...facts.status, ...changes } } : facts;
    },
  };
};

describe('a password that its owner changes', () => {
  it('is written as the person, by the current one, with who it was in the log', async () => {
    expect(await change()).toEqual({ results: [{ ...own, outcome: 'changed' }] });
    expect(written).toEqual([`people/${account.id} ${CURRENT} ${NEXT}`]);
    expect(await eventsOf('write.intended')).toMatchObject([
      { verb: 'change-password', actor: { kind: 'self', address: ADDRESS, client: 'web' }, proof: ['password', 'totp'], unlock: false },
    ]);
    expect((await eventsOf('write.intended'))[0]).not.toHaveProperty('journey');
    const [row] = await world.store.intents.ownWritesSince(account, 0);
    expect(JSON.parse(row?.facts ?? '{}')).toMatchObject({ session: session.id, language: 'de', logEnd: expect.any(Number) });
  });

  it('counts as a proof that was given, once', async () => {
    const byPasskey = await world.signIn(account, {
      proofs: [
        { kind: 'passkey', at: 1 },
        { kind: 'passkey', at: 2 },
      ],
    });
    await change({}, byPasskey);
    expect((await eventsOf('write.intended'))[0]).toMatchObject({ proof: ['passkey', 'password'] });
  });

  it('and the current one are taken as passwords are written', async () => {
    await change({ password: 'cafe\u0301-Grapple-overturn-1', accounts: [{ account: 'own', current: CURRENT }] });
    expect(written).toEqual([`people/${account.id} ${CURRENT} caf\u00e9-Grapple-overturn-1`]);
  });

  it('leaves the session in which it is done, and ends the others', async () => {
    const other = await world.signIn(account);
    await change();
    const isOpen = async (of: Session) => (await world.store.sessions.findByToken(of.row.tokenDigest))?.endedAt === null;
    expect([await isOpen(session), await isOpen(other)]).toEqual([true, false]);
  });

  it('is not changed in a session that may only enrol', async () => {
    const enrolling = await world.signIn(account, {}, { rights: 'until-enrolled' });
    await expect(change({}, enrolling)).rejects.toMatchObject({ code: 'session.for-enrolment-only' });
  });

  it('is not changed in a session that was ended, nor for an account that was parted, while it was judged', async () => {
    const { id } = await linked();
    const real = world.deps().directories.get('people').prepareWrite;
    const meanwhile = (happens: () => Promise<unknown>) =>
      world.change('people', {
        async prepareWrite(...parameters) {
          await happens();
          return real(...parameters);
        },
      });
    meanwhile(() => world.store.people.unlink(account));
    await expect(change(both(id))).rejects.toMatchObject({ code: 'people.not-linked' });
    meanwhile(() => world.store.sessions.end(account, session.id, 'signed-out', world.clock.now()));
    await expect(change()).rejects.toMatchObject({ code: 'session.ended' });
    const unknown = { ...session, row: { ...session.row, tokenDigest: 'nobody' } };
    await expect(change({}, unknown)).rejects.toMatchObject({ code: 'session.ended' });
    expect([written, await eventsOf('write.intended')]).toEqual([[], []]);
  });
});

describe('a password is not written', () => {
  it('that breaks a rule; which is told', async () => {
    const { results, verdicts } = await change({ password: 'short' });
    expect(results).toEqual([{ ...own, outcome: 'refused' }]);
    expect(verdicts).toContainEqual(expect.objectContaining({ code: 'password.too-short', ok: false }));
  });

  it('where the current one is wrong', async () => {
    const refused = [{ ...own, outcome: 'refused', code: 'password.old-wrong' }];
    expect(await change({ accounts: [{ account: 'own', current: 'Wrong-Passw0rd-1' }] })).toEqual({ results: refused });
  });

  it('that is like the current one, however the two are written', async () => {
    expect(await change({ password: `${CURRENT}1` })).toEqual({ results: [{ ...own, outcome: 'refused', code: 'password.too-similar' }] });
  });

  it('before its time, which is told; at its time it is', async () => {
    const changeableAt = world.clock.now() + 1;
    world.change('people', status(account, { changeableAt }));
    expect(await change()).toEqual({ results: [{ ...own, outcome: 'refused', code: 'password.too-young', changeableAt }] });
    expect(written).toEqual([]);
    world.clock.advance(1);
    expect(await change()).toMatchObject({ results: [{ outcome: 'changed' }] });
  });

  it('of an account that may not be written to', async () => {
    account = await world.person({ groups: ['Protected'] });
    session = await world.signIn(account);
    expect(await change()).toEqual({ results: [{ ...own, outcome: 'refused', code: 'password.change-not-allowed' }] });
  });

  it('of what is not theirs', async () => {
    await expect(change(both('none'))).rejects.toMatchObject({ code: 'people.not-linked' });
  });

  it('where the directory cannot be asked, whose trouble is told', async () => {
    const error = new AppError('directory.unreachable');
    world.change('people', { readFacts: () => Promise.reject(error) });
    await expect(change()).rejects.toBe(error);
  });
});

describe('what a directory says of a change', () => {
  it.each<[WriteOutcome | Error, object]>([
    [
      { done: false, refusal: 'password.in-history', detail: 'd', server: 'x' },
      { outcome: 'refused', code: 'password.in-history' },
    ],
    [
      { done: false, refusal: 'password.too-young', detail: 'd', server: 'x', changeableAt: 77 },
      { outcome: 'refused', code: 'password.too-young', changeableAt: 77 },
    ],
    [new AppError('directory.no-right'), { outcome: 'failed', code: 'directory.no-right' }],
    [new AppError('directory.outcome-unknown'), { outcome: 'unknown' }],
    [new AppError('directory.timed-out'), { outcome: 'failed', code: 'directory.timed-out' }],
  ])('%j is told as %j', async (outcome, told) => {
    writing('people', outcome);
    expect(await change()).toStrictEqual({ results: [{ ...own, ...told }] });
  });
});

it('a change of which nothing can be found out any more is not known, and no reason is told', async () => {
  writing('people', new AppError('directory.outcome-unknown'));
  world.change('people', { readFingerprint: () => Promise.reject(new AppError('directory.account-missing')) });
  expect(await change()).toStrictEqual({ results: [{ ...own, outcome: 'unknown' }] });
  expect(await eventsOf('write.unknown')).toHaveLength(1);
});

describe('one password for several accounts', () => {
  it('is written to each, by its own current one', async () => {
    const { id, ref } = await linked();
    world.change('cloud', { verifyPassword: () => Promise.resolve({ valid: true, warning: 'none' }) });
    expect(await change(both(id, 'Other-current-Passw0rd'))).toEqual({
      results: [
        { ...own, outcome: 'changed' },
        { id, label, outcome: 'changed' },
      ],
    });
    expect(written.toSorted()).toEqual([`cloud/${ref.id} Other-current-Passw0rd ${NEXT}`, `people/${account.id} ${CURRENT} ${NEXT}`]);
  });

  it('has an outcome for each once it is begun', async () => {
    const { id } = await linked();
    writing('cloud', { done: false, refusal: 'password.in-history', detail: 'd', server: 'x' });
    expect((await change(both(id))).results.map(({ outcome }) => outcome)).toEqual(['changed', 'refused']);
  });

  it('is begun for none while something stands in the way of one', async () => {
    const { id } = await linked();
    expect(await change(both(id, 'Wrong-Passw0rd-1'))).toEqual({
      results: [
        { ...own, outcome: 'not-begun' },
        { id, label, outcome: 'refused', code: 'password.old-wrong' },
      ],
    });
    expect(written).toEqual([]);
  });

  it('is begun for none where one cannot be read; a fault of the program is one', async () => {
    const { id } = await linked();
    world.change('cloud', { readFacts: () => Promise.reject(new AppError('directory.unreachable')) });
    expect(await change(both(id))).toEqual({
      results: [
        { ...own, outcome: 'not-begun' },
        { id, label: '', outcome: 'failed', code: 'directory.unreachable' },
      ],
    });
    for (const error of [new TypeError('a fault'), new AppError('store.unavailable')]) {
      world.change('cloud', { readFacts: () => Promise.reject(error) });
      await expect(change(both(id))).rejects.toBe(error);
    }
  });

  it('meets the rules of all of them', async () => {
    const { id } = await linked();
    const { accounts, rules } = await rulesForChange(world.deps(), session, ['own', id]);
    expect(accounts.map((each) => each.id)).toEqual(['own', id]);
    expect(rules).toContainEqual(expect.objectContaining({ code: 'password.too-short' }));
    await expect(rulesForChange(world.deps(), session, ['none'])).rejects.toMatchObject({ code: 'people.not-linked' });
  });
});
