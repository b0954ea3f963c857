import { isAppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountFacts, AccountRef, Directory } from '../ports/directory.ts';
import type { CounterStore } from '../ports/store.ts';
import type { VerifyOutcome } from '../ports/verify-outcome.ts';
import { CLOCKS_APART, judgeTry, type TryVerdict } from './below-lock-out.ts';
import { accountKey } from './candidate.ts';
import { nobodyIn } from './look-as-if-found.ts';

/** What came of a password; `because` when no server was asked whether it is right. */
export type TriedPassword =
  | { tried: true; outcome: VerifyOutcome }
  | { tried: false; because: Exclude<TryVerdict, 'may'> | 'busy' | 'account-missing' };

type Deps = Pick<CoreDeps, 'store' | 'keys' | 'clock' | 'directories'>;

/** A wrong password of ours is remembered this long: until every server of a directory has surely heard of it. Milliseconds. */
const REMEMBERED = 5 * 60_000;
/** How long an account's other tries are waited for. */
const WAIT_FOR_TURN = 5000;
const LOOK_AGAIN_AFTER = 20;

/**
 * Asks a directory whether a password is that of an account, as a sign-in would, if a wrong one could not lock the account. Tries of one
 * account take turns, on all nodes, so that each sees the failures of those before it. Not to be called within a transaction.
 *
 * Where nobody is asked about the account, the server is asked about nobody: it takes as long.
 * @throws AppError `directory.*` where the directory cannot be asked; that says nothing about the password
 */
export async function tryPassword(deps: Deps, ref: AccountRef, password: string): Promise<TriedPassword> {
  const directory = deps.directories.get(ref.directory);
  const { statedLockout: stated } = directory.abilities;
  const failures = failuresOf(deps, ref, directory);
  const tried = await inTurn(deps, turnOf(deps, ref, directory), async (): Promise<TriedPassword> => {
    const facts = await factsOf(directory, ref);
    const recent = await recentFailures(deps, failures);
    const verdict = facts === null ? 'account-missing' : judgeTry(facts, { recent, stated }, deps.clock.now());
    if (verdict !== 'may') {
      await directory.verifyNobody(password);
      return { tried: false, because: verdict };
    }
    // Before it is asked: whoever dies meanwhile, or hears no answer, may have caused one.
    await count(deps, failures, 1);
    const outcome = await verify(deps, { directory, ref, failures }, password);
    if (outcome.valid || outcome.passwordWasRight) await (failures.isAll ? count(deps, failures, -1) : forget(deps, failures));
    return { tried: true, outcome };
  });
  return tried ?? { tried: false, because: 'busy' };
}

/** A question that came to nothing is no failure, except where ours are all that is known: the server may have counted it. */
async function verify(
  deps: Deps,
  { directory, ref, failures }: { directory: Directory; ref: AccountRef; failures: Failures },
  password: string,
): Promise<VerifyOutcome> {
  try {
    return await directory.verifyPassword(ref, password);
  } catch (error) {
    if (!failures.isAll) await count(deps, failures, -1);
    throw error;
  }
}

/**
 * Runs `work` while no other password of the same name is being tried. Tries of one account wait for each other, and whoever gives many
 * passwords at the same moment sees it: so those of a name wait as well, whoever has it or has not.
 * @returns null: it was not our turn for too long, and nothing was done
 */
export async function inTurnOfName<T>(deps: Deps, name: string, work: () => Promise<T>): Promise<T | null> {
  const longest = Math.max(0, ...deps.directories.all().map(({ timeLimits }) => longestTry(timeLimits)));
  const key = deps.keys.digest('guard-target', `password-turn-of-name|${name}`);
  return inTurn(deps, { key, windowMilliseconds: WAIT_FOR_TURN + longest }, work);
}

/**
 * Does at a directory what `tryPassword` does, for a name that it does not have. `decoy` stands for the account.
 * @throws AppError `directory.*`
 */
export async function tryNobody(deps: Deps, { directory, decoy }: { directory: string; decoy: string }, password: string): Promise<void> {
  const ref = { directory, id: decoy };
  const server = deps.directories.get(directory);
  await inTurn(deps, turnOf(deps, ref, server), async () => {
    const failures = failuresOf(deps, ref, server);
    await factsOf(server, nobodyIn(directory));
    await recentFailures(deps, failures);
    await count(deps, failures, 1);
    await server.verifyNobody(password);
  });
}

interface Turn {
  key: string;
  windowMilliseconds: number;
}

const turnOf = (deps: Deps, ref: AccountRef, { timeLimits }: Directory): Turn => ({
  key: deps.keys.digest('guard-target', `password-turn|${accountKey(ref)}`),
  windowMilliseconds: longestTry(timeLimits),
});

/** Longer than a directory may take to answer all that a try asks of it; milliseconds. */
const longestTry = ({ toBegin, request }: Directory['timeLimits']): number => 3 * (toBegin + request) + 30_000;

/**
 * Runs `work` while nobody else has the turn. The turn of a process that dies ends by itself, later than `work` can take.
 * @returns null: it was not our turn for too long
 */
async function inTurn<T>(deps: Deps, turn: Turn, work: () => Promise<T>): Promise<T | null> {
  for (let waited = 0; !(await isOurs(deps, turn)); waited += LOOK_AGAIN_AFTER) {
    if (waited >= WAIT_FOR_TURN) return null;
    await deps.clock.sleep(LOOK_AGAIN_AFTER);
  }
  try {
    return await work();
  } finally {
    await deps.store.counters.clear([turn.key]);
  }
}

/** Whoever counts first after a turn was given back, or was over, has the next one. */
async function isOurs(deps: Deps, turn: Turn): Promise<boolean> {
  return (await deps.store.counters.hitAll([turn], deps.clock.now())).get(turn.key)?.count === 1;
}

async function factsOf(directory: Directory, ref: AccountRef): Promise<AccountFacts | null> {
  try {
    return await directory.readFacts(ref);
  } catch (error) {
    if (isAppError(error, 'directory.account-missing')) return null;
    throw error;
  }
}

/** Where wrong passwords of an account are counted. */
interface Failures {
  readonly key: string;
  /** Milliseconds. */
  readonly windowMilliseconds: number;
  /** Nothing else is known of the failures of the account: the directory does not tell, and a right password may not end its own count. */
  readonly isAll: boolean;
}

function failuresOf({ keys }: Deps, ref: AccountRef, { abilities: { statedLockout } }: Directory): Failures {
  return {
    key: keys.digest('guard-target', `password-failures|${accountKey(ref)}`),
    windowMilliseconds: statedLockout === undefined ? REMEMBERED : statedLockout.within + CLOCKS_APART,
    isAll: statedLockout !== undefined,
  };
}

async function recentFailures(deps: Deps, { key, windowMilliseconds }: Failures): Promise<number> {
  const [row] = await deps.store.counters.read([key]);
  return row === undefined || row.windowStartedAt + windowMilliseconds <= deps.clock.now() ? 0 : row.count;
}

/** What is all that is known is on the disk before the server is asked. */
async function count({ store, clock }: Deps, { key, windowMilliseconds, isAll }: Failures, by: 1 | -1): Promise<void> {
  const hit = (counters: CounterStore) => counters.hitAll([{ key, windowMilliseconds, by }], clock.now());
  await (isAll ? store.transaction(({ counters }) => hit(counters)) : hit(store.counters));
}

const forget = ({ store }: Deps, { key }: Failures) => store.counters.clear([key]);
