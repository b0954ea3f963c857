import { offeredCombinations } from '../proof/rules.ts';
import type { Report } from './check-context.ts';
import type { Configuration } from './document.ts';
import { hasAgents } from './has-agents.ts';

/** Checks of what agents do for people who call: that callers can be verified, and what it means to do without. */
export function checkHelpdesk({ roles, signIn, recovery, organisation }: Configuration, report: Report): void {
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
