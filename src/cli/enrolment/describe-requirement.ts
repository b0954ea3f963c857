import type { NotAsked, Requirement, Stuck } from '../../core/enrolment/requirement.ts';
import { describeTime } from '../../core/health/describe-time.ts';

/** Why somebody is asked nothing, for operators. */
export const NOT_ASKED: Readonly<Record<NotAsked, string>> = {
  'no-rule': 'no rule of enrolment.required applies',
  never: 'the rule that applies asks for nothing',
  'can-recover': 'what is enrolled is enough',
  barred: 'their account cannot be recovered by its owner, whatever is enrolled',
  'nothing-accepted': 'no rule of proof accepts anything of them',
  'not-yet': 'the rule begins later',
  'put-off': 'they have put it off',
};

export const STUCK: Readonly<Record<Stuck, string>> = {
  'codes-do-not-leave': 'not forced: codes do not leave at present',
  'not-by-yourself': 'not forced: what is missing they cannot add by themselves',
};

export const UNCERTAIN = 'not forced: the directory does not tell all that decides';

/** Lines that tell what is asked of somebody. */
export function describeRequirement(requirement: Requirement): string[] {
  if (requirement.ask === 'nothing') return [`  asked for nothing: ${NOT_ASKED[requirement.because]}`];
  const { ask, rule, deadline, uncertain, stuck, ways } = requirement;
  const until = deadline === null ? '' : `, ${ask === 'force' ? 'since' : 'until'} ${describeTime(deadline)}`;
  return [
    `  ${ask === 'force' ? 'does nothing but enrol when signed in' : 'is reminded when signing in'} (rule "${rule.name}"${until})`,
    ...(uncertain ? [`  ${UNCERTAIN}`] : []),
    ...(stuck === null ? [] : [`  ${STUCK[stuck]}`]),
    ...ways.map(({ kinds, missing }) => `  for ${kinds.join(' + ')}: no ${missing.join(', no ')}`),
  ];
}

/** The same for programs. */
export function presentRequirement(requirement: Requirement) {
  if (requirement.ask === 'nothing') return requirement;
  const { ask, rule, deadline, uncertain, stuck, ways } = requirement;
  return { ask, rule: rule.name, deadline: deadline === null ? null : new Date(deadline).toISOString(), uncertain, stuck, ways };
}
