import { isAppError } from '../../../shared/errors.ts';
import { EXPLANATIONS } from '../explain-error.ts';
import { type Finding, findingsOf } from './finding.ts';

/** What an error means for the report: one finding for each listed problem, or one with its meaning. */
export function failureFindings(area: string, error: unknown): Finding[] {
  const { fail } = findingsOf(area);
  if (!isAppError(error)) return [fail(EXPLANATIONS['internal.unexpected'].meaning, 'Run `keyturn --debug doctor`')];
  const { meaning, fix } = EXPLANATIONS[error.code];
  const { problems, ...rest } = error.details;
  if (Array.isArray(problems) && problems.length > 0) return problems.map((problem) => fail(String(problem), fix));
  const facts = Object.entries(rest).map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`);
  return [fail(facts.length === 0 ? meaning : `${meaning} (${facts.join('; ')})`, fix)];
}
