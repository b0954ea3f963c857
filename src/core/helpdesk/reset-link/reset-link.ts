import type { CoreDeps } from '../../core-deps.ts';
import { isEqual } from '../../factors/constant-time.ts';
import type { HelpCase } from '../help-case.ts';

/** How often a link may be opened, with the right number or a wrong one. */
export const MOST_OPENED = 5;

/** A link by which the person of a case sets their own password, as the case keeps it, sealed. A newer one takes its place. */
export interface ResetLink {
  readonly id: string;
  /** Keyed digest of the secret in the link, which is kept nowhere. */
  readonly digest: string;
  /** The agent reads it out, and the person types it where the link is opened. */
  readonly number: string;
  /** Where it was sent, as an agent may see it. */
  readonly to: string;
  /** Id of that mailbox among what proves the person: the link ends with it. */
  readonly channel: string;
  /** Milliseconds since 1970. Whoever has opened it by then has the time of any journey. */
  readonly endsAt: number;
  readonly opened: number;
  /** The journey that has written, or tried to: no other one may any more. */
  readonly writer?: string;
}

/** Whether a link could be opened now, by who holds it. */
export function isOpen({ row, facts }: HelpCase, now: number): boolean {
  const { link } = facts;
  return row.state === 'sent' && link !== undefined && link.endsAt > now && link.opened < MOST_OPENED;
}

/** Whether a journey may write by a link: nobody else has, and no other link has taken its place. */
export function isUsable({ row, facts }: HelpCase, link: string, journey: string): boolean {
  if (facts.link?.id !== link) return false;
  return row.state === 'sent' ? facts.link.writer === undefined : row.state === 'acting' && facts.link.writer === journey;
}

/** The secret part of a link as it is kept. */
export function digestOfLink({ keys }: Pick<CoreDeps, 'keys'>, helpCase: string, secret: string): string {
  return keys.digest('helpdesk-link', `${helpCase}|${secret}`);
}

export function isSecretOf(deps: Pick<CoreDeps, 'keys'>, { row, facts }: HelpCase, secret: string): boolean {
  return facts.link !== undefined && isEqual(facts.link.digest, digestOfLink(deps, row.id, secret));
}
