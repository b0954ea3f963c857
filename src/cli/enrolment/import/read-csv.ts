import { parse } from 'csv-parse/sync';
import { AppError } from '../../../../shared/errors.ts';
import type { ImportEntry, ImportProblem } from '../../../core/enrolment/import-people.ts';
import { readLines } from './read-lines.ts';

const COLUMNS = ['account', 'directory', 'email', 'sms', 'totp', 'label'] as const;
type Column = (typeof COLUMNS)[number];

/**
 * People of a CSV file (RFC 4180) whose first line names the columns, separated by comma, semicolon or tab. Each line stands for
 * itself, so that one with broken quotes takes no other with it.
 * @throws AppError `enrolment.columns` when the first line does not fit: then nothing of the file can be understood
 */
export async function* readCsv(pieces: AsyncIterable<string>): AsyncGenerator<ImportEntry> {
  let header: { columns: Column[]; separator: string } | null = null;
  for await (const { number, text } of readLines(pieces)) {
    if (text !== null && text.trim() === '') continue;
    if (header === null) {
      header = readHeader(text ?? '');
      continue;
    }
    yield { place: `line ${number}`, ...readRow(text, header.columns, header.separator) };
  }
  if (header === null) throw new AppError('enrolment.columns', { reason: 'the file is empty' });
}

function readHeader(line: string): { columns: Column[]; separator: string } {
  const separator = [',', ';', '\t'].toSorted((one, other) => line.split(other).length - line.split(one).length)[0] ?? ',';
  const names = (fieldsOf(line, separator) ?? []).map((name) => name.toLowerCase());
  const unknown = names.filter((name) => !COLUMNS.some((column) => column === name));
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const isComplete = names.includes('account') && ['email', 'sms', 'totp'].some((name) => names.includes(name));
  const missing = isComplete ? [] : ['account, and email, sms or totp'];
  const problems = [
    ...unknown.map((name) => `unknown column: ${JSON.stringify(name.slice(0, 60))}`),
    ...repeated.map((name) => `named twice: ${name}`),
    ...missing.map((name) => `missing: ${name}`),
  ];
  if (problems.length > 0) throw new AppError('enrolment.columns', { problems });
  return { columns: names as Column[], separator };
}

function readRow(
  line: string | null,
  columns: readonly Column[],
  separator: string,
): Pick<Extract<ImportEntry, { person: unknown }>, 'person'> | { problem: ImportProblem } {
  if (line === null) return { problem: { code: 'enrolment.line-too-long', detail: '' } };
  const fields = fieldsOf(line, separator);
  if (fields === null) return { problem: { code: 'enrolment.quotes', detail: '' } };
  if (fields.length !== columns.length) {
    return { problem: { code: 'enrolment.field-count', detail: `${fields.length} instead of ${columns.length}` } };
  }
  const field = (column: Column) => fields[columns.indexOf(column)] ?? '';
  const optional = (column: Column) => (field(column) === '' ? {} : { [column]: field(column) });
  const listed = (column: Column, separators: RegExp) =>
    field(column)
      .split(separators)
      .map((one) => one.trim())
      .filter((one) => one !== '');
  // A number has blanks in it as often as not.
  const contacts = { email: listed('email', /[\s;]+/), sms: listed('sms', /;/) };
  return { person: { account: field('account'), ...contacts, ...optional('directory'), ...optional('totp'), ...optional('label') } };
}

/** null: quotes that do not fit. */
function fieldsOf(line: string, separator: string): string[] | null {
  try {
    const rows = parse(line, { delimiter: separator, relax_column_count: true, trim: true });
    return (rows[0] as string[] | undefined) ?? [];
  } catch {
    return null;
  }
}
