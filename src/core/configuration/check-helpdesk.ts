import { offeredCombinations } from '../proof/rules.ts';
import type { Report } from './check-context.ts';
import { checkScopes } from './check-roles.ts';
import type { Configuration } from './document.ts';
import { hasAgents } from './has-agents.ts';

/** Checks of what agents do for people who call: that callers can be verified, and what it means to do without. */
export function checkHelpdesk(configuration: Configuration, report: Report): void {
  const { roles, signIn, recovery, organisation, helpdesk, directories } = configuration;
  checkOtherWays(configuration, report);
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
