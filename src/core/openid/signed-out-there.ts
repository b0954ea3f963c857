import { WRONG_CLOCK } from '../guard/wrong-clock.ts';
import type { ActDeps } from '../journey/act.ts';
import type { ProviderSessionRow } from '../ports/open-id-store.ts';
import type { Store } from '../ports/store.ts';
import { LASTS, type ProviderLogin } from './login.ts';

/** Whom a logout of the provider is about, or who signs in there: digests. */
type About = { readonly [Key in keyof Pick<ProviderSessionRow, 'subject' | 'providerSession'>]: string | null };

/**
 * Notes that somebody was signed out at the provider, for as long as a sign-in may take that set out before: who is in the middle of one has
 * no session yet that could be ended. To be called before sessions are looked for; whoever signs in at that moment is either waited for
 * here, and their session found, or finds this.
 * @param told when the provider told it first; milliseconds since 1970
 */
export async function noteSignedOut({ store, keys }: Pick<ActDeps, 'store' | 'keys'>, about: About, told: number): Promise<void> {
  // As sessions are found: by the one that is named, or all of the subject.
  const digest = about.providerSession ?? about.subject;
  if (digest !== null) await store.counters.pause(keyOf(keys, digest), told + LASTS);
}

/** Whether somebody was signed out at the provider since they set out to sign in there. In the transaction that opens their session, first. */
export async function isSignedOutSince(
  { keys, act }: Pick<ActDeps, 'keys' | 'act'>,
  store: Pick<Store, 'counters'>,
  { startedAt }: ProviderLogin,
  { subject, providerSession }: About,
): Promise<boolean> {
  const digests = [subject, providerSession].filter((digest) => digest !== null);
  // Counted to hold their rows until the session is there.
  const rows = await store.counters.hitAll(
    digests.map((digest) => ({ key: keyOf(keys, digest), windowMilliseconds: LASTS })),
    act.at,
  );
  const toldAt = [...rows.values()].map(({ pausedUntil }) => pausedUntil - LASTS);
  return toldAt.some((told) => startedAt <= told && told < act.at + WRONG_CLOCK);
}

function keyOf(keys: ActDeps['keys'], digest: string): string {
  return keys.digest('openid', `signed-out|${digest}`);
}
