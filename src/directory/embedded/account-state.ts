import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { AccountStatus } from '../../core/ports/directory.ts';
import type { EmbeddedAccountRow } from '../../core/ports/embedded-store.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';

export type EmbeddedPolicy = DirectorySettingsOf<'embedded'>['policy'];

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Longest password in code points. Bounds what is hashed; far above the 64 that NIST SP 800-63B-4 3.1.1.2 asks to allow. */
export const longestPassword = 256;

/** The policy as every directory tells it. */
export function describePolicy(policy: EmbeddedPolicy): PasswordPolicy {
  return {
    name: 'Embedded directory',
    minimumLength: policy.minimumLength,
    maximumLength: longestPassword,
    lengthUnit: 'code-points',
    complexity: 'none',
    nameTokensChecked: false,
    categories: null,
    minimumAge: policy.minimumAgeHours * hour,
    maximumAge: policy.maximumAgeDays === null ? null : policy.maximumAgeDays * day,
    historyLength: policy.historyLength,
    historyOnReset: 'enforced',
    minimumAgeOnReset: 'enforced',
    lockoutThreshold: policy.lockoutThreshold,
    lockoutDuration: policy.lockoutMinutes === null ? null : policy.lockoutMinutes * minute,
    // A lock that is over ends them; nothing else but a right password does.
    failuresForgottenAfter: null,
  };
}

/** Whether the account is locked at `now`; a lock with a duration ends by itself. */
export function isLocked(row: EmbeddedAccountRow, policy: PasswordPolicy, now: number): boolean {
  if (row.lockedAt === null) return false;
  return policy.lockoutDuration === null || now < row.lockedAt + policy.lockoutDuration;
}

/** When the password ends; null: never. */
function expiryOf(row: EmbeddedAccountRow, policy: PasswordPolicy): number | null {
  return policy.maximumAge === null ? null : row.passwordSetAt + policy.maximumAge;
}

/** Until when the minimum age stands in the way of a new password; null: not at all. A password that must be changed may be changed. */
export function changeableFrom(row: EmbeddedAccountRow, policy: PasswordPolicy, now: number): number | null {
  const from = row.passwordSetAt + policy.minimumAge;
  // Without one nothing waits, also where the clock of who has set it is ahead of ours.
  return row.mustChange || policy.minimumAge === 0 || from <= now ? null : from;
}

/** What state the account is in at `now`. */
export function describeStatus(row: EmbeddedAccountRow, policy: PasswordPolicy, now: number): AccountStatus {
  const locked = isLocked(row, policy, now);
  const passwordExpiresAt = expiryOf(row, policy);
  return {
    locked,
    lockedUntil: locked && row.lockedAt !== null && policy.lockoutDuration !== null ? row.lockedAt + policy.lockoutDuration : null,
    disabled: row.disabled,
    passwordSignIn: true,
    accountExpired: row.expiresAt !== null && row.expiresAt <= now,
    passwordExpired: passwordExpiresAt !== null && passwordExpiresAt <= now,
    mustChange: row.mustChange,
    passwordExpiresAt,
    passwordSetAt: row.passwordSetAt,
    // A lock that is over takes its count along (verify-password.ts).
    badAttempts: row.lockedAt !== null && !locked ? 0 : row.badAttempts,
    lastBadAttemptAt: row.lastBadAttemptAt,
    changeableAt: changeableFrom(row, policy, now),
  };
}
