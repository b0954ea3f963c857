import { z } from 'zod';
import type { PersonEntry } from '../../core/embedded-people/add-people.ts';
import type { NamedPerson } from '../../core/embedded-people/read-person.ts';
import { type CsvShape, readCsvRows } from '../read-csv-rows.ts';
import { readJsonEntries } from '../read-json-entries.ts';

/** What stands in a file of a person beside the sign-in name and the groups. */
const FIELDS = ['name', 'givenName', 'surname', 'mail', 'phone', 'employeeNumber', 'language', 'manager'] as const;
type Field = (typeof FIELDS)[number];
type Column = 'account' | 'groups' | Lowercase<Field>;

const columnOf = (field: Field) => field.toLowerCase() as Lowercase<Field>;

const SHAPE: CsvShape<Column> = {
  columns: ['account', ...FIELDS.map(columnOf), 'groups'],
  code: 'people.columns',
  missing: (names) => (names.includes('account') ? null : 'account'),
};

/**
 * People of a CSV file, line by line. An empty field is one of which nothing is told.
 * @throws AppError `people.columns` when the first line does not fit: then nothing of the file can be understood
 */
export async function* readPeopleCsv(pieces: AsyncIterable<string>): AsyncGenerator<PersonEntry> {
  for await (const row of readCsvRows(pieces, SHAPE)) {
    if ('problem' in row) {
      yield row;
      continue;
    }
    const { place, field } = row;
    const texts = FIELDS.flatMap((name) => (field(columnOf(name)) === '' ? [] : [[name, field(columnOf(name))] as const]));
    const groups = field('groups')
      .split(';')
      .map((group) => group.trim())
      .filter((group) => group !== '');
    yield { place, person: { account: field('account'), groups, ...Object.fromEntries(texts) } };
  }
}

const text = z.string().optional();
const schema = z.strictObject({
  account: z.string(),
  ...{ name: text, givenName: text, surname: text, mail: text, phone: text, employeeNumber: text, language: text, manager: text },
  groups: z.array(z.string()).default([]),
});

/** People of a JSON array, one after the other. */
export async function* readPeopleJson(pieces: AsyncIterable<string>): AsyncGenerator<PersonEntry> {
  for await (const entry of readJsonEntries(pieces, schema, 'people.entry-malformed')) {
    if ('problem' in entry) {
      yield entry;
      continue;
    }
    const { account, groups, ...rest } = entry.value;
    const told = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    yield { place: entry.place, person: { account, groups, ...told } satisfies NamedPerson };
  }
}
