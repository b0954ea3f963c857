import { stringify } from 'csv-stringify/sync';

type Cell = string | number | null;

/**
 * Rows as CSV (RFC 4180, UTF-8), for people who open it in a spreadsheet. People write their own names in many directories, and reasons are
 * what somebody has typed: none of them is a formula (OWASP, CSV Injection).
 */
export function csvLines<Row extends object>(rows: readonly Row[], columns: readonly (keyof Row & string)[]): string {
  return stringify([...rows], { columns: [...columns], cast: { string: plainCell } });
}

/** The first line: what the columns are called. */
export function csvHead(columns: readonly string[]): string {
  return stringify([[...columns]]);
}

/**
 * Pages of a list as such lines, page by page. The first line, what the columns are called, comes with the first page: whatever refuses
 * that one refuses the list.
 */
export async function* csvPages<Item, Row extends object>(
  pages: AsyncIterable<readonly Item[]>,
  columns: readonly (keyof Row & string)[],
  rowOf: (item: Item) => Row,
): AsyncGenerator<string> {
  let head = csvHead(columns);
  for await (const page of pages) {
    yield head + csvLines(page.map(rowOf), columns);
    head = '';
  }
  if (head !== '') yield head;
}

/** Rows that are lists already, the first line among them. */
export function csvTable(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { cast: { string: plainCell } },
  );
}

/**
 * Where a cell begins for whoever takes another sign than the comma for what separates them, as spreadsheets do in most of Europe: there
 * quotes in the middle of a line keep nothing together, line breaks neither, and those at its beginning are taken off. And the signs that begin
 * a formula, wide ones too.
 */
const FORMULA = /(?<=^|[;|\t\r\n])(?="*[=+\-@\t\r＝＋－＠])/g;

/** Control characters but line breaks and tabs: a list is looked at in a terminal as well. */
const COMMANDS = /(?![\t\r\n])\p{Cc}/gu;

/** A text with an apostrophe before whatever a spreadsheet would take for a formula, and nothing that commands a terminal. */
export function plainCell(text: string): string {
  return text.replace(COMMANDS, '\ufffd').replace(FORMULA, "'");
}
