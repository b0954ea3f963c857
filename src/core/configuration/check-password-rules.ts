import { compileDenyList, MOST_INSTRUCTIONS, patternProblem } from '../password-policy/deny-list.ts';
import { isLoopbackHost, type Report } from './check-context.ts';
import type { PasswordRulesSettings } from './password-rules-section.ts';

/** Checks of `passwordRules` that a schema cannot say. */
export function checkPasswordRules(rules: PasswordRulesSettings, report: Report): void {
  checkLengths(rules, report);
  checkComposition(rules, report);
  checkDenyList(rules, report);
  checkBreached(rules, report);
}

function checkLengths(rules: PasswordRulesSettings, report: Report): void {
  const { minimumLength = 1, maximumLength, passphraseLength, minimumDifferentCharacters = 1 } = rules;
  if (maximumLength === undefined) return;
  const path = ['passwordRules', 'maximumLength'];
  if (maximumLength < minimumLength) report('error', path, `No password could have at least ${minimumLength} characters`);
  else if (maximumLength < 64) report('warning', path, 'NIST SP 800-63B-4 3.1.1.2 wants passwords of at least 64 characters to be taken');
  if (minimumDifferentCharacters > maximumLength)
    report('error', path, `No password could have ${minimumDifferentCharacters} different characters`);
  if (passphraseLength !== undefined && passphraseLength > maximumLength) {
    report('error', ['passwordRules', 'passphraseLength'], `No password could be as long, since maximumLength is ${maximumLength}`);
  }
}

function checkComposition({ characterSets, firstCharacter, lastCharacter, passphraseLength }: PasswordRulesSettings, report: Report): void {
  const different = new Set(characterSets?.of).size;
  if (characterSets !== undefined && characterSets.required > different) {
    report('error', ['passwordRules', 'characterSets', 'required'], `Only ${different} different sets are named`);
  }
  if (passphraseLength !== undefined && characterSets === undefined && firstCharacter === undefined && lastCharacter === undefined) {
    report(
      'warning',
      ['passwordRules', 'passphraseLength'],
      'Nothing is left out for long passwords, since no rule says what a password is composed of',
    );
  }
}

function checkDenyList({ denyList }: PasswordRulesSettings, report: Report): void {
  if (denyList === undefined) return;
  const path = ['passwordRules', 'denyList', 'patterns'];
  const problems = denyList.patterns.map(patternProblem);
  for (const [index, problem] of problems.entries()) {
    if (problem !== null) report('error', [...path, index], `Not a regular expression of RE2: ${problem}`);
  }
  if (problems.some((problem) => problem !== null)) return;
  const { instructions } = compileDenyList(denyList);
  if (instructions > MOST_INSTRUCTIONS) {
    report(
      'error',
      path,
      `The patterns are too large together (${instructions} instructions, at most ${MOST_INSTRUCTIONS}). Repeat less, or less often`,
    );
  }
}

function checkBreached({ breached }: PasswordRulesSettings, report: Report): void {
  if (breached?.source === 'range-service') {
    const url = new URL(breached.url);
    const path = ['passwordRules', 'breached', 'url'];
    if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
      report('error', path, 'Anyone on the network could read the digits and forge the answer. Use an https:// address');
    }
    if (url.search !== '' || url.hash !== '') report('error', path, 'The address must not have a query or a fragment');
    if (url.username !== '' || url.password !== '') report('error', path, 'The address must not hold a user name or password');
  }
  if (breached?.whenNotKnown === 'allow') {
    report(
      'warning',
      ['passwordRules', 'breached', 'whenNotKnown'],
      'While the source cannot be asked, breached passwords are taken; each leaves an event in the audit log',
    );
  }
}
