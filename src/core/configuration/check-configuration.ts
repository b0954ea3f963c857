import type { z } from 'zod';
import { checkBranding } from './check-branding.ts';
import { type CheckContext, createReport } from './check-context.ts';
import { checkDirectory, checkDirectoryNames } from './check-directories.ts';
import { checkEnrolment } from './check-enrolment.ts';
import { checkHelpdesk } from './check-helpdesk.ts';
import { checkLinkedAccounts } from './check-linked-accounts.ts';
import { checkMail } from './check-mail.ts';
import { checkManagers } from './check-managers.ts';
import { checkNotices } from './check-notices.ts';
import { checkOpenId } from './check-open-id.ts';
import { checkOrganisation } from './check-organisation.ts';
import { checkPasswordRules } from './check-password-rules.ts';
import { checkPeople } from './check-people.ts';
import { checkQuestions } from './check-questions.ts';
import {
  checkContacts,
  checkFactors,
  checkGoalsServed,
  checkGuard,
  checkPasskeys,
  checkRecovery,
  checkRuleDirectories,
  checkTexts,
} from './check-recovery.ts';
import { checkRoles } from './check-roles.ts';
import { checkSignIn, checkSignInDirectories } from './check-sign-in.ts';
import { checkSms } from './check-sms.ts';
import { checkThreat } from './check-threat.ts';
import { type ConfigurationProblem, describeIssues } from './describe-issues.ts';
import { directorySchema } from './directory-section.ts';
import { type Configuration, configurationSchema } from './document.ts';
import { schemaNames } from './schema-names.ts';

export interface CheckedConfiguration {
  /** Everything that was found, errors first. */
  problems: ConfigurationProblem[];
  /** With every default filled in; null when there is an error. */
  configuration: Configuration | null;
}

const names = schemaNames(configurationSchema);

/**
 * Judges a whole document at once: its form, and what only makes sense together. A section whose form is broken does
 * not hide what is wrong with the others.
 */
export function checkConfiguration(document: unknown, context: CheckContext): CheckedConfiguration {
  const parsed = configurationSchema.safeParse(document);
  const { problems, report } = createReport();
  if (!parsed.success) problems.push(...describeIssues(parsed.error, document, [], names));

  const sections: Record<string, unknown> = typeof document === 'object' && document !== null ? { ...document } : {};
  const { shape } = configurationSchema;
  whenWellFormed(shape.organisation, sections.organisation, (organisation) => checkOrganisation(organisation, context, report));
  whenWellFormed(shape.branding, sections.branding, (branding) => checkBranding(branding, report));
  if (Array.isArray(sections.directories)) {
    checkDirectoryNames(sections.directories, report);
    for (const [index, entry] of sections.directories.entries()) {
      whenWellFormed(directorySchema, entry, (directory) => checkDirectory(directory, ['directories', index], context, report));
    }
  }
  whenWellFormed(shape.recovery, sections.recovery, (recovery) => checkRecovery(recovery, report));
  whenWellFormed(shape.signIn, sections.signIn, (signIn) => checkSignIn(signIn, report));
  if (parsed.success) checkSignInDirectories(parsed.data, report);
  if (parsed.success) checkGoalsServed(parsed.data, sections.recovery, report);
  if (parsed.success) checkRuleDirectories(parsed.data, report);
  if (parsed.success) checkRoles(parsed.data, report);
  if (parsed.success) checkHelpdesk(parsed.data, report);
  if (parsed.success) checkPeople(parsed.data, report);
  if (parsed.success) checkEnrolment(parsed.data, report);
  whenWellFormed(shape.passwordRules, sections.passwordRules, (rules) => checkPasswordRules(rules, report));
  if (parsed.success) checkContacts(parsed.data, report);
  if (parsed.success) checkTexts(parsed.data, report);
  if (parsed.success) checkPasskeys(parsed.data, report);
  if (parsed.success) checkQuestions(parsed.data, report);
  if (parsed.success) checkLinkedAccounts(parsed.data, report);
  if (parsed.success) checkManagers(parsed.data, report);
  if (parsed.success) checkThreat(parsed.data, report);
  if (parsed.success) checkOpenId(parsed.data, context, report);
  whenWellFormed(shape.factors, sections.factors, (factors) => checkFactors(factors, report));
  whenWellFormed(shape.guard, sections.guard, (guard) => checkGuard(guard, report));
  whenWellFormed(shape.mail, sections.mail, (mail) => checkMail(mail, context, report));
  whenWellFormed(shape.notices, sections.notices, (notices) => checkNotices(notices, idsOf(sections.directories), report));
  const mailKind = shape.mail.safeParse(sections.mail).data?.kind;
  whenWellFormed(shape.sms, sections.sms, (sms) => sms !== undefined && checkSms(sms, mailKind, context, report));

  const errors = problems.filter((problem) => problem.severity === 'error');
  const warnings = problems.filter((problem) => problem.severity === 'warning');
  return { problems: [...errors, ...warnings], configuration: errors.length === 0 && parsed.success ? parsed.data : null };
}

/** Ids of directories, whatever else is wrong with them. */
function idsOf(directories: unknown): string[] {
  const all: unknown[] = Array.isArray(directories) ? directories : [];
  return all.flatMap((each) => (typeof each === 'object' && each !== null && 'id' in each && typeof each.id === 'string' ? [each.id] : []));
}

function whenWellFormed<T extends z.ZodType>(schema: T, section: unknown, check: (value: z.output<T>) => void): void {
  const parsed = schema.safeParse(section);
  if (parsed.success) check(parsed.data);
}

/** Problems as single lines, `path: message`, for error details and terminals. */
export function problemLines(problems: readonly ConfigurationProblem[], severity: ConfigurationProblem['severity']): string[] {
  return problems.filter((problem) => problem.severity === severity).map(({ path, message }) => `${path}: ${message}`);
}
