import { isByText } from '../../../shared/permissions.ts';
import { offeredCombinations } from '../proof/rules.ts';
import type { Report } from './check-context.ts';
import { checkScopes } from './check-roles.ts';
import type { Configuration } from './document.ts';
import { hasAgents } from './has-agents.ts';

/** Checks of what agents do for people who call: that callers can be verified, and what it means to do without. */
export function checkHelpdesk(configuration: Configuration, report: Report): void {
  const { roles, signIn, recovery, organisation, helpdesk, directories } = configuration;
  checkOtherWays(configuration, report);
  checkResetBy(configuration, report);
  for (const [index, { when }] of helpdesk.approvals.entries())
    checkScopes(when, ['helpdesk', 'approvals', index, 'when'], directories, report);
  for (const [index, { unverified }] of roles.entries()) {
    if (unverified !== true) continue;
    const told = organisation.alarmAddress === undefined ? ', and nobody is told: there is no `organisation.alarmAddress`' : '';
    report('warning', ['roles', index, 'unverified'], `Its holders act for whoever calls, without knowing who it is${told}`);
  }
  if (!hasAgents({ roles, signIn })) return;
  const anywhere = { goal: 'confirm-call', client: 'web', address: null } as const;
  if (offeredCombinations(recovery.rules, anywhere).length > 0) return;
  report(
    'warning',
    ['recovery', 'rules'],
    'No rule accepts anything for the goal `confirm-call`: no caller can be verified, so agents can do nothing',
  );
}

/** What other ways of verifying callers are worth, and whether anybody can be verified so. */
function checkOtherWays({ roles, factors, helpdesk, directories }: Configuration, report: Report): void {
  const { pool, asked } = factors.questions;
  for (const [index, { otherWays = [] }] of roles.entries()) {
    if (otherWays.includes('read-back'))
      report('warning', ['roles', index, 'otherWays'], 'Codes that are read out can be relayed by a caller in the middle');
  }
  const index = roles.findIndex(({ otherWays }) => otherWays?.includes('questions') === true);
  if (index < 0) return;
  const none = (because: string) => report('warning', ['roles', index, 'otherWays'], `Questions verify no caller: ${because}`);
  if (asked < helpdesk.questionsNeeded) none('`factors.questions.asked` is less than `helpdesk.questionsNeeded`');
  const isEmpty = pool.length === 0 && directories.every(({ questions }) => questions.length === 0);
  if (isEmpty) none('there are none to choose from in `factors.questions.pool`');
}

/**
 * Who reset passwords before `resetBy` was there told them, and tells none without it: so it is to be said, either way. Where one role
 * allows it and another of the same holders does not, nobody is told one, as all must allow it.
 */
function checkResetBy({ roles, sms }: Configuration, report: Report): void {
  const resetting = roles.flatMap((role, index) =>
    role.may.includes('reset-password') && (role.heldBy.groups ?? role.heldBy.accounts) !== undefined ? [{ ...role, index }] : [],
  );
  for (const { resetBy, index } of resetting) {
    if (resetBy !== undefined) continue;
    report(
      'warning',
      ['roles', index, 'resetBy'],
      'Not said, so its holders tell nobody a password: say `[link]`, or `[link, told]` if they are to tell temporary ones',
    );
  }
  for (const [index, { resetBy = [] }] of roles.entries()) {
    if (sms === undefined && resetBy.some(isByText))
      report('warning', ['roles', index, 'resetBy'], 'No text messages leave: there is no section `sms`, so nothing is sent in these ways');
  }
  for (const { resetBy, heldBy, index } of resetting) {
    if (resetBy?.includes('told') !== true) continue;
    const other = resetting.find((each) => each.resetBy?.includes('told') !== true && haveSameHolders(each.heldBy, heldBy));
    if (other === undefined) continue;
    report(
      'warning',
      ['roles', index, 'resetBy'],
      `The role "${other.name}" is held by the same and lacks \`told\`: for whom both are, no password is told`,
    );
  }
}

type HeldBy = Configuration['roles'][number]['heldBy'];

/** Whether both name a group or an account in one directory. What is named in two ways is not seen. */
function haveSameHolders(one: HeldBy, other: HeldBy): boolean {
  const isApart = one.directories !== undefined && other.directories !== undefined && !share(one.directories, other.directories);
  return !isApart && (share(one.groups, other.groups) || share(one.accounts, other.accounts));
}

function share(some: readonly string[] = [], others: readonly string[] = []): boolean {
  const names = new Set(others.map((name) => name.toLowerCase()));
  return some.some((name) => names.has(name.toLowerCase()));
}
