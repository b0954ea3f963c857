import type { ErrorCode } from '../../shared/errors.ts';
import type { Explanation } from './explanation.ts';

/** Of setting up an installation that has no configuration. */
export const SET_UP_EXPLANATIONS: Record<Extract<ErrorCode, `set-up.${string}`>, Explanation> = {
  'set-up.link-invalid': {
    meaning: 'The link to set up was opened before, replaced by a restart, is over, or never was',
    fix: 'Stop the server and start it again: it prints another one',
  },
  'set-up.not-open': {
    meaning: 'Somebody asked for the set-up without having opened its link, or twelve hours after it',
    fix: 'Open the link that the server has printed; a restart prints another one',
  },
  'set-up.over': { meaning: 'There is a configuration already, so there is nothing to set up', fix: 'Change it in the administration' },
  'set-up.conflict': { meaning: 'The set-up was changed from another window or node', fix: 'Load the page again' },
  'set-up.incomplete': { meaning: 'Something is not answered yet, or not in order', fix: 'Go through the page: each problem stands there' },
  'set-up.secrets-not-kept': {
    meaning: 'A secret that was typed in the set-up cannot be written into the data directory',
    fix: 'Let the user of the server write into dataDirectory, and check free disk space',
  },
  'set-up.directory-trouble': {
    meaning: 'The directory of the set-up cannot be asked for the first administrator, so nothing was put into force',
    fix: 'Go back to the account in the set-up: the check there says what is wrong and what to do',
  },
  'set-up.administrator-unfit': {
    meaning: 'The account of the first administrator is protected, disabled or past its end, so it may not sign in',
    fix: 'Name somebody of the group whose account is neither of them',
  },
  'set-up.administrator-unknown': {
    meaning: 'The directory knows nobody by the name of the first administrator, or several people',
    fix: 'Type the sign-in name as the directory has it, and look at where people are looked for',
  },
  'set-up.administrator-not-in-group': {
    meaning: 'The directory does not say that the first administrator is in the group of the administrators',
    fix: 'Correct the name of the group, where to look for groups, or name somebody of the group',
  },
  'set-up.reset-link-invalid': {
    meaning: 'The link for the test person of the set-up is over, was replaced or used, or never was',
    fix: 'Make another one on the page of the set-up, or reset a password in the portal',
  },
};
