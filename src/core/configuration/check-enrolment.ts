import { addableKinds } from '../enrolment/own-proofs.ts';
import { startOfDay } from '../enrolment/start-of-day.ts';
import { combinationsOf } from '../proof/rules.ts';
import type { Report } from './check-context.ts';
import { checkScopes } from './check-roles.ts';
import type { Configuration } from './document.ts';
import type { DocumentPath } from './format-path.ts';

/** Checks of `enrolment.required`, with what it hangs on. */
export function checkEnrolment(configuration: Configuration, report: Report): void {
  const { required } = configuration.enrolment;
  const path: DocumentPath = ['enrolment', 'required'];
  for (const [index, rule] of required.entries()) {
    const at = [...path, index];
    const { name, when, ask, from, deadline, days, mails } = rule;
    if (required.findIndex((other) => other.name === name) < index) report('error', [...at, 'name'], 'Another rule has this name already');
    checkScopes(when, [...at, 'when'], configuration.directories, report);
    const before = required.find((earlier, position) => position < index && takesEverybody(earlier));
    if (before !== undefined) report('warning', at, `Never applies: the rule "${before.name}" takes everybody`);
    if (ask === 'force' && deadline === undefined && days === undefined)
      report('error', [...at, 'ask'], 'Say until when it can be put off: deadline, days, or both');
    if (from !== undefined && deadline !== undefined && startOfDay(from, 'UTC') > startOfDay(deadline, 'UTC'))
      report('error', [...at, 'deadline'], 'Before `from`: nobody could be asked in time');
    if (ask === 'never' && [from, deadline, days, mails].some((value) => value !== undefined))
      report('warning', at, 'Asks nobody: what is said besides of when and how has no effect');
  }
  if (!required.some(({ ask }) => ask !== 'never')) return;
  if (!configuration.signIn.enabled)
    report('error', path, 'People are asked when they sign in, and nobody can: set signIn.enabled to true');
  checkPossible(configuration, path, report);
}

function takesEverybody({ when }: Configuration['enrolment']['required'][number]): boolean {
  return Object.values(when).every((condition) => condition === undefined);
}

/** Rules of recovery that nobody can meet by what they add themselves: who falls under one is reminded, and never forced. */
function checkPossible(configuration: Configuration, path: DocumentPath, report: Report): void {
  const addable: readonly string[] = addableKinds(configuration);
  for (const rule of configuration.recovery.rules) {
    const accepted = combinationsOf(rule);
    if (accepted.length === 0 || accepted.some((kinds) => kinds.every((kind) => addable.includes(kind)))) continue;
    report(
      'warning',
      path,
      `Nobody under the rule of recovery "${rule.name}" can add all that it asks for by themselves: they are never forced`,
    );
  }
}
