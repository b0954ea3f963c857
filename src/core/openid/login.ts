import { CLOCKS_MAY_DIFFER } from '../clocks-differ.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { ProviderRequest } from '../ports/open-id-provider.ts';
import { randomToken } from '../random-id.ts';

/** How long somebody may take at the provider; milliseconds. */
export const LASTS = 10 * 60_000;
const FORM = /^[\w-]{43}\.([0-9a-z]{6,10})\.([na])$/;

/**
 * One sign-in at a provider, as its browser keeps it: nothing is written for somebody who only sets out. What it is bound to is made from
 * the whole text under a key of ours, so a text that was changed, or made by somebody else, fits no answer.
 */
export interface ProviderLogin {
  readonly text: string;
  readonly startedAt: number;
  /** Somebody who is signed in proves once more who they are. */
  readonly again: boolean;
}

export function newLogin({ random }: Pick<CoreDeps, 'random'>, startedAt: number, again: boolean): ProviderLogin {
  return { text: `${randomToken(random)}.${startedAt.toString(36)}.${again ? 'a' : 'n'}`, startedAt, again };
}

/** null: it is none, took too long, or was begun later than the clocks of nodes may differ. */
export function readLogin(text: string, now: number): ProviderLogin | null {
  const [, started, mode] = FORM.exec(text) ?? [];
  if (started === undefined) return null;
  const startedAt = Number.parseInt(started, 36);
  return startedAt - now <= CLOCKS_MAY_DIFFER && now - startedAt < LASTS ? { text, startedAt, again: mode === 'a' } : null;
}

/** What it is bound to at the provider: HMACs, 43 characters each. */
export function requestOf(
  { keys, configuration }: Pick<CoreDeps, 'keys' | 'configuration'>,
  { text, again }: ProviderLogin,
): ProviderRequest {
  const part = (what: string) => keys.digest('openid', `${what}|${text}`);
  return { state: part('state'), nonce: part('nonce'), verifier: part('verifier'), redirectUri: redirectUri(configuration()), again };
}

/** By what a session is opened once: a second one by the same sign-in is refused by the store. */
export function loginId({ keys }: Pick<CoreDeps, 'keys'>, { text }: ProviderLogin): string {
  return keys.digest('openid', `login|${text}`);
}

/** Where the provider sends people back to, as it has to be told there. */
export function redirectUri({ organisation }: { organisation: { publicUrl: string } }): string {
  return `${organisation.publicUrl.replace(/\/+$/, '')}/openid`;
}
