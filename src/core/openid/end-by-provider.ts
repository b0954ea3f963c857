import { AppError, isAppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import type { OpenIdProvider } from '../ports/open-id-provider.ts';
import { providerSettings, sessionDigest, subjectDigest } from './open-by-provider.ts';

/**
 * Ends the sessions that the provider says are over (OpenID Connect Back-Channel Logout 1.0), on every node: those of one session there,
 * or all of a person. Those that are over already are left alone, so being told twice is the same as once.
 * @returns how many were ended
 * @throws AppError `openid.*`
 */
export async function endByProvider(deps: ActDeps, provider: OpenIdProvider, logoutToken: string): Promise<number> {
  const settings = providerSettings(deps);
  const { subject, session } = await provider.loggedOut(logoutToken);
  const about = {
    subject: subject === null ? null : subjectDigest(deps, settings, subject),
    providerSession: session === null ? null : sessionDigest(deps, settings, session),
  };
  let ended = 0;
  for (const { sessionId, directory, accountId: id } of await deps.store.openId.sessionsOf(about)) {
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
