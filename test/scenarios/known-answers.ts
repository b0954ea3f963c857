import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { prepareQuestions } from '../../src/core/enrolment/prepare-questions.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import type { Keyturn } from './start-keyturn.ts';

const IDS = ['street', 'teacher', 'dish', 'book', 'pet'];
const inEnglish = (id: string) => `What was the first ${id}?`;

/** Questions that an installation offers: as many as a person sets up unless told. */
export const QUESTION_POOL = IDS.map((id) => ({ id, en: inEnglish(id), de: `Was war das erste (${id})?` }));

/** What somebody who set them up by `answersOf` answers to a question in English. */
export const answerTo = (text: string) => `Lindenallee ${[...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)}`;

/** What is kept of an answer to each question of the pool; it takes a while, and is good for anybody. */
export async function answersOf({ deps }: Keyturn, ref: AccountRef): Promise<string> {
  const account = await deps.directories.get(ref.directory).readAccount(ref);
  if (account === null) throw new Error('no account');
  const given = IDS.map((question) => ({ question, answer: answerTo(inEnglish(question)) }));
  return (await prepareQuestions(deps, account, given, 'en')).secret;
}

/** Has somebody set up their questions. @param secret as `answersOf`, where it is known already */
export async function addQuestions(keyturn: Keyturn, account: AccountRef, secret?: string): Promise<void> {
  const kept = secret ?? (await answersOf(keyturn, account));
  await addFactor(keyturn.deps, keyturn.deps.store, { account, kind: 'questions', label: 'questions', secret: kept, source: 'self' });
}
