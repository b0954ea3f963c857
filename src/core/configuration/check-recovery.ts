import type { FactorKind, Goal } from '../../../shared/api/journeys.ts';
import { combinationsOf, type ProofRule } from '../proof/rules.ts';
import type { Report } from './check-context.ts';
import { checkRules } from './check-rules.ts';
import { abilitiesOf, isServed } from './directory-abilities.ts';
import type { Configuration } from './document.ts';
import type { DocumentPath } from './format-path.ts';
import { passkeySiteProblem } from './passkey-site.ts';

/** Checks of `recovery`. */
export function checkRecovery(recovery: Configuration['recovery'], report: Report): void {
  checkGoals(recovery.goals, ['recovery', 'goals'], report);
  checkRules({ section: 'recovery', rules: recovery.rules, goals: [...recovery.goals, 'confirm-call'] }, report);
}

function checkGoals(goals: readonly string[], path: DocumentPath, report: Report): void {
  if (new Set(goals).size < goals.length) report('warning', path, 'A goal is named twice');
}

/**
 * Goals that no directory can serve: an error where the document names one, for an unnamed one of the defaults is just not offered.
 * @param written the section as it was written, without defaults
 */
export function checkGoalsServed({ recovery, directories }: Configuration, written: unknown, report: Report): void {
  const isNamed = typeof written === 'object' && written !== null && 'goals' in written;
  for (const [index, goal] of isNamed ? recovery.goals.entries() : []) {
    if (isServed(goal, directories)) continue;
    report('error', ['recovery', 'goals', index], `No directory of this document can do it: ${reasonFor(goal)}`);
  }
  if (!recovery.goals.includes('unlock-account') || !isServed('unlock-account', directories)) return;
  for (const [index, settings] of directories.entries()) {
    if (abilitiesOf(settings).verbs.includes('unlock-account')) continue;
    report('warning', ['directories', index, 'kind'], 'Its people cannot be unlocked; who asks for it is offered a new password instead');
  }
}

/** Every rule of proof of a document, with where it stands. */
function rulesWithPaths({ recovery, signIn }: Configuration): { rule: ProofRule; at: DocumentPath }[] {
  return [
    ...recovery.rules.map((rule, index) => ({ rule, at: ['recovery', 'rules', index] })),
    ...signIn.rules.map((rule, index) => ({ rule, at: ['signIn', 'rules', index] })),
  ];
}

/** Directories that rules of proof name, and whether there are such. */
export function checkRuleDirectories(configuration: Configuration, report: Report): void {
  const { directories } = configuration;
  for (const { rule, at } of rulesWithPaths(configuration)) {
    for (const [position, named] of (rule.when.directories ?? []).entries()) {
      if (directories.some(({ id }) => id === named)) continue;
      report('error', [...at, 'when', 'directories', position], 'No directory of this document has this id');
    }
    // A group that a directory does not have is not known to be without somebody: all its people would need what both ways ask for.
    if (directories.length === 1 || rule.when.directories !== undefined) continue;
    for (const scope of ['places', 'groups'] as const) {
      if (rule.when[scope] === undefined) continue;
      report('error', [...at, 'when', scope], 'There are several directories: say in `directories` which has them');
    }
  }
}

/** Rules that ask for texts, where none leave. */
export function checkTexts(configuration: Configuration, report: Report): void {
  if (configuration.sms !== undefined) return;
  for (const { rule, at } of rulesWithPaths(configuration)) {
    if (!combinationsOf(rule).some((kinds) => kinds.includes('sms'))) continue;
    report('error', at, 'Asks for a code by text message, and there is no section `sms` that says how they leave');
  }
}

/** Rules that ask for passkeys, where browsers make none; and an RP ID at which they would not. */
export function checkPasskeys(configuration: Configuration, report: Report): void {
  const problem = passkeySiteProblem(configuration);
  if (problem === null) return;
  if (configuration.factors.passkey.rpId !== undefined) report('error', ['factors', 'passkey', 'rpId'], problem);
  for (const [index, rule] of configuration.recovery.rules.entries()) {
    if (combinationsOf(rule).some((kinds) => kinds.includes('passkey'))) report('error', ['recovery', 'rules', index], problem);
  }
}

/**
 * Addresses and numbers of a directory as proofs: a combination of a code by e-mail or text alone opens accounts to whoever may write one
 * there, a mailbox that opens with the forgotten password brings nobody a code, and texts go to the countries of `sms` alone.
 */
