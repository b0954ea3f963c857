import { greatestLength, leastLength } from '../../../shared/password-rules/password-length.ts';
import type { PasswordRulesSettings } from '../configuration/password-rules-section.ts';
import type { PasswordPolicy } from '../ports/password-policy.ts';

/** Where the rules of the organisation and the policy of a directory do not go together. */
export interface PolicyConflict {
  /** `impossible`: no password can meet both; `harder`: people meet more than one of them says; `idle`: a rule of ours has no effect. */
  readonly kind: 'impossible' | 'harder' | 'idle';
  /** Path of the setting, as `config check` writes it. */
  readonly setting: string;
  /** One sentence for operators. */
  readonly text: string;
}

type Lengths = Pick<PasswordPolicy, 'minimumLength' | 'maximumLength' | 'lengthUnit'>;

/**
 * Compares `passwordRules` with the policy that a directory has for an account. Lengths are compared across units: only
 * what holds for every password is said. A policy that may not be the one in force is compared all the same: the caller says so.
 */
export function findConflicts(settings: PasswordRulesSettings, policy: PasswordPolicy): PolicyConflict[] {
  return [...lengthConflicts(settings, policy), ...compositionConflicts(settings, policy)];
}

function lengthConflicts({ minimumLength, maximumLength }: PasswordRulesSettings, policy: Lengths): PolicyConflict[] {
  const theirs = { minimum: policy.minimumLength, maximum: policy.maximumLength, unit: policy.lengthUnit };
  const conflicts: PolicyConflict[] = [];
  const add = (kind: PolicyConflict['kind'], name: 'minimumLength' | 'maximumLength', text: string): number =>
    conflicts.push({ kind, setting: `passwordRules.${name}`, text });
  if (maximumLength !== undefined && greatestLength(maximumLength, 'code-points', theirs.unit) < theirs.minimum) {
    add(
      'impossible',
      'maximumLength',
      `At most ${maximumLength}, and the directory asks for at least ${theirs.minimum}: no password is taken`,
    );
  }
  if (minimumLength !== undefined && theirs.maximum !== null) {
    if (leastLength(minimumLength, 'code-points', theirs.unit) > theirs.maximum) {
      add(
        'impossible',
        'minimumLength',
        `At least ${minimumLength}, and the directory takes at most ${theirs.maximum}: no password is taken`,
      );
    }
  }
  if (minimumLength !== undefined && leastLength(theirs.minimum, theirs.unit, 'code-points') >= minimumLength) {
    add('idle', 'minimumLength', `${minimumLength} has no effect: the directory asks for ${theirs.minimum}`);
  }
  if (
    maximumLength !== undefined &&
    theirs.maximum !== null &&
    greatestLength(theirs.maximum, theirs.unit, 'code-points') <= maximumLength
  ) {
    add('idle', 'maximumLength', `${maximumLength} has no effect: the directory takes at most ${theirs.maximum}`);
  }
  return conflicts;
}

function compositionConflicts(
  { characterSets, passphraseLength, maximumRepeats }: PasswordRulesSettings,
  policy: PasswordPolicy,
): PolicyConflict[] {
  const { complexity, categories } = policy;
  const composed =
    complexity === 'active-directory' ? 'three of five kinds of characters' : complexity === 'categories' ? 'kinds of characters' : null;
  const conflicts: PolicyConflict[] = [];
  if (composed !== null && passphraseLength !== undefined) {
    conflicts.push({
      kind: 'harder',
      setting: 'passwordRules.passphraseLength',
      text: `The directory asks for ${composed} in passwords of any length, from ${passphraseLength} on too`,
    });
  }
  if (composed !== null && characterSets !== undefined) {
    conflicts.push({
      kind: 'harder',
      setting: 'passwordRules.characterSets',
      text: `The directory asks for ${composed} too, and counts them in its own way: people see both rules`,
    });
  }
  const repeats = complexity === 'categories' ? (categories?.maximumRepeats ?? 0) : 0;
  if (maximumRepeats !== undefined && repeats > 0 && repeats <= maximumRepeats) {
    conflicts.push({
      kind: 'idle',
      setting: 'passwordRules.maximumRepeats',
      text: `${maximumRepeats} has no effect: the directory takes at most ${repeats}`,
    });
  }
  return conflicts;
}
