import type { RuleTemplate } from '../../../shared/rule-templates.ts';
import type { ConfigurationDocument } from '../configuration/document.ts';

type Rules = {
  readonly recovery: NonNullable<NonNullable<ConfigurationDocument['recovery']>['rules']>[number]['accepted'];
  readonly signIn: NonNullable<NonNullable<ConfigurationDocument['signIn']>['rules']>[number]['accepted'];
};

/**
 * What the password is beside, when people sign in to see and change what is theirs. It is in every combination of every template: who
 * has nothing yet, as the first administrator, gets in by it alone, to enrol.
 */
const USUAL_SIGN_IN: Rules['signIn'] = [
  ['password', 'passkey'],
  ['password', 'totp'],
  ['password', 'recovery-code'],
];

/**
 * Rules of proof to begin with. What each costs and withstands is told in words where it is chosen (`locales`, `template.*`) and in
 * docs/handbook/set-up.md: two proofs of different kinds in any case (NIST SP 800-63B-4 4.2.2.2).
 */
export const TEMPLATES: Readonly<Record<RuleTemplate, Rules>> = {
  // A private mailbox, and something that people have besides; codes on paper for who lost the phone.
  'small-company': {
    recovery: [
      ['email', 'totp'],
      ['email', 'passkey'],
      ['email', 'recovery-code'],
    ],
    signIn: USUAL_SIGN_IN,
  },
  // Pupils have no phone to rely on: a card with codes, and a pass that a teacher gives.
  school: {
    recovery: [
      ['recovery-code', 'temporary-pass'],
      ['email', 'recovery-code'],
      ['email', 'totp'],
    ],
    signIn: USUAL_SIGN_IN,
  },
  // Nothing that a forged page could ask for stands alone, and no mailbox.
  bank: {
    recovery: [
      ['passkey', 'totp'],
      ['passkey', 'recovery-code'],
    ],
    signIn: [['password', 'passkey']],
  },
  // What the sign-in screen of Windows can ask for, without another device.
  'windows-only': {
    recovery: [
      ['email', 'totp'],
      ['email', 'recovery-code'],
      ['temporary-pass', 'totp'],
    ],
    signIn: USUAL_SIGN_IN,
  },
};
