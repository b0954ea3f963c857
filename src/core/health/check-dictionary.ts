import type { WordDictionary } from '../ports/word-dictionary.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Whether the files of the dictionary can be read, and how many words they hold. */
export async function checkDictionary(dictionary: WordDictionary): Promise<Finding[]> {
  const { ok, fail } = findingsOf('dictionary');
  const { facts, problem } = await dictionary.health();
  if (problem === undefined) return [ok(facts)];
  return [
    fail(
      `${problem}. New passwords are treated as passwordRules.dictionary.whenNotKnown says`,
      'Correct passwordRules.dictionary.files, or put files there that this user may read: UTF-8, one word a line',
    ),
  ];
}
