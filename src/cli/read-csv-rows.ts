import { parse } from 'csv-parse/sync';
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { readLines } from './read-lines.ts';

/** Why one line or entry of a file was left out. `detail` holds no secret. */
export interface FileProblem {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** What the first line of a file may name. */
export interface CsvShape<Column extends string> {
  /** As they are written in small letters. */
  readonly columns: readonly Column[];
  /** What is missing among the names that are there, for people; null: nothing. */
  missing(names: readonly string[]): string | null;
  /** The error for a first line that does not fit. */
  readonly code: ErrorCode;
}

/** One line of a file by its columns, or what is wrong with it; `place` says where it stands, for people. */
export type CsvRow<Column extends string> = { readonly place: string } & (
  | { readonly field: (column: Column) => string }
  | { readonly problem: FileProblem }
);

/**
 * Lines of a CSV file (RFC 4180) whose first line names the columns, separated by comma, semicolon or tab. Each line stands for
 * itself, so that one with broken quotes takes no other with it.
 * @throws AppError `shape.code` when the first line does not fit: then nothing of the file can be understood
 */
export async function* readCsvRows<Column extends string>(
  pieces: AsyncIterable<string>,
  shape: CsvShape<Column>,
): AsyncGenerator<CsvRow<Column>> {
  let header: { columns: Column[]; separator: string } | null = null;
  for await (const { number, text } of readLines(pieces)) {
    if (text !== null && text.trim() === '') continue;
    if (header === null) {
      header = readHeader(text ?? '', shape);
      continue;
    }
    yield { place: `line ${number}`, ...readRow(text, header.columns, header.separator) };
  }
  if (header === null) throw new AppError(shape.code, { reason: 'the file is empty' });
}

function readHeader<Column extends string>(
  line: string,
  { columns, missing, code }: CsvShape<Column>,
): { columns: Column[]; separator: string } {
  const separator = [',', ';', '\t'].toSorted((one, other) => line.split(other).length - line.split(one).length)[0] ?? ',';
  const names = (fieldsOf(line, separator) ?? []).map((name) => name.toLowerCase());
  const unknown = names.filter((name) => !columns.some((column) => column === name));
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const lacking = missing(names);
  const problems = [
    ...unknown.map((name) => `unknown column: ${JSON.stringify(name.slice(0, 60))}`),
    ...repeated.map((name) => `named twice: ${name}`),
    ...(lacking === null ? [] : [`missing: ${lacking}`]),
  ];
  if (problems.length > 0) throw new AppError(code, { problems });
  return { columns: names as Column[], separator };
}

function readRow<Column extends string>(
  line: string | null,
  columns: readonly Column[],
  separator: string,
): { field: (column: Column) => string } | { problem: FileProblem } {
  if (line === null) return { problem: { code: 'enrolment.line-too-long', detail: '' } };
  const fields = fieldsOf(line, separator);
  if (fields === null) return { problem: { code: 'enrolment.quotes', detail: '' } };
  if (fields.length !== columns.length) {
    return { problem: { code: 'enrolment.field-count', detail: `${fields.length} instead of ${columns.length}` } };
  }
  return { field: (column) => fields[columns.indexOf(column)] ?? '' };
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
