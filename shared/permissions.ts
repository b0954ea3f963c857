/** What a role can allow somebody to do for somebody else, within its scope. */
export const PERSON_PERMISSIONS = [
  'reset-password',
  'unlock-account',
  'issue-pass',
  'remove-proofs',
  'end-sessions',
  'release-recovery',
] as const;

/** Of these what a direct manager may do for their reports without a case. */
export const WITHOUT_CASE = ['reset-password', 'unlock-account'] as const satisfies readonly PersonPermission[];

/**
 * Ways of verifying who calls that a role can allow besides the caller's own device, which always counts:
 *
 * - `read-back`  codes that were sent to the caller, or that their authenticator shows, read out to the agent. A caller in the middle
 *                can relay them
 * - `questions`  answers to the caller's own questions, typed by the agent
 * - `manager`    the caller's manager, or a deputy, vouches for them
 */
export const OTHER_WAYS = ['read-back', 'questions', 'manager'] as const;
export type OtherWay = (typeof OTHER_WAYS)[number];

/**
 * Ways in which an agent can have somebody's password set:
 *
 * - `link`          the person sets their own, by a link that is sent to a mailbox of theirs
 * - `link-by-text`  the same, by a text message to a number of theirs
 * - `told`          a temporary one is made and told to the agent, who tells it on
 * - `sent-by-text`  a temporary one is made and sent to a number of theirs; the agent does not see it
 */
export const RESET_WAYS = ['link', 'link-by-text', 'told', 'sent-by-text'] as const;
export type ResetWay = (typeof RESET_WAYS)[number];

/** Whether it goes to a number. */
export function isByText(way: ResetWay): boolean {
  return way === 'link-by-text' || way === 'sent-by-text';
}

/** What a role can allow somebody to see of other people, within its scope: nothing of it changes anything. */
export const SEEING_PERMISSIONS = ['see-people'] as const;

/** What a role can allow concerning other people, within its scope, for which nobody has to call: it is held by group or by name alone. */
export const STANDING_PERMISSIONS = [...SEEING_PERMISSIONS, 'remind-people'] as const;

/** What a role can allow somebody to see or do at the installation itself: it is about nobody in particular, so no scope narrows it down. */
export const INSTALLATION_PERMISSIONS = ['manage-configuration', 'manage-roles', 'view-history'] as const;

/** Everything that a role can allow. What is not in the list nobody may. */
export const PERMISSIONS = [...PERSON_PERMISSIONS, ...STANDING_PERMISSIONS, ...INSTALLATION_PERMISSIONS] as const;

/** What helps people, all of it: what a helpdesk is given by the set-up and in the demo. */
export const HELPDESK_PERMISSIONS = [...STANDING_PERMISSIONS, ...PERSON_PERMISSIONS] as const;

/**
 * What a token of a program can be given: to see. Whatever is done for somebody, or changed at the installation, asks for a fresh proof of
 * a person, which no token has; of `manage-` a token gets what is seen and checked by it.
 */
export const TOKEN_PERMISSIONS = [...SEEING_PERMISSIONS, ...INSTALLATION_PERMISSIONS] as const;

export type TokenPermission = (typeof TOKEN_PERMISSIONS)[number];
export type PersonPermission = (typeof PERSON_PERMISSIONS)[number];
export type StandingPermission = (typeof STANDING_PERMISSIONS)[number];
export type InstallationPermission = (typeof INSTALLATION_PERMISSIONS)[number];
export type Permission = (typeof PERMISSIONS)[number];

/** Whether it is about other people, and not about the installation. */
export function isForPeople(permission: Permission): permission is PersonPermission | StandingPermission {
  return isAct(permission) || (STANDING_PERMISSIONS as readonly Permission[]).includes(permission);
}

/** Whether it lets somebody do something for another person. */
export function isAct(permission: Permission): permission is PersonPermission {
  return (PERSON_PERMISSIONS as readonly Permission[]).includes(permission);
}
