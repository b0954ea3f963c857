import type { Goal } from '../../../shared/api/journeys.ts';
import type { Report } from './check-context.ts';
import { abilitiesOf, isServed } from './directory-abilities.ts';
import type { Configuration } from './document.ts';
import { type DocumentPath, formatPath } from './format-path.ts';

type Combinations = readonly (readonly string[])[];

/** Checks of `recovery`: combinations that prove too little, or that can never matter. */
export function checkRecovery(recovery: Configuration['recovery'], report: Report): void {
  checkCombinations(recovery.accepted, ['recovery', 'accepted'], report);
  checkGoals(recovery.goals, ['recovery', 'goals'], report);
  for (const [client, own] of Object.entries(recovery.clients)) {
    if (own?.accepted !== undefined) {
      const path = ['recovery', 'clients', client, 'accepted'];
      checkCombinations(own.accepted, path, report);
      checkEasier(own.accepted, recovery.accepted, path, report);
    }
    if (own?.goals !== undefined) checkGoals(own.goals, ['recovery', 'clients', client, 'goals'], report);
  }
}

function checkGoals(goals: readonly string[], path: DocumentPath, report: Report): void {
  if (new Set(goals).size < goals.length) report('warning', path, 'A goal is named twice');
}

/**
 * Goals that no directory can serve: an error where the document names one, for an unnamed one of the defaults is just not offered.
 * @param written the section as it was written, without defaults
 */
export function checkGoalsServed({ recovery, directories }: Configuration, written: unknown, report: Report): void {
  const refuse = (goals: readonly Goal[], path: DocumentPath): void => {
    for (const [index, goal] of goals.entries()) {
      if (!isServed(goal, directories)) report('error', [...path, index], `No directory of this document can do it: ${reasonFor(goal)}`);
    }
  };
  const isNamed = typeof written === 'object' && written !== null && 'goals' in written;
  if (isNamed) refuse(recovery.goals, ['recovery', 'goals']);
  for (const [client, own] of Object.entries(recovery.clients)) refuse(own?.goals ?? [], ['recovery', 'clients', client, 'goals']);
  if (!recovery.goals.includes('unlock-account') || !isServed('unlock-account', directories)) return;
  for (const [index, settings] of directories.entries()) {
    if (abilitiesOf(settings).verbs.includes('unlock-account')) continue;
    report('warning', ['directories', index, 'kind'], 'Its people cannot be unlocked; who asks for it is offered a new password instead');
  }
}

/** A combination of a code by e-mail alone opens accounts to whoever may write an address into the directory. */
export function checkContacts({ recovery, directories }: Configuration, report: Report): void {
  const accepted = [recovery.accepted, ...Object.values(recovery.clients).map((own) => own?.accepted ?? [])].flat();
  if (!accepted.some((kinds) => kinds.every((kind) => kind === 'email'))) return;
  for (const [index, { contacts }] of directories.entries()) {
    if (contacts.email === undefined) continue;
    const path = ['directories', index, 'contacts', 'email', 'attributes'];
    report(
      'warning',
      path,
      'Whoever may write them takes over accounts: a combination in `recovery` asks for nothing but a code by e-mail',
    );
  }
}

function reasonFor(goal: Goal): string {
  return goal === 'unlock-account' ? 'there is no standard way to unlock on a plain LDAP server' : 'none of their kinds has it';
}

/** A request says itself which client it is: what is easier for one client is easier for everybody (ASVS 5.0 6.3.4). */
function checkEasier(own: Combinations, elsewhere: Combinations, at: DocumentPath, report: Report): void {
  for (const [index, kinds] of own.entries()) {
    if (elsewhere.some((combination) => combination.every((kind) => kinds.includes(kind)))) continue;
    report('warning', [...at, index], 'Not accepted elsewhere, yet any program may say that it is this client: everybody can use it');
  }
}

function checkCombinations(accepted: Combinations, at: DocumentPath, report: Report): void {
  const combinations = accepted.map((kinds) => new Set<string>(kinds));
  for (const [index, kinds] of combinations.entries()) {
    const path = [...at, index];
    if (kinds.size < (accepted[index]?.length ?? 0)) report('error', path, 'A kind is named twice; one proof of it would count for both');
    if (kinds.size === 1) report('warning', path, weakness([...kinds][0] ?? ''));
    const easier = combinations.findIndex((other, position) => position !== index && isEasier(other, kinds, position < index));
    if (easier >= 0) report('warning', path, `Never needed: ${formatPath([...at, easier])} asks for less or the same`);
  }
}

/** NIST SP 800-63B-4 4.2.2.2 asks for two proofs by different methods. */
function weakness(kind: string): string {
  const rule = 'NIST SP 800-63B-4 4.2.2.2 asks for two proofs of different kinds';
  if (kind === 'email') {
    return `Very weak: whoever reads the mailbox takes over the account, and the mailbox may hang on the same password. ${rule}`;
  }
  return `Weak: one proof (${kind}) alone opens the account. ${rule}`;
}

function isEasier(other: ReadonlySet<string>, kinds: ReadonlySet<string>, earlier: boolean): boolean {
  return [...other].every((kind) => kinds.has(kind)) && (other.size < kinds.size || earlier);
}

/** Checks of `factors` and how they fit the journey. */
export function checkFactors(factors: Configuration['factors'], report: Report): void {
  const { resendWaitSeconds, lifetimeSeconds } = factors.email;
  if (resendWaitSeconds > lifetimeSeconds) {
    report('warning', ['factors', 'email', 'resendWaitSeconds'], 'Longer than lifetimeSeconds: people wait with a code that is void');
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
