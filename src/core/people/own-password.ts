import { CLOCKS_APART } from '../accounts/below-lock-out.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';
import { readIntent } from '../writes/stored-intent.ts';

const HOUR = 3_600_000;

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'configuration' | 'directories'>;

/**
 * Whether the password of an account is its owner's, as far as can be told: nobody has set it within `factors.coolDownHours` past Keyturn.
 * By whom it was set no directory tells, and who administers it may have set one that they know. One that was changed through Keyturn by the
 * one before is as much its owner's as that one was: whoever was told a password can change it. One that was recovered by anything else is
 * its owner's. Where the directory does not tell when a password was set it is the owner's only if the operator states so.
 *
 * A password that somebody sets within ten minutes after such a change passes for the changed one, as clocks of directories are so far
 * apart at most.
 * @param setAt when it was set, as the directory tells now; milliseconds since 1970
 */
export async function isOwnPassword(deps: Deps, ref: AccountRef, setAt: number | null): Promise<boolean> {
  const { store, clock, configuration, directories } = deps;
  const untold = directories.get(ref.directory).abilities.untoldPasswordsAreOwn === true;
  const since = clock.now() - configuration().factors.coolDownHours * HOUR;
  if (setAt === null || setAt <= since) return setAt !== null || untold;
  let at = setAt;
  for (const write of await store.intents.ownWritesSince(ref, since - CLOCKS_APART)) {
    // Somebody has set it again since.
    if (at > (write.closedAt ?? 0) + CLOCKS_APART) return false;
    const intent = readIntent(write);
    if (intent === null) return false;
    if (intent.verb === 'reset-password' && !intent.proof.includes('password')) return true;
    const before = intent.before.passwordSetAt;
    if (before === null || before <= since) return before !== null || untold;
    at = before;
  }
  return false;
}
