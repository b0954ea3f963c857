import { createReport } from '../configuration/check-context.ts';
import { checkNotices } from '../configuration/check-notices.ts';
import { describeIssues } from '../configuration/describe-issues.ts';
import { type Notices, noticesSchema } from '../configuration/notices-section.ts';
import type { CoreDeps } from '../core-deps.ts';

/** What is wrong with one setting of words that somebody would save. */
export interface WordsProblem {
  setting: string;
  message: string;
  severity: 'error' | 'warning';
}

/** Judges words by themselves, as a change of the configuration would. `isWhole`: they could be saved. */
export function judgeWords(
  { configuration }: Pick<CoreDeps, 'configuration'>,
  part: keyof Notices,
  words: object,
): { problems: WordsProblem[]; isWhole: boolean } {
  const { problems, report } = createReport();
  const document = { [part]: [words] };
  const parsed = noticesSchema.safeParse(document);
  const directories = configuration().directories.map(({ id }) => id);
  if (parsed.success) checkNotices(parsed.data, directories, report);
  else problems.push(...describeIssues(parsed.error, document, ['notices']));
  return {
    problems: problems.map(({ path, message, severity }) => ({ setting: path.replace(`notices.${part}[0].`, ''), message, severity })),
    isWhole: !problems.some(({ severity }) => severity === 'error'),
  };
}
