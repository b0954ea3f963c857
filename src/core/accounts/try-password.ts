import { isAppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountFacts, AccountRef, Directory } from '../ports/directory.ts';
import type { VerifyOutcome } from '../ports/verify-outcome.ts';
import { judgeTry, type TryVerdict } from './below-lock-out.ts';
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
  const tried = await inTurn(deps, turnOf(deps, ref, directory), async (): Promise<TriedPassword> => {
    const facts = await factsOf(directory, ref);
    const recent = await recentFailures(deps, ref);
    const verdict = facts === null ? 'account-missing' : judgeTry(facts, recent, deps.clock.now());
    if (verdict !== 'may') {
      await directory.verifyNobody(password);
      return { tried: false, because: verdict };
    }
    const outcome = await directory.verifyPassword(ref, password);
    if (outcome.valid || outcome.passwordWasRight) await deps.store.counters.clear([failuresKey(deps, ref)]);
    else await deps.store.counters.hitAll([{ key: failuresKey(deps, ref), windowMilliseconds: REMEMBERED }], deps.clock.now());
    return { tried: true, outcome };
  });
  return tried ?? { tried: false, because: 'busy' };
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
    await factsOf(server, nobodyIn(directory));
    await recentFailures(deps, ref);
    await server.verifyNobody(password);
    await deps.store.counters.hitAll([{ key: failuresKey(deps, ref), windowMilliseconds: REMEMBERED }], deps.clock.now());
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

async function recentFailures(deps: Deps, ref: AccountRef): Promise<number> {
  const [row] = await deps.store.counters.read([failuresKey(deps, ref)]);
  return row === undefined || row.windowStartedAt + REMEMBERED <= deps.clock.now() ? 0 : row.count;
}

const failuresKey = ({ keys }: Deps, ref: AccountRef) => keys.digest('guard-target', `password-failures|${accountKey(ref)}`);
