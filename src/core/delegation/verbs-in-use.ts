import type { Configuration } from '../configuration/document.ts';
import type { DirectoryVerb } from '../ports/directory-health.ts';

/** What decides which rights are used. */
export type UsingConfiguration = Pick<Configuration, 'recovery' | 'roles'>;

/**
 * What a configuration uses of the rights of the service account, for one of its directories: no other has to be granted. What people
 * change when they know their password, they change by their own rights.
 */
export function verbsInUse(
  { recovery, roles }: UsingConfiguration,
  section: { readonly kind: string; readonly historyOnReset?: string },
): ReadonlySet<DirectoryVerb> {
  const allowed = new Set(roles.flatMap(({ may }) => may));
  const resets = recovery.goals.includes('reset-password') || allowed.has('reset-password');
  const unlocks = recovery.goals.includes('unlock-account') || allowed.has('unlock-account') || (resets && recovery.unlockOnReset);
  // What the helpdesk sets must be changed at the next sign-in, and so must what is set in the first of two steps.
  const marks = allowed.has('reset-password') || (resets && section.historyOnReset === 'two-step');
  const used: DirectoryVerb[] = ['read', 'read-policy'];
  if (resets) used.push('reset-password');
  if (unlocks) used.push('unlock-account');
  if (marks) used.push('require-change');
  return new Set(used);
}
