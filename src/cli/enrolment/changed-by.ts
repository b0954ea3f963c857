import type { Configuration } from '../../core/configuration/document.ts';
import type { ChangedBy } from '../../core/enrolment/enrol-factors.ts';
import type { CommandContext } from '../command-context.ts';

/** Who changes what a person has enrolled, from the command line: whoever became root by sudo is named. */
export function changedBy({ environment }: CommandContext, { organisation }: Configuration, reason?: string): ChangedBy {
  const author = environment.SUDO_USER ?? environment.USER ?? 'command line';
  return { author, language: organisation.defaultLanguage, lane: 'notice', ...(reason === undefined ? {} : { reason }) };
}
