import { accountKey } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import { questionsKept } from '../enrolment/kept-questions.ts';
import { questionsOf } from '../enrolment/question-pool.ts';

/** Rows that are opened at once: a few milliseconds, for which a node does nothing else. */
const PAGE = 100;
/** Milliseconds after which numbers are still told, and counted anew beside that. */
const OLD = 60 * 60_000;
/** Milliseconds that an answer waits for a count to end: where few people have set questions up nobody sees that there was one. */
const WAIT = 500;

/** How many people of a directory have set up a question. */
export interface QuestionUse {
  readonly directory: string;
  /** Its id, which may be in no pool any more. */
  readonly question: string;
  readonly people: number;
  /** Of them those who answered it as it was worded before, and are asked it so. */
  readonly asWordedBefore: number;
}

/** Who has set up questions. */
export interface QuestionUses {
  /** When they were counted, milliseconds since 1970; null: not yet, and there are no numbers. */
  readonly at: number | null;
  readonly people: number;
  readonly uses: readonly QuestionUse[];
  /** People whom a count that goes on has looked at; null: none does. */
  readonly looked: number | null;
}

/** People of a directory who were asked a question in these words. */
interface Wording {
  readonly directory: string;
  readonly question: string;
  readonly text: string;
  readonly language: string;
  people: number;
}

interface Counted {
  readonly at: number;
  readonly people: number;
  /** Whatever the pools say: what is worded otherwise now is told by the configuration in force. */
  readonly wordings: readonly Wording[];
}

export interface QuestionUseCounter {
  /**
   * The numbers as they were counted last, by which a count is begun where there are none or they are old.
   * @throws whatever broke off the count since the last time it was asked
   */
  read(): Promise<QuestionUses>;
  /** Begins to count, unless that goes on. */
  begin(): void;
}

/**
 * Counts who has set up which question, beside the answers of this node: every row has to be opened. What people answered is not looked
 * at.
 */
export function createQuestionUseCounter(deps: Pick<CoreDeps, 'store' | 'clock' | 'configuration' | 'background'>): QuestionUseCounter {
  let counted: Counted | null = null;
  let going: { looked: number; readonly ended: Promise<void> } | null = null;
  let broken: { readonly error: unknown } | null = null;

  const begin = () => {
    if (going !== null) return;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const count = { looked: 0, ended };
    going = count;
    deps.background.run('questions.count', async (stopping) => {
      try {
        counted = (await countWordings(deps, stopping, (looked) => (count.looked = looked))) ?? counted;
      } catch (error) {
        broken = { error };
        throw error;
      } finally {
        going = null;
        resolve();
      }
    });
  };

  return {
    begin,
    async read() {
      if (counted === null || deps.clock.now() - counted.at >= OLD) begin();
      if (going !== null && counted === null) await Promise.race([going.ended, deps.clock.sleep(WAIT)]);
      if (broken !== null) {
        const { error } = broken;
        broken = null;
        throw error;
      }
      return { ...usesOf(deps, counted), looked: going?.looked ?? null };
    },
  };
}

async function countWordings(
  { store, clock }: Pick<CoreDeps, 'store' | 'clock'>,
  stopping: AbortSignal,
  onLooked: (looked: number) => void,
): Promise<Counted | null> {
  const wordings = new Map<string, Wording>();
  const people = new Set<string>();
  for (let after: string | null = ''; after !== null; ) {
    if (stopping.aborted) return null;
    const { rows, next } = await store.factors.page('questions', after, PAGE);
    for (const row of rows) {
      people.add(accountKey({ directory: row.directory, id: row.accountId }));
      for (const { id: question, text, language } of questionsKept(row)) {
        const key = JSON.stringify([row.directory, question, text, language]);
        const wording = wordings.get(key) ?? { directory: row.directory, question, text, language, people: 0 };
        wording.people += 1;
        wordings.set(key, wording);
      }
    }
    onLooked(people.size);
    // An SQLite database answers without waiting for anything: others get their turn here.
    await clock.sleep(0);
    after = next;
  }
  return { at: clock.now(), people: people.size, wordings: [...wordings.values()] };
}

function usesOf({ configuration }: Pick<CoreDeps, 'configuration'>, counted: Counted | null): Omit<QuestionUses, 'looked'> {
  if (counted === null) return { at: null, people: 0, uses: [] };
  const document = configuration();
  const uses = new Map<string, QuestionUse>();
  for (const { directory, question, text, language, people } of counted.wordings) {
    const key = JSON.stringify([directory, question]);
    const use = uses.get(key) ?? { directory, question, people: 0, asWordedBefore: 0 };
    const pooled = questionsOf(document, directory).find((each) => each.id === question);
    const isAsBefore = pooled?.[language as 'en' | 'de'] !== text;
    uses.set(key, { ...use, people: use.people + people, asWordedBefore: use.asWordedBefore + (isAsBefore ? people : 0) });
  }
  return { at: counted.at, people: counted.people, uses: [...uses.values()] };
}