export function checkContacts({ recovery, directories, mail, sms }: Configuration, report: Report): void {
  const ownDomain = mail.kind === 'smtp' ? /@([^\s@<>]+)/.exec(mail.from)?.[1]?.toLowerCase() : undefined;
  for (const [index, { id, contacts }] of directories.entries()) {
    const accepted = recovery.rules.filter(({ when }) => when.directories?.includes(id) ?? true).flatMap(combinationsOf);
    if (contacts.sms !== undefined) {
      const at = ['directories', index, 'contacts', 'sms'];
      const others = contacts.sms.countries.filter((country) => !(sms?.countries ?? []).includes(country));
      if (sms === undefined) report('error', at, 'Nothing sends texts: add the section sms');
      else if (others.length > 0) report('error', [...at, 'countries'], `No texts are sent there, see sms.countries: ${others.join(', ')}`);
      warnOfOneWriter(accepted, 'sms', [...at, 'attributes'], report);
    }
    if (contacts.email === undefined || !accepted.some((kinds) => kinds.includes('email'))) continue;
    const path = ['directories', index, 'contacts', 'email'];
    warnOfOneWriter(accepted, 'email', [...path, 'attributes'], report);
    if (ownDomain !== undefined && !contacts.email.exceptDomains.some((domain) => domain.toLowerCase() === ownDomain)) {
      report(
        'warning',
        [...path, 'exceptDomains'],
        `Addresses of ${ownDomain}, the domain of mail.from, count: a mailbox that opens with the forgotten password brings nobody a code. Name its domain`,
      );
    }
  }
}

function warnOfOneWriter(accepted: readonly (readonly FactorKind[])[], only: 'email' | 'sms', at: DocumentPath, report: Report): void {
  if (!accepted.some((kinds) => kinds.every((kind) => kind === only))) return;
  const code = only === 'email' ? 'a code by e-mail' : 'a code by text message';
  report('warning', at, `Whoever may write them takes over accounts: a combination in \`recovery\` asks for nothing but ${code}`);
}

function reasonFor(goal: Goal): string {
  return goal === 'unlock-account' ? 'there is no standard way to unlock on a plain LDAP server' : 'none of their kinds has it';
}

/** Checks of `factors` and how they fit the journey. */
export function checkFactors(factors: Configuration['factors'], report: Report): void {
  for (const kind of ['email', 'sms'] as const) {
    const { resendWaitSeconds, lifetimeSeconds } = factors[kind];
    if (resendWaitSeconds > lifetimeSeconds)
      report('warning', ['factors', kind, 'resendWaitSeconds'], 'Longer than lifetimeSeconds: people wait with a code that is void');
  }
}

/** Checks of `guard`: limits that contradict each other. */
export function checkGuard(guard: Configuration['guard'], report: Report): void {
  if (guard.failuresPerAccount.count > 10) {
    report('warning', ['guard', 'failuresPerAccount', 'count'], 'PCI DSS 8.3.4 allows at most 10 failures before something more is wanted');
  }
  for (const name of ['messagesPerAccount', 'messagesPerAccountOverall', 'failuresPerAccount', 'failuresPerAccountOverall'] as const) {
    if (guard[name].countWithWork < guard[name].count)
      report('error', ['guard', name, 'countWithWork'], 'Lower than count: work would buy less than nothing');
  }
  for (const [place, overall] of [
    ['messagesPerAccount', 'messagesPerAccountOverall'],
    ['failuresPerAccount', 'failuresPerAccountOverall'],
  ] as const) {
    if (guard[place].windowSeconds !== guard[overall].windowSeconds) {
      report('error', ['guard', overall, 'windowSeconds'], `Must be that of ${place}: they are one budget`);
    }
    if (guard[place].countWithWork > guard[overall].countWithWork) {
      report('warning', ['guard', place, 'countWithWork'], `Higher than that of ${overall}: one network can use up what all share`);
    }
  }
  const rate = (limit: { count: number; windowSeconds: number }) => limit.count / limit.windowSeconds;
  if (rate(guard.startsPerAddress) > rate(guard.startsPerNetwork)) {
    report('warning', ['guard', 'startsPerAddress'], 'Higher than startsPerNetwork: one address can use up the share of its whole network');
  }
  if (rate(guard.startsPerNetwork) > rate(guard.startsOverall)) {
    report('warning', ['guard', 'startsPerNetwork'], 'Higher than startsOverall: one network can keep everyone else out');
  }
}
