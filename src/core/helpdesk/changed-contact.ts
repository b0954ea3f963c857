import { termFor } from '../audit/event-terms.ts';
import { factsOf } from '../audit/facts-of.ts';
import { FROM_DIRECTORY } from '../enrolment/factors-of.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';

const DAY = 86_400_000;
/** How long an agent is told of it; milliseconds. */
const LATELY = 14 * DAY;
/** Events about the proofs of a person in that time that are looked at. */
const LOOKED_AT = 200;

const isContact = ({ kind }: Pick<FactorRow, 'kind'>) => kind === 'email' || kind === 'sms';

/**
 * `not-told`: of what a directory has it tells nobody since when; so it is of everybody there, and says nothing of this person.
 * `not-known`: there is more about this person than was looked at. Neither is that nothing changed.
 */
export type ContactChange = 'changed' | 'not-changed' | 'not-told' | 'not-known';

/**
 * Whether a mailbox or number was lately added beside one that was there before, or took its place: what somebody does first who has got into
 * an account, and what a caller with a new number says of themselves (HELP-2). The first ones of a person are no change.
 * @param factors everything that the person can prove themselves with now
 */
export async function readContactChange(
  { audit, people }: Pick<Store, 'audit' | 'people'>,
  account: AccountRef,
  factors: readonly Pick<FactorRow, 'kind' | 'createdAt' | 'source'>[],
  now: number,
): Promise<ContactChange> {
  const contacts = factors.filter(isContact);
  const added = contacts.filter(({ createdAt }) => createdAt > now - LATELY);
  if (added.some(({ kind, createdAt }) => contacts.some((other) => other.kind === kind && other.createdAt < createdAt - DAY)))
    return 'changed';
  const isOfDirectory = contacts.some(({ source }) => source === FROM_DIRECTORY);
  const otherwise = isOfDirectory ? 'not-told' : 'not-changed';
  if (added.length === 0) return otherwise;
  // Those of linked accounts prove the person as well.
  const terms = [(await people.accountsOf(account)).map(termFor.account), [termFor.group('enrolment')]];
  const { rows, next } = await audit.search({ terms, from: now - LATELY, limit: LOOKED_AT });
  if (rows.some(({ type, data }) => type === 'factor.ended' && added.some(({ kind }) => kind === factsOf(data).factor))) return 'changed';
  return next === null ? otherwise : 'not-known';
}
