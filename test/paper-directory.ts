import { AppError, type ErrorCode } from '../shared/errors.ts';
import type { Account, AccountFingerprint, Directory, PreparedWrite, StatusForWrite, WriteOutcome } from '../src/core/ports/directory.ts';

/**
 * What happens to one write: it is done; its answer or the request itself gets lost; the server says no; or it is gone before anything
 * was sent (with the code of the error, by which a caller sees whether another server may do it).
 */
export type Fate = 'done' | 'answer-lost' | 'request-lost' | 'refused' | { readonly nothingSent: ErrorCode };

/** A directory of several servers and one account, as `core/ports/directory.ts` says that one behaves, and what befalls its writes. */
export interface PaperDirectory {
  readonly directory: Directory;
  /** How often a password was set, or the lock lifted. */
  writes: number;
  /** Servers in the order in which they were asked to write. */
  readonly asked: string[];
  /** What befalls the next writes, one after the other; afterwards all are done. */
  fates: Fate[];
  /** What the account looks like to whoever prepares a write. */
  status: StatusForWrite;
  protected: boolean;
  /** Changes to what a server tells of the password, from now on. */
  telling: Partial<AccountFingerprint>;
  /** Why the fingerprint cannot be read; null: it can. */
  unreadable: Error | null;
  /** Why no write can be prepared; null: one can. */
  unpreparable: Error | null;
  /** Called when the directory is asked to write, before anything befalls it. */
  onWrite: (target: PreparedWrite, notAfter: number | undefined) => Promise<void> | void;
}

const FIT: StatusForWrite = { locked: false, disabled: false, accountExpired: false, passwordSignIn: null };

/** @param servers their identities; a server that was found gone is not prepared on again */
export function createPaperDirectory(account: Account, servers: readonly string[] = ['one', 'two']): PaperDirectory {
  const gone = new Set<string>();
  const fingerprint = (): AccountFingerprint => ({
    password: `password ${paper.writes}`,
    lock: `lock ${paper.writes}`,
    locked: false,
    passwordSetAt: null,
    ...paper.telling,
  });
  const write = async (target: PreparedWrite, options: { notAfter?: number } = {}): Promise<WriteOutcome> => {
    paper.asked.push(target.server);
    await paper.onWrite(target, options.notAfter);
    const fate = paper.fates.shift() ?? 'done';
    if (typeof fate === 'object') {
      gone.add(target.server);
      throw new AppError(fate.nothingSent);
    }
    if (fate === 'refused') return { done: false, refusal: 'password.in-history', detail: 'history', server: target.server };
    if (fate !== 'request-lost') paper.writes += 1;
    if (fate !== 'done') throw new AppError('directory.outcome-unknown');
    return { done: true, server: target.server };
  };
  const directory = {
    id: account.directory,
    timeLimits: { toBegin: 8000, request: 2000 },
    abilities: { verbs: ['reset-password', 'unlock-account'], tells: ['disabled'] },
    prepareWrite: () => {
      const server = servers.find((each) => !gone.has(each)) ?? servers[0] ?? '';
      if (paper.unpreparable !== null) return Promise.reject(paper.unpreparable);
      const protection = { protected: paper.protected, reason: null };
      return Promise.resolve({ account, status: paper.status, fingerprint: fingerprint(), protection, server });
    },
    readFingerprint: () => (paper.unreadable === null ? Promise.resolve(fingerprint()) : Promise.reject(paper.unreadable)),
    resetPassword: (target: PreparedWrite, _password: string, options: { notAfter?: number }) => write(target, options),
    unlock: write,
  } as unknown as Directory;
  const paper: PaperDirectory = {
    ...{ directory, writes: 0, asked: [], fates: [], status: FIT, protected: false },
    ...{ telling: {}, unreadable: null, unpreparable: null, onWrite: () => {} },
  };
  return paper;
}
