import { AppError, isAppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import type { OpenIdProvider } from '../ports/open-id-provider.ts';
import { providerSettings, sessionDigest, subjectDigest } from './open-by-provider.ts';
import { noteSignedOut } from './signed-out-there.ts';

/**
 * Ends the sessions that the provider says are over (OpenID Connect Back-Channel Logout 1.0), on every node: those of one session there,
 * or all of a person. Being told twice is the same as once, on whichever nodes: those that are over already are left alone, and so are
 * those that were opened after the token first came. Given again it only ends what it was to end, so that a provider may try again where
 * a fault left some open, and who has seen a token cannot keep its person out with it. Who is in the middle of signing in there then begins
 * anew.
 * @returns how many were ended
 * @throws AppError `openid.*`
 */
export async function endByProvider(deps: ActDeps, provider: OpenIdProvider, logoutToken: string): Promise<number> {
  const settings = providerSettings(deps);
  const { subject, session, tokenId, validFor } = await provider.loggedOut(logoutToken);
  const about = {
    subject: subject === null ? null : subjectDigest(deps, settings, subject),
    providerSession: session === null ? null : sessionDigest(deps, settings, session),
  };
  const isMeant = await deps.store.transaction(async (store) => {
    const { firstAt, ...first } = await firstTold({ ...deps, store }, `${settings.issuer}|${tokenId}`, validFor);
    await noteSignedOut({ ...deps, store }, about, firstAt);
    return first.isMeant;
  });
  let ended = 0;
  for (const { sessionId, directory, accountId: id, createdAt } of await deps.store.openId.sessionsOf(about)) {
    if (!isMeant(createdAt)) continue;
    const account = { directory, id };
    try {
      await deps.store.transaction(async (store) => {
        const event = { account, session: sessionId, because: 'provider-signed-out', actor: { kind: 'system' } } as const;
        await recordEvent(store, deps.clock, { type: 'session.ended', ...event });
        if (!(await store.sessions.end(account, sessionId, event.because, deps.act.at))) throw new AppError('session.unknown');
      });
      ended += 1;
    } catch (error) {
      if (!isAppError(error, 'session.unknown')) throw error;
    }
  }
  return ended;
}

/**
 * Notes that a token came, for longer than it holds: clocks of nodes differ.
 * @returns when it first came, and whether a session that was opened then is one that the token is about
 */
async function firstTold(
  { store, keys, act }: ActDeps,
  token: string,
  validFor: number,
): Promise<{ firstAt: number; isMeant: (createdAt: number) => boolean }> {
  const key = keys.digest('openid', `logout|${token}`);
  const row = (await store.counters.hitAll([{ key, windowMilliseconds: 2 * validFor }], act.at)).get(key);
  if (row === undefined || row.count === 1) return { firstAt: act.at, isMeant: () => true };
  return { firstAt: row.windowStartedAt, isMeant: (createdAt) => createdAt <= row.windowStartedAt };
}
