import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { type AccessWorld, ADDRESS, openAccessWorld } from '../../../test/access-world.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { VerifyOutcome } from '../ports/verify-outcome.ts';
import type { Session } from '../sessions/session.ts';
import { checkCurrent, signedInTarget } from './check-current.ts';

let world: AccessWorld;
let account: AccountRef;
let session: Session;
let outcome: () => Promise<VerifyOutcome>;
let tried: string[];
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(async () => {
  world.changeBack();
  world.configure({
    guard: {
      failuresPerAccount: { count: 2, countWithWork: 4, windowSeconds: 600 },
      failuresPerAccountOverall: { count: 3, windowSeconds: 600 },
    },
  });
  account = await world.person();
  session = await world.signIn(account);
  tried = [];
  world.change('people', {
    verifyPassword(_ref, password) {
      tried.push(password);
      return outcome();
    },
  });
});

const RIGHT: VerifyOutcome = { valid: true, warning: 'none' };
const WRONG: VerifyOutcome = { valid: false, reason: 'credentials.wrong', passwordWasRight: false };
const check = (answer: VerifyOutcome | Error, password = 'given') => {
  outcome = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
  return checkCurrent(world.deps(), session, account, password);
};
const events = async () => (await world.events()).filter((event) => event.session === session.id);
const failures = async () => (await world.deps().guard.failuresOf(signedInTarget(account))).failures;

describe('the current password', () => {
  it.each<[VerifyOutcome, string]>([
    [RIGHT, 'right'],
    [{ valid: false, reason: 'credentials.password-expired', passwordWasRight: true }, 'right'],
    [{ valid: false, reason: 'credentials.must-change', passwordWasRight: true }, 'right'],
    [WRONG, 'wrong'],
  ])('answered by %j is %s', async (answer, told) => {
    expect(await check(answer)).toBe(told);
    const actor = { kind: 'self', address: ADDRESS, client: 'web' };
    expect(await events()).toEqual(told === 'right' ? [] : [{ type: 'session.current-refused', account, session: session.id, actor }]);
    expect(await failures()).toBe(told === 'right' ? 0 : 1);
  });

  it('is asked about as passwords are written', async () => {
    await check(RIGHT, 'cafe\u0301');
    expect(tried).toEqual(['caf\u00e9']);
  });

  it('is judged so many times, whoever is right meanwhile, and then not any more', async () => {
    for (const answer of [WRONG, RIGHT, WRONG]) await check(answer);
    expect([await check(RIGHT), tried.length, await failures()]).toEqual(['not-tried', 3, 2]);
    expect(await events()).toHaveLength(2);
    // Of another account of the same person nothing was wrong.
    account = await world.person();
    expect(await check(RIGHT)).toBe('right');
    world.clock.advance(601_000);
  });

  it('has a budget of its own: strangers use up nothing of it', async () => {
    const target = `people/${account.id}`;
    const asked = [{ target, place: 'x', isKnown: false }];
    for (let times = 0; times < 3; times += 1) await world.deps().guard.countFailure(world.store, asked, [], ADDRESS);
    expect(signedInTarget(account)).not.toBe(target);
    expect(await check(RIGHT)).toBe('right');
  });

  it('is not tried, and counts as nothing, where a wrong one could lock the account', async () => {
    const real = world.deps().directories.get('people');
    world.change('people', {
      async readFacts(ref) {
        const facts = await real.readFacts(ref);
        return { ...facts, status: { ...facts.status, badAttempts: 4 } };
      },
    });
    expect(await check(RIGHT)).toBe('not-tried');
    expect([tried, await failures(), await events()]).toEqual([[], 0, []]);
  });

  it('counts as nothing where the directory cannot be asked', async () => {
    await expect(check(new AppError('directory.unreachable'))).rejects.toMatchObject({ code: 'directory.unreachable' });
    expect([await failures(), await events()]).toEqual([0, []]);
  });

  it('is counted before it is judged: whoever dies meanwhile has not guessed for nothing', async () => {
    outcome = async () => {
      expect(await failures()).toBe(1);
      return RIGHT;
    };
    expect(await checkCurrent(world.deps(), session, account, 'x')).toBe('right');
    expect(tried).toEqual(['x']);
  });
});
