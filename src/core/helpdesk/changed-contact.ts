import { termFor } from '../audit/event-terms.ts';
import { factsOf } from '../audit/facts-of.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';

const DAY = 86_400_000;
/** How long an agent is told of it; milliseconds. */
const LATELY = 14 * DAY;
/** Events about the proofs of a person in that time that are looked at. */
const LOOKED_AT = 200;

const isContact = ({ kind }: Pick<FactorRow, 'kind'>) => kind === 'email' || kind === 'sms';

/**
 * Whether a mailbox or number was lately added beside one that was there before, or took its place: what somebody does first who has got into
 * an account, and what a caller with a new number says of themselves (HELP-2). The first ones of a person are no change.
 * @param factors everything that the person can prove themselves with now
 */
export async function hasChangedContact(
  { audit }: Pick<Store, 'audit'>,
  account: AccountRef,
  factors: readonly Pick<FactorRow, 'kind' | 'createdAt'>[],
  now: number,
): Promise<boolean> {
  const added = factors.filter((factor) => isContact(factor) && factor.createdAt > now - LATELY);
  const isBeside = added.some(({ kind, createdAt }) => factors.some((other) => other.kind === kind && other.createdAt < createdAt - DAY));
  if (added.length === 0 || isBeside) return isBeside;
  const terms = [[termFor.account(account)], [termFor.group('enrolment')]];
  const { rows } = await audit.search({ terms, from: now - LATELY, limit: LOOKED_AT });
  return rows.some(({ type, data }) => type === 'factor.ended' && added.some(({ kind }) => kind === factsOf(data).factor));
}
