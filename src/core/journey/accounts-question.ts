import type { PasswordRule } from '../../../shared/password-rules/password-rule.ts';
import { mergeRules } from '../password-policy/merge.ts';
import type { AccountQuestion, OpenStepOf, QuestionStep } from './journey-state.ts';

/** What is asked for several accounts at once: what meets it meets what each of them asks for. */
export function askTogether(each: Readonly<Record<string, AccountQuestion>>): Pick<OpenStepOf<'new-password'>, 'rules' | 'changeableAt'> {
  const all = Object.values(each);
  const changeableAt = all.reduce<number | null>((latest, account) => Math.max(latest ?? 0, account.changeableAt ?? 0) || null, null);
  const directories = new Set(all.map(({ directory }) => directory));
  // What all of them ask for is named by none.
  const merged = mergeRules(all.map(({ rules, directory }) => (directories.size > 1 ? namedBy(rules, directory) : rules)));
  return {
    rules: merged.map(({ directories: own, ...rule }) =>
      own === undefined || own.length === directories.size ? rule : { ...rule, directories: own },
    ),
    changeableAt,
  };
}

/** The same question for some of the accounts alone. */
export function narrowQuestion(from: QuestionStep, accounts: readonly string[]): QuestionStep {
  if (from.kind !== 'new-password' || from.each === undefined) return from;
  const each = Object.fromEntries(Object.entries(from.each).filter(([account]) => accounts.includes(account)));
  return {
    ...from,
    ...askTogether(each),
    each,
    anyLocked: from.anyLocked && Object.values(each).some(({ maybeLocked }) => maybeLocked),
  };
}

/** Rules of the organisation are the same everywhere. */
function namedBy(rules: readonly PasswordRule[], directory: string): PasswordRule[] {
  return rules.map((rule) => (rule.source === 'organisation' ? rule : { ...rule, directories: [directory] }));
}
