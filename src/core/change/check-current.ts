import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import { accountKey } from '../accounts/candidate.ts';
import { type TriedPassword, tryPassword } from '../accounts/try-password.ts';
import { recordEvent } from '../audit/record-event.ts';
import { networkOf } from '../guard/network-of.ts';
import type { ActDeps } from '../journey/act.ts';
import type { AccountRef } from '../ports/directory.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import type { Session } from '../sessions/session.ts';

/** What came of the current password. `not-tried`: its account could be locked by it, or it was given wrongly too often. */
export type CurrentPassword = 'right' | 'wrong' | 'not-tried';

/**
 * Asks the directory whether a password is the current one of an account of who is signed in: whoever sits at their computer must not find it out here.
 * Counted as a failure before, and given back when it is none, as for a sign-in; the budget is one of its own, so that strangers use up
 * nothing of it.
 * @throws AppError `directory.*` where the directory cannot be asked; nothing is counted then
 */
export async function checkCurrent(deps: ActDeps, session: Session, account: AccountRef, password: string): Promise<CurrentPassword> {
  const { address } = deps.act;
  const asked = [{ target: signedInTarget(account), place: networkOf(address), isKnown: false }];
  const isJudged = await deps.store.transaction(async (store) => {
    // Stryker disable next-line ArrayDeclaration: no name was typed, and one that nobody has changes nothing
    const { granted } = await deps.guard.mayTry(store, asked, [], address, false);
    // Stryker disable next-line ArrayDeclaration: as above
    if (granted) await deps.guard.countFailure(store, asked, [], address);
    return granted;
  });
  if (!isJudged) return 'not-tried';
  let tried: TriedPassword | null = null;
  try {
    tried = await tryPassword(deps, account, normalisePassword(password));
  } finally {
    const isFailure = tried?.tried === true && !isRight(tried);
    await deps.store.transaction(async (store) => {
      // Stryker disable next-line ArrayDeclaration: as above
      if (!isFailure) await deps.guard.giveBackFailure(store, asked, [], address);
      else
        await recordEvent(store, deps.clock, {
          type: 'session.current-refused',
          account,
          session: session.id,
          actor: sessionActor(deps.act, session),
        });
    });
  }
  if (!tried.tried) return 'not-tried';
  return isRight(tried) ? 'right' : 'wrong';
}

/** Whose budget of wrong current passwords it is: not the one that strangers use up. */
export function signedInTarget(account: AccountRef): string {
  return `signed-in/${accountKey(account)}`;
}

/** One that has expired since, or must be changed, is right all the same. */
function isRight(tried: Extract<TriedPassword, { tried: true }>): boolean {
  return tried.outcome.valid || tried.outcome.passwordWasRight;
}
