import { timingSafeEqual } from 'node:crypto';
import { NAMED_GOALS, type NamedGoal } from '../../../shared/api/journeys.ts';
import type { RequestOptions } from '../../../shared/api/web-authn.ts';
import { passkeySiteProblem } from '../configuration/passkey-site.ts';
import { passkeyRequest } from '../factors/passkey.ts';
import type { Store } from '../ports/store.ts';
import { nextKinds } from '../proof/completeness.ts';
import { offeredCombinations, type Situation } from '../proof/rules.ts';
import { randomToken } from '../random-id.ts';
import type { Act } from './act.ts';
import { JOURNEY_GOALS } from './goals/goals.ts';
import type { JourneyDeps } from './journey-deps.ts';
import { offeredGoals } from './what-counts.ts';

/** How long the page on which a name is asked for may stay open before it asks for another one. */
const LIFETIME = 20 * 60_000;

type Deps = Pick<JourneyDeps, 'keys' | 'configuration'>;

/** The goals that may be begun by a passkey, without a name: the same for everybody who asks from there. */
export function goalsByPasskey({ configuration }: Pick<Deps, 'configuration'>, where: Omit<Situation, 'goal'>): NamedGoal[] {
  const current = configuration();
  if (passkeySiteProblem(current) !== null || where.client === 'windows-logon') return [];
  const offered = offeredGoals(current, where);
  return NAMED_GOALS.filter(
    (goal) =>
      offered.includes(goal) &&
      JOURNEY_GOALS[goal].asksForProof &&
      nextKinds(offeredCombinations(current.recovery.rules, { ...where, goal }), []).includes('passkey'),
  );
}

/**
 * A question for a passkey before there is a journey. It is kept nowhere: whoever opens the page leaves nothing behind. The ticket says
 * when it was made and proves that we made it; its question is answered once.
 */
export function passkeyTicket(deps: Deps & Pick<JourneyDeps, 'random'>, act: Act): { ticket: string; publicKey: RequestOptions } {
  const said = `${act.at}.${randomToken(deps.random)}`;
  const ticket = `${said}.${deps.keys.digest('passkey-ticket', said)}`;
  return { ticket, publicKey: passkeyRequest(deps.configuration(), deps.keys.digest('passkey-challenge', questionOf(ticket))) };
}

/** The question that a ticket stands for, as the kind knows it. */
export function questionOf(ticket: string): string {
  return `ticket|${ticket}`;
}

/** Whether we made it, not long ago. */
export function isTicket({ keys }: Pick<Deps, 'keys'>, ticket: string, now: number): boolean {
  const [at = '', nonce = '', proof = '', ...more] = ticket.split('.');
  const wanted = Buffer.from(keys.digest('passkey-ticket', `${at}.${nonce}`));
  const given = Buffer.from(proof);
  const isOurs = more.length === 0 && given.length === wanted.length && timingSafeEqual(given, wanted);
  return isOurs && Math.abs(now - Number(at)) < LIFETIME;
}

/** Takes it; true for exactly one caller on all nodes. */
export async function spendTicket(store: Store, { keys }: Pick<Deps, 'keys'>, ticket: string, now: number): Promise<boolean> {
  const key = keys.digest('guard-target', `passkey-ticket|${ticket}`);
  const rows = await store.counters.hitAll([{ key, windowMilliseconds: 2 * LIFETIME }], now);
  return rows.get(key)?.count === 1;
}
