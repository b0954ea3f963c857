import { termFor } from '../audit/event-terms.ts';
import { factsOf } from '../audit/facts-of.ts';
import { isSamePerson } from '../people/is-same-person.ts';
import type { AuditRow } from '../ports/audit-store.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';

const AT_ONCE = 200;

/**
 * Whether an agent has typed right answers to these questions of a person before, in any case and by any account of theirs, also one that was
 * parted from this one: they know them since, and would need nobody on the telephone to type them again.
 * @param questions what the person has set up; another set is new to everybody
 */
export async function knowsAnswers(
  { audit, people }: Pick<Store, 'audit' | 'people'>,
  { agent, person, questions }: { agent: AccountRef; person: AccountRef; questions: Pick<FactorRow, 'createdAt'> },
): Promise<boolean> {
  const theirs = await people.accountsOf(person);
  const terms = [theirs.map(termFor.account), [termFor.group('helpdesk')]];
  for (let before: number | undefined; ; ) {
    const { rows, next } = await audit.search({ terms, from: questions.createdAt, before, limit: AT_ONCE });
    for (const by of rows.flatMap(whoTyped)) if (await isSamePerson({ people }, agent, by)) return true;
    if (next === null) return false;
    before = next;
  }
}

/** The agent in whose case right answers were typed. */
function whoTyped({ type, data }: Pick<AuditRow, 'type' | 'data'>): AccountRef[] {
  const { agent, factor } = factsOf(data) as { agent?: { account?: AccountRef }; factor?: unknown };
  const isTyped = type === 'case.answer-accepted' && factor === 'questions' && agent?.account !== undefined;
  return isTyped ? [agent.account as AccountRef] : [];
}
