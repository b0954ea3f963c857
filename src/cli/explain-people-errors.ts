import type { ErrorCode } from '../../shared/errors.ts';
import { withLines } from '../../shared/fix-text.ts';
import type { Explanation } from './explanation.ts';

/** The part of the explanations that is about accounts of one person, and about people of a directory that Keyturn keeps itself. */
export const PEOPLE_EXPLANATIONS = {
  'people.taken': {
    meaning: 'The account belongs to a person already, or is the one that is signed in',
    fix: 'Part it first, signed in to one of the accounts it is linked to',
  },
  'people.not-linked': {
    meaning: 'The account is not linked to the one that is signed in, or not any more',
    fix: 'Ask for the list anew',
  },
  'people.too-many': {
    meaning: 'The person has as many accounts as one may have',
    fix: 'Part one that is not needed any more',
  },
  'people.kept-elsewhere': {
    meaning: 'The people of this directory are kept by its own servers, and are not added or removed here',
    fix: withLines(
      'Add and remove them where the directory is administered; what proves those who are there is set up by',
      'keyturn enrolment import FILE',
    ),
  },
  'people.field-invalid': {
    meaning: 'Something that was said of the person cannot be kept',
    fix: 'Telephones begin with + and the country, languages are tags such as de or en-GB, and texts have 256 characters at most, none of them invisible',
  },
  'people.present': {
    meaning: 'Somebody has this sign-in name already, and other things are known of them than are named here',
    fix: withLines('Nothing of theirs was changed. What is known of them tells', 'keyturn people list --json'),
  },
  'people.identifier-taken': {
    meaning: 'A name, address or number of this person finds somebody else already, and would then find neither',
    fix: 'Give the person another one, or leave it out',
  },
  'people.manager-missing': {
    meaning: 'The manager is nobody of this directory, or not to be told from others; in a file, managers may also go round in a circle',
    fix: 'Add the manager first, or name them in the same file by their sign-in name',
  },
  'people.repeated': { meaning: 'This person was named before in the same file', fix: 'Keep one line a person' },
  'people.columns': {
    meaning: 'The first line does not name the columns that are known',
    fix: 'Name account, and as many as you like of name, givenName, surname, mail, phone, employeeNumber, language, manager and groups. Passwords are in no file',
  },
  'people.entry-malformed': {
    meaning: 'This entry has not the expected form',
    fix: 'Each is an object with account, and as many as you like of name, givenName, surname, mail, phone, employeeNumber, language, manager and groups (a list). Passwords are in no file',
  },
  'people.password-refused': {
    meaning: 'The first password does not meet what a new password must meet',
    fix: 'Nobody was added. Choose another one, or none: a temporary pass lets the person set it (--pass-hours)',
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>;
