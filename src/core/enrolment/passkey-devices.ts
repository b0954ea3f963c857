import type { PasskeyDevices } from '../../../shared/api/own-factors.ts';
import { passkeySiteProblem } from '../configuration/passkey-site.ts';
import { passkeyOf, relyingPartyOf, userHandleOf } from '../factors/passkey.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Account } from '../ports/directory.ts';
import type { Session } from '../sessions/session.ts';

/** As many as are told at most: devices have long heard of older ones. */
const ENDED_TOLD = 50;

/**
 * What the browser of somebody who is signed in may tell the devices that keep their passkeys: the name of the account as it is now, and
 * which passkeys are worth nothing any more. Only what was ended is told, never "these are all that there are": a passkey whose row cannot
 * be opened for a while would be gone from its device for good. null: no passkeys are made at our address, or nobody has proven enough to
 * be told.
 */
export async function tellDevices(
  deps: Pick<ActDeps, 'store' | 'keys' | 'configuration'>,
  session: Pick<Session, 'account' | 'rights'>,
  { login, displayName }: Pick<Account, 'login' | 'displayName'>,
): Promise<PasskeyDevices | null> {
  const configuration = deps.configuration();
  if (session.rights !== 'full' || passkeySiteProblem(configuration) !== null) return null;
  const { rpId } = relyingPartyOf(configuration);
  const ended = (await deps.store.factors.endedPasskeys(session.account, ENDED_TOLD)).map(passkeyOf).filter((kept) => kept.rpId === rpId);
  return { rpId, user: { id: userHandleOf(deps.keys, session.account), name: login, displayName }, ended: ended.map(({ id }) => id) };
}
