import { Attribute, Change } from 'ldapts';

/** [MS-ADTS] 3.1.1.3.1.5: UTF-16LE within quotes, as it is; quotes inside need no escape. */
export function unicodePassword(password: string): Buffer {
  return Buffer.from(`"${password}"`, 'utf16le');
}

/** One change of one attribute with one value. */
export function change(operation: 'add' | 'delete' | 'replace', type: string, value: string | Buffer): Change {
  return new Change({ operation, modification: new Attribute({ type, values: [value] as string[] | Buffer[] }) });
}

/** Both parts in one modify are a change that needs the old password and obeys the whole policy (MS-ADTS 3.1.1.3.1.5). */
export function passwordChange(oldPassword: string, newPassword: string): Change[] {
  return [change('delete', 'unicodePwd', unicodePassword(oldPassword)), change('add', 'unicodePwd', unicodePassword(newPassword))];
}

/** "Must change at next sign-in" (MS-ADTS 3.1.1.5.3.2, pwdLastSet takes 0 and -1 only). */
export function mustChange(): Change {
  return change('replace', 'pwdLastSet', '0');
}

/** Ends a lock and sets the counter of failures to 0. */
export function unlock(): Change {
  return change('replace', 'lockoutTime', '0');
}
