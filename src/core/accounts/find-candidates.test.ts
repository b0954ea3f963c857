import { expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import type { Guard } from '../guard/guard.ts';
import type { Account, Directory } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { findCandidates } from './find-candidates.ts';

const account = { directory: 'people', id: '1', login: 'alice', displayName: 'Alice' } as Account;

/** A directory that finds alice and nobody else, and fails when asked more about her. */
function halfFailing(verb: 'readStatus' | 'isProtected', error: Error): Directory {
  const directory: Partial<Directory> = {
    id: 'people',
    label: 'People',
    normaliseIdentifier: (typed) => typed,
    findAccounts: (name) => Promise.resolve(name === 'alice' ? [account] : []),
    readStatus: () => Promise.resolve({ disabled: false, accountExpired: false } as never),
    isProtected: () => Promise.resolve({ protected: false, reason: null }),
    [verb]: () => Promise.reject(error),
  };
  return directory as Directory;
}

function find(directory: Directory, name: string, logged: string[] = []) {
  const keep = (event: string) => void logged.push(event);
  const store = {
    factors: { ofAccount: () => Promise.resolve([]) },
    freezes: { isFrozen: () => Promise.resolve(false) },
  } as unknown as Store;
  const guard = { isPaused: () => Promise.resolve(false) } as unknown as Guard;
  const directories = { all: () => [directory], get: () => directory };
  return findCandidates({ store, guard, directories, log: { info: keep, warn: keep, error: keep } }, name, [['totp']]);
}

it.each(['readStatus', 'isProtected'] as const)('tells no existing name from an unknown one when %s fails', async (verb) => {
  const logged: string[] = [];
  const broken = halfFailing(verb, new AppError('directory.no-right'));
  expect(await find(broken, 'nobody')).toEqual({ candidates: [], refused: [{ account: null, reason: 'unknown-account' }] });
  expect(await find(broken, 'alice', logged)).toEqual({ candidates: [], refused: [{ account, reason: 'directory-trouble' }] });
  expect(logged).toEqual(['account.unreadable']);
});

it('does not swallow what is a fault of ours', async () => {
  await expect(find(halfFailing('readStatus', new TypeError('x')), 'alice')).rejects.toThrow(TypeError);
});
