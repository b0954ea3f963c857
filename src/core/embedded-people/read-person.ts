import { AppError } from '../../../shared/errors.ts';
import { readMailAddress } from '../enrolment/mail-address.ts';
import { readInternationalNumber } from '../enrolment/phone-number.ts';
import type { Directory } from '../ports/directory.ts';
import type { NewPerson } from '../ports/kept-people.ts';

/** Longest text that says something of a person, in UTF-16 code units. */
const LONGEST = 256;
const MOST_GROUPS = 100;

/** Somebody as an operator or a file names them. `manager` is a sign-in name, or another identifier, in the same directory. */
export interface NamedPerson {
  readonly account: string;
  readonly name?: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly mail?: string;
  readonly phone?: string;
  readonly employeeNumber?: string;
  readonly language?: string;
  readonly manager?: string;
  readonly groups: readonly string[];
}

/**
 * Reads somebody as they are to be kept, but for their manager, who is another account.
 * @throws AppError `people.field-invalid` naming the first field that cannot be kept
 */
export function readPerson(directory: Directory, named: NamedPerson): Omit<NewPerson, 'managerId' | 'mustChange'> {
  const login = directory.normaliseIdentifier(named.account);
  if (login === null) throw invalid('account', named.account);
  const { name, givenName, surname, mail, phone, employeeNumber, language } = named;
  const kept = {
    ...given('givenName', givenName, plainText),
    ...given('surname', surname, plainText),
    ...given('mail', mail, readMailAddress),
    ...given('employeeNumber', employeeNumber, (text) => directory.normaliseIdentifier(text)),
    ...given('language', language, readLanguage),
  };
  const mobile = given('phone', phone, readInternationalNumber).phone;
  return {
    ...{ login, displayName: given('name', name, plainText).name ?? ([givenName, surname].filter(Boolean).join(' ').trim() || login) },
    ...kept,
    ...(mobile === undefined ? {} : { mobile }),
    groups: readGroups(named.groups),
  };
}

type Field = Exclude<keyof NamedPerson, 'groups'>;

function given<F extends Field>(field: F, text: string | undefined, read: (text: string) => string | null): { [K in F]?: string } {
  if (text === undefined) return {};
  const kept = read(text);
  if (kept === null) throw invalid(field, text);
  return { [field]: kept } as { [K in F]?: string };
}

function readGroups(names: readonly string[]): string[] {
  if (names.length > MOST_GROUPS) throw new AppError('people.field-invalid', { reason: `groups: more than ${MOST_GROUPS}` });
  const kept = names.map((name) => {
    const text = plainText(name);
    if (text === null) throw invalid('groups', name);
    return text;
  });
  // As they are compared: capitals do not count.
  const byKey = new Map(kept.map((name) => [name.toLowerCase(), name]));
  return [...byKey.values()];
}

/** null: there is nothing in it, it is too long, or there are characters in it that nobody sees. */
function plainText(text: string): string | null {
  const kept = text.normalize('NFC').trim();
  return kept === '' || kept.length > LONGEST || /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(kept) ? null : kept;
}

function readLanguage(text: string): string | null {
  try {
    return Intl.getCanonicalLocales(text.trim())[0] ?? null;
  } catch {
    return null;
  }
}

function invalid(field: keyof NamedPerson, text: string): AppError {
  return new AppError('people.field-invalid', { reason: `${field}: ${JSON.stringify(text.slice(0, 60))}` });
}
