import { accountKey } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import { questionsKept } from '../enrolment/kept-questions.ts';
import { questionsOf } from '../enrolment/question-pool.ts';

/** Rows that are opened at once: a few milliseconds, for which a node does nothing else. */
const PAGE = 100;

/** How many people of a directory have set up a question. */
export interface QuestionUse {
  readonly directory: string;
  /** Its id, which may be in no pool any more. */
  readonly question: string;
  readonly people: number;
  /** Of them those who answered it as it was worded before, and are asked it so. */
  readonly asWordedBefore: number;
}

/** Who has set up questions, by the question. What people answered is not looked at. */
export async function countQuestionUse({
  store,
  clock,
  configuration,
}: Pick<CoreDeps, 'store' | 'clock' | 'configuration'>): Promise<{ people: number; uses: QuestionUse[] }> {
  const document = configuration();
  const uses = new Map<string, { directory: string; question: string; people: number; asWordedBefore: number }>();
  const people = new Set<string>();
  for (let after: string | null = ''; after !== null; ) {
    const { rows, next } = await store.factors.page('questions', after, PAGE);
    for (const row of rows) {
      people.add(accountKey({ directory: row.directory, id: row.accountId }));
      for (const { id, text, language } of questionsKept(row)) {
        const key = JSON.stringify([row.directory, id]);
        const use = uses.get(key) ?? { directory: row.directory, question: id, people: 0, asWordedBefore: 0 };
        const pooled = questionsOf(document, row.directory).find((each) => each.id === id);
        uses.set(key, {
          ...use,
          people: use.people + 1,
          asWordedBefore: use.asWordedBefore + (pooled?.[language as 'en' | 'de'] === text ? 0 : 1),
        });
      }
    }
    // An SQLite database answers without waiting for anything: others get their turn here.
    await clock.sleep(0);
    after = next;
  }
  return { people: people.size, uses: [...uses.values()] };
}
