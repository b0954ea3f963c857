import type { CheckedSetUp } from '../../../shared/api/set-up.ts';
import { isAppError } from '../../../shared/errors.ts';
import { checkRoleNames } from '../access/check-role-names.ts';
import { configurationSchema } from '../configuration/document.ts';
import type { SetUpTools } from '../ports/set-up-tools.ts';
import { documentOf } from './document-of.ts';
import type { SetUpFacts } from './facts.ts';

/**
 * Groups of the roles that the directory does not have, or does not tell of. By such a role nobody could do anything, and as nobody would
 * know who holds it, everybody would count as if they might: no test person could be named in the last step.
 * @returns none while something is not answered yet
 */
export async function checkRoleGroups(tools: SetUpTools, { answers, secrets }: SetUpFacts): Promise<CheckedSetUp['problems']> {
  const parsed = configurationSchema.safeParse(documentOf(answers, tools.places));
  const [section] = parsed.data?.directories ?? [];
  if (section === undefined || parsed.data === undefined || secrets.directory === undefined) return [];
  const directory = tools.openDirectory(section, secrets.directory);
  try {
    const names = await checkRoleNames([directory], parsed.data);
    return names
      .filter(({ ok }) => !ok)
      .map(({ setting, value, text }) => ({
        path: setting,
        message: `${value}: ${text}. By it nobody holds the role, and nobody can be named in the last step`,
        severity: 'warning',
      }));
  } catch (error) {
    // Putting it into force asks the directory again, and says what is wrong with it.
    if (isAppError(error)) return [];
    throw error;
  } finally {
    await directory.close();
  }
}
