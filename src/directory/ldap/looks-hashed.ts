import type { WriteOutcome } from '../../core/ports/directory.ts';

/**
 * A password that begins like a stored hash, `{SCHEME}` (RFC 2307 section 5.3). Written to userPassword as text, a server may take it
 * for one, and then everybody who knows what it stands for could sign in.
 */
export function looksHashed(password: string): boolean {
  return /^\{[\w./-]+\}/.test(password);
}

/** The refusal of such a password, without asking the server. */
export function refusedAsHash(server: string): WriteOutcome {
  return { done: false, refusal: 'password.quality', detail: 'begins like a hash: {NAME}', server };
}
