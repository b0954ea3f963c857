import { type Finding, findingsOf } from '../../core/health/finding.ts';
import { describeFailure } from '../describe-failure.ts';

/** What an error means for the report: one finding for each listed problem, or one with its meaning. */
export function failureFindings(area: string, error: unknown): Finding[] {
  const { fail } = findingsOf(area);
  const { meaning, facts, problems, fix } = describeFailure(error);
  if (problems.length > 0) return problems.map((problem) => fail(problem, fix));
  return [fail(facts.length === 0 ? meaning : `${meaning} (${facts.join('; ')})`, fix)];
}
