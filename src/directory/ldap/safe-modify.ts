import { fixParts, withLines } from '../../../shared/fix-text.ts';
import type { AccountStatus } from '../../core/ports/directory.ts';
import type { DirectoryRight } from '../../core/ports/directory-health.ts';
import type { LdapEntry } from './entry.ts';
import { missingRight } from './inspected-rights.ts';

/**
 * What a policy with pwdSafeModify says about resets (draft-behera-ldap-password-policy-11 section 5.2.15): nobody but the root DN sets a
 * password without the old one. Refused is that as a missing right (slapo-ppolicy(5)), though no right would help.
 *
 * @param policy the policy entry in force; null: none, or none that may be read
 */
export function noResetUnder(policy: LdapEntry | null): Pick<AccountStatus, 'noReset'> {
  if (policy?.text('pwdSafeModify')?.toUpperCase() !== 'TRUE') return {};
  const problem = `${policy.dn} demands the old password for every new one (pwdSafeModify), so nobody under it can recover a password`;
  return { noReset: { problem, fix: `Set pwdSafeModify: FALSE in ${policy.dn}` } };
}

/**
 * The right to reset in the light of the policies of the people looked at: it is of no use where all of them demand the old password.
 */
export function resetUnder(right: DirectoryRight, policies: readonly (LdapEntry | null)[]): DirectoryRight {
  const refusals = policies.flatMap((policy) => noResetUnder(policy).noReset ?? []);
  const [example] = refusals;
  if (example === undefined || right.ok === false) return right;
  if (refusals.length === policies.length) return missingRight(right.verb, example.problem, example.fix);
  const problem = `${example.problem}: ${refusals.length} of ${policies.length} people looked at`;
  if (right.fix === null) return { ...right, problem, fix: example.fix };
  const [first, second] = [fixParts(right.fix), fixParts(example.fix)];
  const fix = withLines(`${first.sentence}; ${second.sentence}`, ...first.lines, ...second.lines);
  return { ...right, problem: `${right.problem}; ${problem}`, fix };
}
