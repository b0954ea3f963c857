import type { ImportEntry } from '../../../core/enrolment/import-people.ts';
import { type CsvShape, readCsvRows } from '../../read-csv-rows.ts';

const COLUMNS = ['account', 'directory', 'email', 'sms', 'totp', 'label'] as const;
type Column = (typeof COLUMNS)[number];

const SHAPE: CsvShape<Column> = {
  columns: COLUMNS,
  code: 'enrolment.columns',
  missing(names) {
    const isComplete = names.includes('account') && ['email', 'sms', 'totp'].some((name) => names.includes(name));
    return isComplete ? null : 'account, and email, sms or totp';
  },
};

/**
 * What people of a CSV file are to be enrolled with, line by line.
 * @throws AppError `enrolment.columns` when the first line does not fit: then nothing of the file can be understood
 */
export async function* readCsv(pieces: AsyncIterable<string>): AsyncGenerator<ImportEntry> {
  for await (const row of readCsvRows(pieces, SHAPE)) {
    if ('problem' in row) {
      yield row;
      continue;
    }
    const { place, field } = row;
    const optional = (column: Column) => (field(column) === '' ? {} : { [column]: field(column) });
    const listed = (column: Column, separators: RegExp) =>
      field(column)
        .split(separators)
        .map((one) => one.trim())
        .filter((one) => one !== '');
    // A number has blanks in it as often as not.
    const contacts = { email: listed('email', /[\s;]+/), sms: listed('sms', /;/) };
    yield {
      place,
      person: { account: field('account'), ...contacts, ...optional('directory'), ...optional('totp'), ...optional('label') },
    };
  }
}
