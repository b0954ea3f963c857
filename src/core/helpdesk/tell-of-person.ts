import { termFor } from '../audit/event-terms.ts';
import { tellEvent } from '../history/tell-event.ts';
import type { AuditRow } from '../ports/audit-store.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import type { Texts } from '../ports/platform.ts';

interface Facts {
  readonly actor?: { readonly kind: string };
  readonly reasons?: readonly { readonly account?: AccountRef | null }[];
}

/** What people, and not Keyturn, have written down about why; it was written for whoever may see the history. */
const WRITTEN = ['reason', 'because', 'detail'] as const;
const PEOPLE = new Set(['operator', 'delegate', 'emergency']);

/**
 * What happened to a person, in the words of the history, for an agent who looks at them. Nobody else is named by it than who acted: the
 * other account of a person, or a manager, may be out of the agent's scope.
 */
export function tellOfPerson(texts: Texts, account: Account, { type, data }: Pick<AuditRow, 'type' | 'data'>, language: string): string {
  const facts = JSON.parse(data) as Facts;
  const own = termFor.account(account);
  const isOwn = (ref: AccountRef) => termFor.account(ref) === own;
  const nameOf = (ref: AccountRef) => (isOwn(ref) ? account.login : texts.translate(language, 'history.somebody-else'));
  const left = PEOPLE.has(facts.actor?.kind ?? '') ? Object.fromEntries(WRITTEN.map((name) => [name, undefined])) : {};
  const reasons = facts.reasons?.filter((each) => each.account === undefined || each.account === null || isOwn(each.account));
  return tellEvent(texts, { type, facts: { ...facts, ...left, ...(reasons === undefined ? {} : { reasons }) } }, nameOf, language);
}
