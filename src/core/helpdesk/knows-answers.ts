import { termFor } from '../audit/event-terms.ts';
import { factsOf } from '../audit/facts-of.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';

const AT_ONCE = 200;

/**
 * Whether an agent has typed right answers to these questions of a person before, in any case and by any account of theirs: they know them
 * since, and would need nobody on the telephone to type them again.
 * @param questions what the person has set up; another set is new to everybody
 */
export async function knowsAnswers(
  { audit, people }: Pick<Store, 'audit' | 'people'>,
  { agent, person, questions }: { agent: AccountRef; person: AccountRef; questions: Pick<FactorRow, 'createdAt'> },
): Promise<boolean> {
  const [own, theirs] = await Promise.all([people.accountsOf(agent), people.accountsOf(person)]);
  const terms = [theirs.map(termFor.account), own.map(termFor.part), [termFor.group('helpdesk')]];
  for (let before: number | undefined; ; ) {
    const { rows, next } = await audit.search({ terms, from: questions.createdAt, before, limit: AT_ONCE });
    if (rows.some(({ type, data }) => type === 'case.answer-accepted' && factsOf(data).factor === 'questions')) return true;
    if (next === null) return false;
    before = next;
  }
}
