import type { PersonPermission } from '../../../shared/permissions.ts';

/** The letter for each thing that can be done for a person. It begins something, and does nothing by itself. */
export const ACT_KEYS: Readonly<Record<PersonPermission, string>> = {
  'reset-password': 'r',
  'unlock-account': 'u',
  'issue-pass': 'p',
  'remove-proofs': 'd',
  'end-sessions': 's',
  'release-recovery': 'f',
};

/** The letter that has the person reminded. */
export const REMIND_KEY = 'm';
/** The letter that marks the person of the list. */
export const MARK_KEY = 'x';
