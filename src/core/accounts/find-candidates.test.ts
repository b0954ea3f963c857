import { describe, expect, it } from 'vitest';
import type { Goal } from '../../../shared/api/journeys.ts';
import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import { systemClock } from '../../platform/system-clock.ts';
import type { Account, AccountStatus, Directory } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { findCandidates } from './find-candidates.ts';

const account = {
  directory: 'people',
  id: '1',
  login: 'alice',
  displayName: 'Alice',
  contacts: { email: [], sms: [] },
} as unknown as Account;

/** A directory that finds alice and nobody else, and fails when asked more about her. */
function halfFailing(error: Error): Directory {
  const directory: Partial<Directory> = {
    id: 'people',
    label: 'People',
    normaliseIdentifier: (typed) => typed,
    findAccounts: (name) => Promise.resolve(name === 'alice' ? [account] : []),
    abilities: { verbs: ['reset-password'], tells: ['disabled', 'account-expired'], finds: [] },
    readStanding: () => Promise.reject(error),
  };
  return directory as Directory;
}

function standing(status: Partial<AccountStatus>): ReturnType<Directory['readStanding']> {
  return Promise.resolve({ status: status as AccountStatus, protection: { protected: false, reason: null } });
}

function find(asked: Directory | readonly Directory[], name: string, logged: string[] = [], goal: Goal = 'reset-password') {
  const all = [asked].flat();
  const keep = (event: string) => void logged.push(event);
  const store = {
    people: { recordOf: () => Promise.resolve({ factors: [], linked: [], frozen: false }) },
  } as unknown as Store;
  const directories = { all: () => all, get: () => all[0] as Directory };
  const keys = { digest: () => '', seal: () => '', open: () => null };
  return findCandidates({ store, keys, directories, clock: systemClock, log: { info: keep, warn: keep, error: keep } }, name, {
    goal,
    client: 'web',
    address: null,
    rules: [{ name: 'everybody', when: {}, accepted: [['totp']] }],
    canBeVouchedFor: () => Promise.resolve(false),
  });
}

it('tells no existing name from an unknown one when no more can be read of it', async () => {
  const logged: string[] = [];
  const broken = halfFailing(new AppError('directory.no-right'));
  expect(await find(broken, 'nobody')).toEqual({ candidates: [], refused: [{ account: null, reason: 'unknown-account' }] });
  expect(await find(broken, 'alice', logged)).toEqual({ candidates: [], refused: [{ account, reason: 'directory-trouble' }] });
  expect(logged).toEqual(['account.unreadable']);
});

describe('one of two directories', () => {
  const down = (code: ErrorCode): Directory => ({
    ...halfFailing(new AppError(code)),
    id: 'other',
    findAccounts: () => Promise.reject(new AppError(code)),
  });
  const well: Directory = {
    ...halfFailing(new AppError('directory.no-right')),
    readStanding: () => standing({ disabled: false, accountExpired: false, passwordSignIn: null }),
  };

  it.each(['directory.unreachable', 'directory.timed-out', 'directory.root-hidden', 'configuration.invalid'] as const)(
    'that cannot be asked (%s) holds up nobody of the other, and refuses no name that the other does not know',
    async (code) => {
      for (const directories of [
        [down(code), well],
        [well, down(code)],
      ]) {
        const logged: string[] = [];
        const alice = await find(directories, 'alice', logged);
        expect([...alice.candidates.map(({ login }) => login), ...alice.refused.map(({ account: found }) => found?.login)]).toEqual([
          'alice',
        ]);
        expect(await find(directories, 'nobody', logged)).toEqual({
          candidates: [],
          refused: [{ account: null, reason: 'directory-trouble' }],
        });
        expect(logged).toEqual(['directory.left-out', 'directory.left-out']);
      }
    },
  );

  it('waits for the other one whoever is found, so that the time tells nothing', async () => {
    for (const name of ['alice', 'nobody']) {
      const { promise, reject } = Promise.withResolvers<Account[]>();
      let over = false;
      const looking = find([well, { ...well, findAccounts: () => promise }], name).then(() => {
        over = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(over, name).toBe(false);
      reject(new AppError('directory.timed-out'));
      await looking;
    }
  });

  it('fails for everybody when neither can be asked', async () => {
    for (const name of ['alice', 'nobody'])
      await expect(find([down('directory.unreachable'), down('directory.timed-out')], name)).rejects.toMatchObject({
        code: 'directory.unreachable',
      });
  });
});

it('does not swallow what is a fault of ours', async () => {
  await expect(find(halfFailing(new TypeError('x')), 'alice')).rejects.toThrow(TypeError);
});

describe('a state that is not told', () => {
  const telling = (status: Partial<AccountStatus>, tells: Directory['abilities']['tells']): Directory => ({
    ...halfFailing(new AppError('directory.no-right')),
    abilities: { verbs: ['reset-password'], tells, finds: [] },
    readStanding: () => standing({ disabled: false, accountExpired: false, passwordSignIn: null, ...status }),
  });
  const reason = async (status: Partial<AccountStatus>, tells: Directory['abilities']['tells']) =>
    (await find(telling(status, tells), 'alice')).refused[0]?.reason;

  it.each([
    [{ disabled: null }, 'directory-trouble'],
    [{ accountExpired: null }, 'directory-trouble'],
    [{ disabled: true, accountExpired: null }, 'account-disabled'],
    [{ passwordSignIn: false }, 'password-not-used'],
    [{ locked: null }, 'not-enrolled'],
  ] as const)('%j of a directory that tells it is %s', async (status, expected) => {
    expect(await reason(status, ['locked', 'disabled', 'account-expired'])).toBe(expected);
  });

  it('bars nobody where the configuration accepts that it cannot be told', async () => {
    expect(await reason({ locked: null, disabled: null, accountExpired: null }, [])).toBe('not-enrolled');
  });
});

describe('a directory that refuses every reset of somebody', () => {
  const noReset = { problem: 'It demands the old password', fix: 'Change it' };
  const refusing = (verbs: Directory['abilities']['verbs']): Directory => ({
    ...halfFailing(new AppError('directory.no-right')),
    abilities: { verbs, tells: [], finds: [] },
    readStanding: () => standing({ disabled: false, accountExpired: false, passwordSignIn: null, noReset }),
  });

  it.each([
    ['reset-password', ['reset-password', 'unlock-account'], 'directory-trouble'],
    ['unlock-account', ['reset-password', 'unlock-account'], 'not-enrolled'],
    ['unlock-account', ['reset-password'], 'directory-trouble'],
  ] as const)('%s, where it can %j: %s', async (goal, verbs, reason) => {
    const logged: string[] = [];
    expect((await find(refusing(verbs), 'alice', logged, goal)).refused).toEqual([{ account, reason }]);
    expect(logged).toEqual(reason === 'directory-trouble' ? ['account.unreadable'] : []);
  });
});
